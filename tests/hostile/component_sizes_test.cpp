// Components that are large or deep on purpose: refused or accepted, in time and memory that go
// with their bytes.
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "decoder/component_support.hpp"

using namespace wrt;
using namespace wrt::test;

namespace {

/// CPU time of this thread.
double seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool slow = true;
#elif defined(__has_feature)
constexpr bool slow = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool slow = false;
#endif

/// A vector of `n` items.
Bytes many(size_t n, const std::function<Bytes(size_t)>& item)
{
    Bytes out = leb(n);
    for (size_t i = 0; i < n; ++i)
        append(out, item(i));
    return out;
}

Bytes numbered(std::string_view prefix, size_t i)
{
    return name(std::string{prefix} + std::to_string(i));
}

const Bytes no_params = bytes(0x40, 0x00, 0x01, 0x00);
const Bytes func_import = bytes(0x00, name("f"), 0x01, 0x00);

/// A component whose interesting part grows with n.
struct Family {
    const char* name;
    std::function<Bytes(size_t n)> make;
};

const std::vector<Family>& families()
{
    static const std::vector<Family> all = {
        {"value types",
         [](size_t n) {
             return component(
                 {section(type_section, many(n, [](size_t) { return bytes(0x70, 0x7d); }))});
         }},
        {"function types",
         [](size_t n) {
             return component({section(type_section, many(n, [](size_t) { return no_params; }))});
         }},
        {"tuples of what came before",
         [](size_t n) {
             return component({section(type_section, many(n, [](size_t i) {
                                           return i == 0 ? bytes(0x6f, 2, 0x7d, 0x7d)
                                                         : bytes(0x6f, 2, 0x00, 0x7d);
                                       }))});
         }},
        {"fields",
         [](size_t n) {
             return component({section(type_section, many(n / 1000, [](size_t) {
                                           return bytes(0x72, many(1000, [](size_t i) {
                                                            return bytes(numbered("a", i), 0x7d);
                                                        }));
                                       }))});
         }},
        {"aliases of the type before",
         [](size_t n) {
             return component({section(type_section, vec({bytes(0x70, 0x7d)})),
                               section(alias_section, many(n, [](size_t i) {
                                           return bytes(0x03, 0x02, 0x00, leb(i));
                                       }))});
         }},
        {"imports that equal the one before",
         [](size_t n) {
             return component({section(type_section, vec({bytes(0x70, 0x7d)})),
                               section(import_section, many(n, [](size_t i) {
                                           return bytes(0x00, numbered("a", i), 0x03, 0x00, leb(i));
                                       }))});
         }},
        {"imports of functions",
         [](size_t n) {
             return component({section(type_section, vec({no_params})),
                               section(import_section, many(n, [](size_t i) {
                                           return bytes(0x00, numbered("a", i), 0x01, 0x00);
                                       }))});
         }},
        {"imports with a long beginning in common",
         [](size_t n) {
             const std::string prefix(80, 'a');
             return component({section(type_section, vec({no_params})),
                               section(import_section, many(n, [&](size_t i) {
                                           return bytes(0x00, numbered(prefix, i), 0x01, 0x00);
                                       }))});
         }},
        {"exports of one function",
         [](size_t n) {
             return component({section(type_section, vec({no_params})),
                               section(import_section, vec({func_import})),
                               section(export_section, many(n, [](size_t i) {
                                           return bytes(0x00, numbered("a", i), 0x01, 0x00, 0x00);
                                       }))});
         }},
        {"aliases of one export",
         [](size_t n) {
             const Bytes instance = bytes(
                 0x42, vec({bytes(0x01, no_params), bytes(0x04, 0x00, name("f"), 0x01, 0x00)}));
             return component({section(type_section, vec({instance})),
                               section(import_section, vec({bytes(0x00, name("i"), 0x05, 0x00)})),
                               section(alias_section, many(n, [](size_t) {
                                           return bytes(0x01, 0x00, 0x00, name("f"));
                                       }))});
         }},
        {"exports of an instance type",
         [](size_t n) {
             Bytes declarations = leb(n + 1);
             append(declarations, bytes(0x01, no_params));
             for (size_t i = 0; i < n; ++i)
                 append(declarations, bytes(0x04, 0x00, numbered("a", i), 0x01, 0x00));
             return component({section(type_section, bytes(1, 0x42, declarations))});
         }},
        {"resources",
         [](size_t n) {
             return component(
                 {section(type_section, many(n, [](size_t) { return bytes(0x3f, 0x7f, 0x00); }))});
         }},
        {"lowered functions",
         [](size_t n) {
             return component({section(type_section, vec({no_params})),
                               section(import_section, vec({func_import})),
                               section(canon_section, many(n, [](size_t) {
                                           return bytes(0x01, 0x00, 0x00, 0x00);
                                       }))});
         }},
        {"core exports",
         [](size_t n) {
             return component({section(type_section, vec({no_params})),
                               section(import_section, vec({func_import})),
                               section(canon_section, vec({bytes(0x01, 0x00, 0x00, 0x00)})),
                               section(core_instance_section,
                                       bytes(1, 0x01, many(n, [](size_t i) {
                                                 return bytes(numbered("a", i), 0x00, 0x00);
                                             })))});
         }},
        {"arguments of an instantiation",
         [](size_t n) {
             Bytes declarations = leb(n + 1);
             append(declarations, bytes(0x01, no_params));
             for (size_t i = 0; i < n; ++i)
                 append(declarations, bytes(0x03, 0x00, numbered("a", i), 0x01, 0x00));
             return component(
                 {section(type_section, bytes(2, no_params, 0x41, declarations)),
                  section(import_section, vec({func_import, bytes(0x00, name("c"), 0x04, 0x01)})),
                  section(instance_section, bytes(1, 0x00, 0x00, many(n, [](size_t i) {
                                                      return bytes(numbered("a", i), 0x01, 0x00);
                                                  })))});
         }},
        {"core types",
         [](size_t n) {
             return component({section(core_type_section,
                                       many(n, [](size_t) { return bytes(0x60, 0x00, 0x00); }))});
         }},
        {"custom sections",
         [](size_t n) {
             Bytes out = component_preamble();
             for (size_t i = 0; i < n; ++i)
                 append(out, bytes(0x00, 0x02, name("x")));
             return out;
         }},
        {"empty sections",
         [](size_t n) {
             Bytes out = component_preamble();
             for (size_t i = 0; i < n; ++i)
                 append(out, bytes(type_section, 0x01, 0x00));
             return out;
         }},
    };
    return all;
}

struct Cost {
    double time = 0;
    size_t memory = 0;
    std::string verdict;
};

Cost cost_of(const Bytes& binary)
{
    Arena arena{Backing::reserve(size_t{8} << 30).value()};
    const double start = seconds();
    const Status status = decoder::decode_component_streaming(
        binary, arena, {}, [](const decoder::Component&) { return ok(); });
    return {seconds() - start, arena.peak(), sentence(status)};
}

}  // namespace

