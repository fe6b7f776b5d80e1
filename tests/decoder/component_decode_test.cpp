// Components: what is accepted, and the refusals with their places.
#include "decoder/component_support.hpp"
#include "support/allocation_failure.hpp"

using namespace wrt;
using namespace wrt::test;

namespace {

/// A component with one type.
Bytes with_type(const Bytes& type)
{
    return component({section(type_section, vec({type}))});
}

Bytes nested(uint32_t levels)
{
    Bytes binary = component({});
    for (uint32_t i = 1; i < levels; ++i)
        binary = component({section(component_section, binary)});
    return binary;
}

}  // namespace

TEST(component_decode, accepts_components_and_refuses_modules)
{
    EXPECT_EQ(component_verdict(component({})), "valid");
    EXPECT_EQ(component_verdict(adder_component()), "valid");
    EXPECT_EQ(component_verdict(preamble()), "usage at 0x0: not a component but a module");
}

TEST(component_decode, says_where_a_section_is_malformed)
{
    EXPECT_EQ(component_verdict(component({section(13, {})})),
              "malformed at 0x8: malformed section id, got 0xd");
    EXPECT_EQ(component_verdict(with_type(bytes(0x62))),
              "malformed at 0xb: malformed component type, got 0x62");
    EXPECT_EQ(component_verdict(component({bytes(7, 3, 0)})), "malformed at 0xa: unexpected end");
    EXPECT_EQ(component_verdict(component({section(type_section, bytes(1, 0x73, 0x73))})),
              "malformed at 0xc: section size mismatch");
    // A count that lies is refused before anything is made of it.
    EXPECT_EQ(component_verdict(component({section(type_section, leb(900'000))})),
              "malformed at 0xa: unexpected end of section or function");
}

TEST(component_decode, validates_core_modules_where_they_are)
{
    const Bytes wrong = one_function({}, bytes(i32), {});
    EXPECT_EQ(component_verdict(component({section(core_module_section, wrong)})),
              "invalid at 0x22: type mismatch, expected i32, got nothing");
}

TEST(component_decode, caps_the_nesting_of_components)
{
    EXPECT_EQ(component_verdict(nested(limits::component_nesting)), "valid");
    const std::string verdict = component_verdict(nested(limits::component_nesting + 1));
    EXPECT_NE(verdict.find("too many nested components, at most 100, got 101"), std::string::npos)
        << verdict;
}

TEST(component_decode, caps_the_depth_of_types)
{
    Bytes types = bytes(leb(101), 0x73);
    for (uint32_t i = 0; i < 100; ++i)
        append(types, bytes(0x70, signed_leb(i)));
    EXPECT_NE(component_verdict(component({section(type_section, types)}))
                  .find("component type too deep"),
              std::string::npos);
}

TEST(component_decode, bounds_what_types_come_to_when_they_are_expanded)
{
    // Each tuple holds its predecessor twice: 2^40 values in 80 bytes.
    Bytes types = bytes(leb(41), 0x73);
    for (uint32_t i = 0; i < 40; ++i)
        append(types, bytes(0x6f, 2, signed_leb(i), signed_leb(i)));
    const std::string verdict = component_verdict(component({section(type_section, types)}));
    EXPECT_NE(verdict.find("component type too large"), std::string::npos) << verdict;
}

TEST(component_decode, lays_out_values_as_the_canonical_abi_does)
{
    // (record (field "a" u8) (field "b" (variant (case "x" u64) (case "y"))) (field "c" string))
    const Bytes variant = bytes(0x71, vec({bytes(name("x"), 1, 0x77, 0), bytes(name("y"), 0, 0)}));
    const Bytes record =
        bytes(0x72, vec({bytes(name("a"), 0x7d), bytes(name("b"), 0x00), bytes(name("c"), 0x73)}));
    const Bytes binary = component({section(type_section, vec({variant, record}))});
    const Status status = decoder::decode_component_streaming(
        binary, test_arena(), {}, [](const decoder::Component& decoded) {
            EXPECT_EQ(decoded.types[0].layout.size, 16u);
            EXPECT_EQ(decoded.types[0].a, 8u) << "where the payload lies";
            EXPECT_EQ(decoded.types[0].layout.flat_count, 2u);
            EXPECT_EQ(decoded.types[1].layout.size, 32u);
            EXPECT_EQ(decoded.types[1].layout.size64, 40u);
            EXPECT_EQ(decoded.types[1].layout.align, 8u);
            EXPECT_EQ(decoded.types[1].layout.flat_count, 5u);
            return ok();
        });
    EXPECT_EQ(sentence(status), "valid");
}

TEST(component_decode, tells_resources_of_two_instances_apart)
{
    // Two instances of a component that exports a resource; a component that wants both to be one.
    const Bytes source = component({section(type_section, vec({bytes(0x3f, 0x7f, 0x00)})),
                                    section(export_section, vec({bytes(0, name("r"), 3, 0, 0)}))});
    const Bytes wants = component(
        {section(import_section, vec({bytes(0, name("a"), 3, 1), bytes(0, name("b"), 3, 0, 0)}))});
    const auto program = [&](uint8_t second) {
        return component(
            {section(component_section, source), section(component_section, wants),
             section(instance_section, vec({bytes(0, 0, 0), bytes(0, 0, 0)})),
             section(alias_section,
                     vec({bytes(3, 0, 0, name("r")), bytes(3, 0, second, name("r"))})),
             section(instance_section,
                     vec({bytes(0, 1, vec({bytes(name("a"), 3, 0), bytes(name("b"), 3, 1)}))}))});
    };
    EXPECT_EQ(component_verdict(program(0)), "valid");
    EXPECT_NE(component_verdict(program(1)).find("resource types are not the same"),
              std::string::npos);
}

TEST(component_decode, survives_every_cut_and_every_flipped_byte)
{
    const Bytes whole = adder_component();
    for (size_t size = 0; size < whole.size(); ++size) {
        component_verdict(Bytes{whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size)});
    }
    size_t refused = 0;
    for (size_t at = 0; at < whole.size(); ++at) {
        for (const uint8_t change : {uint8_t{1}, uint8_t{0x80}, uint8_t{0xff}}) {
            Bytes flipped = whole;
            flipped[at] ^= change;
            if (component_verdict(flipped) != "valid") ++refused;
        }
    }
    EXPECT_GT(refused, whole.size());
    EXPECT_EQ(test_arena().used(), 0u);
    EXPECT_EQ(test_arena().backstop_hits(), 0u);
}

TEST(component_decode, leaves_no_trace_when_it_fails_at_any_allocation)
{
    const Bytes binary = adder_component();
    for (const Arena::Fail mode : {Arena::Fail::once, Arena::Fail::from_then_on}) {
        const FailureSweep sweep = for_each_allocation_failure(
            test_arena(),
            [&](Arena& arena) {
                return decoder::decode_component_streaming(
                    binary, arena, {}, [](const decoder::Component&) { return ok(); });
            },
            mode);
        EXPECT_GT(sweep.points, 20u);
    }
}