TEST(hostile_component_sizes, cost_time_and_memory_in_proportion)
{
    constexpr size_t small = slow ? 4'000 : 16'000;
    constexpr size_t factor = 8;
    for (const Family& family : families()) {
        SCOPED_TRACE(family.name);
        const Bytes little = family.make(small);
        const Bytes much = family.make(small * factor);
        Cost a = cost_of(little);
        for (int i = 0; i < 4; ++i)
            a.time = std::min(a.time, cost_of(little).time);
        Cost b = cost_of(much);
        b.time = std::min(b.time, cost_of(much).time);
        EXPECT_EQ(a.verdict, "valid");
        EXPECT_EQ(b.verdict, "valid");
        // Quadratic would be 64 times; 1 ms is noise.
        EXPECT_LT(b.time, 3 * factor * a.time + 0.001) << a.time << " s, then " << b.time;
        EXPECT_LE(b.memory, 150 * much.size() + 65'536);
    }
}

TEST(hostile_component_sizes, of_a_million_are_taken_or_refused_at_once)
{
    constexpr size_t million = slow ? 100'000 : 1'000'000;
    for (const Family& family : families()) {
        const std::string_view what = family.name;
        if (!what.starts_with("aliases") && !what.starts_with("imports of") &&
            !what.starts_with("exports of one")) {
            continue;
        }
        SCOPED_TRACE(family.name);
        const Bytes binary = family.make(million);
        const Cost cost = cost_of(binary);
        EXPECT_LT(cost.time, 5.0);
        EXPECT_LE(cost.memory, 150 * binary.size() + 65'536) << cost.verdict;
        if (cost.verdict != "valid") {
            EXPECT_EQ(cost.verdict.find("exhaustion"), std::string::npos) << cost.verdict;
        }
    }
}

TEST(hostile_component_sizes, are_bounded_where_they_multiply)
{
    // Each holds the one before twice: the sizes double with every line.
    const std::vector<std::pair<const char*, std::function<Bytes(size_t)>>> doubling = {
        {"tuples",
         [](size_t i) { return bytes(0x6f, 2, signed_leb(int64_t(i)), signed_leb(int64_t(i))); }},
        {"records",
         [](size_t i) {
             return bytes(0x72, 2, name("a"), signed_leb(int64_t(i)), name("b"),
                          signed_leb(int64_t(i)));
         }},
        {"variants",
         [](size_t i) {
             return bytes(0x71, 2, name("a"), 1, signed_leb(int64_t(i)), 0, name("b"), 1,
                          signed_leb(int64_t(i)), 0);
         }},
        {"results",
         [](size_t i) {
             return bytes(0x6a, 1, signed_leb(int64_t(i)), 1, signed_leb(int64_t(i)));
         }},
    };
    for (const auto& [what, item] : doubling) {
        SCOPED_TRACE(what);
        const Bytes binary = component({section(type_section, bytes(leb(61), 0x6f, 1, 0x77, [&] {
                                                    Bytes out;
                                                    for (size_t i = 0; i < 60; ++i)
                                                        append(out, item(i));
                                                    return out;
                                                }()))});
        const Cost cost = cost_of(binary);
        EXPECT_NE(cost.verdict.find("component type too large"), std::string::npos) << cost.verdict;
        EXPECT_LT(cost.time, 0.5);
        EXPECT_LT(cost.memory, size_t{1} << 20);
    }
    // Instance types: each exports two of the one before.
    Bytes types = leb(41);
    append(types,
           bytes(0x42, vec({bytes(0x01, no_params), bytes(0x04, 0x00, name("f"), 0x01, 0x00)})));
    for (size_t i = 0; i < 40; ++i) {
        append(types, bytes(0x42, vec({bytes(0x02, 0x03, 0x02, 0x01, leb(i)),
                                       bytes(0x04, 0x00, name("a"), 0x05, 0x00),
                                       bytes(0x04, 0x00, name("b"), 0x05, 0x00)})));
    }
    const Cost cost = cost_of(component({section(type_section, types)}));
    EXPECT_NE(cost.verdict, "valid");
    EXPECT_LT(cost.time, 1.0);
    EXPECT_LT(cost.memory, size_t{64} << 20);
}

TEST(hostile_component_sizes, of_values_end_below_2_to_the_28)
{
    // Tuples of ten of the one before: 8 bytes, 80, ...
    Bytes types = leb(10);
    append(types, bytes(0x6f, 1, 0x77));
    for (size_t i = 0; i + 1 < 10; ++i)
        append(types, bytes(0x6f, 10, Bytes(10, static_cast<uint8_t>(i))));
    EXPECT_NE(cost_of(component({section(type_section, types)})).verdict, "valid");
}

namespace {

/// `levels` of what `around` puts around the one before.
Bytes nested(size_t levels, Bytes core, const std::function<Bytes(const Bytes&)>& around)
{
    for (size_t i = 0; i < levels; ++i)
        core = around(core);
    return core;
}

}  // namespace

TEST(hostile_component_sizes, of_ten_thousand_levels_are_refused)
{
    constexpr size_t levels = 10'000;
    const std::vector<std::pair<const char*, Bytes>> deep = {
        {"components",
         nested(levels, component({}),
                [](const Bytes& inner) { return component({section(component_section, inner)}); })},
        {"component types",
         component({section(type_section, bytes(1, nested(levels, bytes(0x41, 0),
                                                          [](const Bytes& inner) {
                                                              return bytes(0x41, 1, 0x01, inner);
                                                          })))})},
        {"instance types",
         component({section(type_section, bytes(1, nested(levels, bytes(0x42, 0),
                                                          [](const Bytes& inner) {
                                                              return bytes(0x42, 1, 0x01, inner);
                                                          })))})},
        {"lists",
         component({section(type_section, bytes(leb(levels), 0x73,
                                                [] {
                                                    Bytes out;
                                                    for (size_t i = 0; i + 1 < levels; ++i)
                                                        append(out,
                                                               bytes(0x70, signed_leb(int64_t(i))));
                                                    return out;
                                                }()))})},
        {"options",
         component({section(type_section, bytes(leb(levels), 0x73,
                                                [] {
                                                    Bytes out;
                                                    for (size_t i = 0; i + 1 < levels; ++i)
                                                        append(out,
                                                               bytes(0x6b, signed_leb(int64_t(i))));
                                                    return out;
                                                }()))})},
        {"instances in instances",
         component({section(type_section,
                            [] {
                                Bytes out = leb(levels);
                                append(out, bytes(0x42, 0));
                                for (size_t i = 0; i + 1 < levels; ++i) {
                                    append(out,
                                           bytes(0x42,
                                                 vec({bytes(0x02, 0x03, 0x02, 0x01, leb(i)),
                                                      bytes(0x04, 0x00, name("a"), 0x05, 0x00)})));
                                }
                                return out;
                            }())})},
        {"module types",
         component({section(core_type_section, bytes(1, nested(levels, bytes(0x50, 0),
                                                               [](const Bytes& inner) {
                                                                   return bytes(0x50, 1, 0x01,
                                                                                inner);
                                                               })))})},
    };
    for (const auto& [what, binary] : deep) {
        SCOPED_TRACE(what);
        const Cost cost = cost_of(binary);
        EXPECT_NE(cost.verdict, "valid");
        EXPECT_LT(cost.time, 1.0);
        EXPECT_LT(cost.memory, size_t{64} << 20) << cost.verdict;
    }
}

TEST(hostile_component_sizes, of_counts_that_lie_are_refused_before_anything_is_made_of_them)
{
    const Bytes huge = leb(0xffffffff);
    const std::vector<std::pair<const char*, Bytes>> lies = {
        {"types", section(type_section, huge)},
        {"core types", section(core_type_section, huge)},
        {"instances", section(instance_section, huge)},
        {"core instances", section(core_instance_section, huge)},
        {"aliases", section(alias_section, huge)},
        {"canons", section(canon_section, huge)},
        {"imports", section(import_section, huge)},
        {"exports", section(export_section, huge)},
        {"fields", section(type_section, bytes(1, 0x72, huge))},
        {"cases", section(type_section, bytes(1, 0x71, huge))},
        {"labels of flags", section(type_section, bytes(1, 0x6e, huge))},
        {"labels of an enum", section(type_section, bytes(1, 0x6d, huge))},
        {"parts of a tuple", section(type_section, bytes(1, 0x6f, huge))},
        {"params", section(type_section, bytes(1, 0x40, huge))},
        {"declarations of an instance", section(type_section, bytes(1, 0x42, huge))},
        {"declarations of a component", section(type_section, bytes(1, 0x41, huge))},
        {"declarations of a module", section(core_type_section, bytes(1, 0x50, huge))},
        {"arguments of an instance", section(instance_section, bytes(1, 0x00, 0x00, huge))},
        {"exports of an instance", section(instance_section, bytes(1, 0x01, huge))},
        {"arguments of a core instance",
         section(core_instance_section, bytes(1, 0x00, 0x00, huge))},
        {"exports of a core instance", section(core_instance_section, bytes(1, 0x01, huge))},
        {"canonical options", section(canon_section, bytes(1, 0x01, 0x00, 0x00, huge))},
        {"a name", section(import_section, bytes(1, 0x00, huge))},
        {"a section", bytes(type_section, huge)},
    };
    for (const auto& [what, part] : lies) {
        SCOPED_TRACE(what);
        const Cost cost = cost_of(component({part}));
        EXPECT_NE(cost.verdict, "valid");
        EXPECT_EQ(cost.verdict.find("exhaustion"), std::string::npos) << cost.verdict;
        EXPECT_LT(cost.memory, 65'536u) << cost.verdict;
    }
}
