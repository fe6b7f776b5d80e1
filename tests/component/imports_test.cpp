// Host functions and resources for components, C++ values both ways, and versions of interfaces.
#include <wrt/component/typed.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "component/host_components.hpp"
#include "decoder/support.hpp"

using namespace wrt;
using namespace wrt::component;
using namespace wrt::test;

namespace {

struct Point {
    uint32_t x = 0;
    double y = 0;
    std::string_view label;
};
enum class Color : uint8_t { red, green };
using Shape = std::variant<std::monostate, uint32_t, Point>;
using Marks = Flags<3>;
using Texts = std::span<const std::string_view>;
using Rendered = Outcome<Texts, Color>;
using List = std::span<const uint8_t>;
struct Canvas;

}  // namespace

template <>
inline constexpr uint32_t wrt::component::enum_cases<Color> = 2;

namespace {

constexpr std::string_view draw = "acme:host/draw@1.2.0";

/// What the host saw.
struct Seen {
    std::string label;
    std::vector<uint8_t> bytes;
    size_t shape = 0;
    std::string inner_label;
    uint32_t marks = 0;
    std::optional<uint64_t> limit;
    std::vector<uint32_t> canvases;
    std::vector<uint32_t> dropped;
};

struct Fixture {
    Fixture()
        : arena{Backing::reserve(size_t{256} << 20).value()},
          store{runtime::Store::make(arena, {.limits = {.stack_slots = 4096}}).value()},
          world{make_world(*store, {.handles = 64, .lends = 4, .host_bytes = 4096}).value()},
          imports{*world}
    {
    }

    void offer_draw(std::string_view interface = draw)
    {
        Seen* const into = &seen;
        const auto render = [into](Point at, List bytes, Shape shape, Marks marks,
                                   std::optional<uint64_t> limit) -> Rendered {
            into->label = at.label;
            into->bytes.assign(bytes.begin(), bytes.end());
            into->shape = shape.index();
            if (const Point* const inner = std::get_if<Point>(&shape)) {
                into->inner_label = inner->label;
            }
            into->marks = marks.bits;
            into->limit = limit;
            if (bytes.empty()) return Failure{Color::green};
            static constexpr std::string_view texts[] = {"first", "", "third \xc3\xa4"};
            return Texts{texts};
        };
        const auto make = [into](uint32_t width) {
            into->canvases.push_back(width);
            return Own<Canvas>{static_cast<uint32_t>(into->canvases.size()) + 100};
        };
        const auto width = [into](Borrow<Canvas> self) { return into->canvases[self.rep - 101]; };
        ASSERT_TRUE(define_function(imports, arena, interface, "render", render));
        ASSERT_TRUE(define_function(imports, arena, interface, "[constructor]canvas", make));
        ASSERT_TRUE(define_function(imports, arena, interface, "[method]canvas.width", width));
        ASSERT_TRUE(
            define_resource<Canvas>(imports, arena, interface, "canvas",
                                    [into](uint32_t rep) { into->dropped.push_back(rep); }));
    }

    Result<Instance*> make(std::span<const uint8_t> binary)
    {
        return load_and_instantiate(*world, binary, {}, &imports, &fault);
    }

    template <class Signature>
    Result<TypedFunc<Signature>> bind(const Instance& instance, std::string_view name)
    {
        const Func* const func = find_function(instance, name);
        if (func == nullptr) return Error{.code = Errc::unknown_import};
        return TypedFunc<Signature>::bind(*world, *func, &fault);
    }

    Arena arena;
    runtime::Store* store;
    World* world;
    Imports imports;
    LinkFault fault;
    Seen seen;
};

using Render = Rendered(Point, List, Shape, Marks, std::optional<uint64_t>);

}  // namespace

TEST(component_imports, carries_values_of_all_kinds_from_the_host_to_the_host_through_a_guest)
{
    Fixture fixture;
    fixture.offer_draw();
    const Result<Instance*> instance = fixture.make(host_calls_component);
    ASSERT_TRUE(instance) << sentence(instance.error()) << fixture.fault.item.view();
    const auto render = fixture.bind<Render>(**instance, "acme:app/api@0.2.3#render");
    ASSERT_TRUE(render) << fixture.fault.provided.view();

    const uint8_t bytes[] = {1, 2, 255};
    const Result<Rendered> good = (*render)(Point{7, 2.5, "here"}, bytes,
                                            Shape{Point{8, -1, "inside"}}, Marks{5}, 1ull << 40);
    ASSERT_TRUE(good) << sentence(good.error());
    ASSERT_TRUE(*good);
    ASSERT_EQ(good->value().size(), 3u);
    EXPECT_EQ(good->value()[0], "first");
    EXPECT_EQ(good->value()[1], "");
    EXPECT_EQ(good->value()[2], "third \xc3\xa4");
    EXPECT_EQ(fixture.seen.label, "here");
    EXPECT_EQ(fixture.seen.bytes, (std::vector<uint8_t>{1, 2, 255}));
    EXPECT_EQ(fixture.seen.shape, 2u);
    EXPECT_EQ(fixture.seen.inner_label, "inside");
    EXPECT_EQ(fixture.seen.marks, 5u);
    EXPECT_EQ(fixture.seen.limit, 1ull << 40);

    // Views in a result may be arguments of the next call.
    const Result<Rendered> bad =
        (*render)(Point{0, 0, good->value()[2]}, {}, Shape{uint32_t{9}}, Marks{}, std::nullopt);
    ASSERT_TRUE(bad);
    ASSERT_FALSE(*bad);
    EXPECT_EQ(bad->error(), Color::green);
    EXPECT_EQ(fixture.seen.label, "third \xc3\xa4");
    EXPECT_EQ(fixture.seen.shape, 1u);
    EXPECT_FALSE(fixture.seen.limit);
}

TEST(component_imports, typed_calls_take_no_more_memory_the_more_there_are)
{
    Fixture fixture;
    fixture.offer_draw();
    Instance* const instance = fixture.make(host_calls_component).value();
    const auto render = fixture.bind<Render>(*instance, "acme:app/api#render");
    EXPECT_FALSE(render) << "a version is part of the name";
    const auto measure = fixture.bind<uint32_t(uint32_t)>(*instance, "acme:app/api@0.2.0#measure");
    ASSERT_TRUE(measure);
    for (uint32_t i = 0; i < 10'000; ++i)
        ASSERT_EQ(*(*measure)(i), i);
}

TEST(component_imports, resources_of_the_host_are_told_by_what_they_stand_for)
{
    Fixture fixture;
    fixture.offer_draw();
    Instance* const instance = fixture.make(host_calls_component).value();
    const auto measure = fixture.bind<uint32_t(uint32_t)>(*instance, "acme:app/api@0.2.3.measure");
    ASSERT_TRUE(measure);
    EXPECT_EQ(*(*measure)(640), 640u);
    EXPECT_EQ(fixture.seen.dropped, (std::vector<uint32_t>{101}));
    const auto forget = fixture.bind<uint32_t(uint32_t)>(*instance, "forget");
    ASSERT_TRUE(forget);
    const Result<uint32_t> used_after_drop = (*forget)(1);
    ASSERT_FALSE(used_after_drop);
    EXPECT_EQ(used_after_drop.error().code, Errc::unknown_handle);
}

TEST(component_imports, pointers_that_lead_out_of_the_guests_memory_trap)
{
    Fixture fixture;
    fixture.offer_draw();
    Instance* const instance = fixture.make(host_calls_component).value();
    const auto astray = fixture.bind<Render>(*instance, "astray");
    ASSERT_TRUE(astray);
    const Result<Rendered> ended = (*astray)({}, {}, Shape{}, {}, {});
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Errc::list_out_of_bounds);
    EXPECT_EQ(fixture.seen.label, "") << "the host function was not called";
}

TEST(component_imports, arguments_that_do_not_fit_the_calls_memory_end_the_call)
{
    Fixture fixture;
    fixture.offer_draw();
    Instance* const instance = fixture.make(host_calls_component).value();
    const auto render = fixture.bind<Render>(*instance, "acme:app/api@0.2.3#render");
    const std::vector<uint8_t> large(5000);
    const Result<Rendered> ended = (*render)({}, large, Shape{}, {}, {});
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Errc::arena_exhausted);
    EXPECT_TRUE((*render)({}, List{large}.first(100), Shape{}, {}, {}));
}

TEST(component_imports, tells_both_types_where_they_differ)
{
    Fixture fixture;
    fixture.offer_draw();
    ASSERT_TRUE(define_function(fixture.imports, fixture.arena, draw, "[method]canvas.width",
                                [](Borrow<Canvas>, bool) { return std::string_view{}; }));
    const Result<Instance*> refused = fixture.make(host_calls_component);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::incompatible_import_type);
    EXPECT_EQ(fixture.fault.import.view(), draw);
    EXPECT_EQ(fixture.fault.item.view(), "[method]canvas.width");
    EXPECT_EQ(fixture.fault.wanted.view(), "func(self: borrow<canvas>) -> u32");
    EXPECT_EQ(fixture.fault.provided.view(), "func(borrow<resource>, bool) -> string");

    Fixture other;
    other.offer_draw();
    Instance* const instance = other.make(host_calls_component).value();
    EXPECT_FALSE(other.bind<uint64_t(uint32_t)>(*instance, "forget"));
    EXPECT_EQ(other.fault.wanted.view(), "func(u32) -> u64");
    EXPECT_EQ(other.fault.provided.view(), "func(width: u32) -> u32");
}

TEST(component_imports, another_resource_is_another_type)
{
    struct Other;
    Fixture fixture;
    fixture.offer_draw();
    ASSERT_TRUE(define_function(fixture.imports, fixture.arena, draw, "[method]canvas.width",
                                [](Borrow<Other>) { return uint32_t{0}; }));
    const Result<Instance*> refused = fixture.make(host_calls_component);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::incompatible_import_type);
}

TEST(component_imports, names_what_nothing_provides)
{
    Fixture fixture;
    const Result<Instance*> nothing = fixture.make(host_calls_component);
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().code, Errc::unknown_import);
    EXPECT_EQ(fixture.fault.import.view(), draw);

    ASSERT_TRUE(
        define_resource<Canvas>(fixture.imports, fixture.arena, draw, "canvas", [](uint32_t) {}));
    const Result<Instance*> half = fixture.make(host_calls_component);
    ASSERT_FALSE(half);
    EXPECT_EQ(fixture.fault.item.view(), "[constructor]canvas");
    fixture.offer_draw();
    EXPECT_TRUE(fixture.make(host_calls_component)) << "what failed left nothing behind";
}

TEST(component_imports, the_newest_compatible_version_serves)
{
    Fixture fixture;
    fixture.offer_draw("acme:host/draw@1.7.0");
    EXPECT_TRUE(fixture.make(host_calls_component));
    Fixture other;
    other.offer_draw("acme:host/draw@2.0.0");
    EXPECT_FALSE(other.make(host_calls_component));
}

TEST(component_imports, what_one_component_exports_another_imports)
{
    Fixture fixture;
    fixture.offer_draw();
    Instance* const provider = fixture.make(host_calls_component).value();
    ASSERT_TRUE(fixture.imports.define_exports(*provider));
    const Result<Instance*> user = fixture.make(api_user_component);
    ASSERT_TRUE(user) << sentence(user.error());
    const auto twice = fixture.bind<uint32_t(uint32_t)>(**user, "twice");
    ASSERT_TRUE(twice);
    EXPECT_EQ(*(*twice)(21), 21u);
}

TEST(component_imports, resources_of_guests_are_handles_of_the_host)
{
    Fixture fixture;
    Instance* const instance = fixture.make(counters_component).value();
    const auto make = fixture.bind<GuestOwn(uint32_t)>(*instance, "[constructor]counter");
    const auto value = fixture.bind<uint32_t(GuestBorrow)>(*instance, "[method]counter.value");
    const auto drops = fixture.bind<uint32_t()>(*instance, "drops");
    ASSERT_TRUE(make && value && drops);
    const GuestOwn first = *(*make)(7);
    const GuestOwn second = *(*make)(8);
    EXPECT_EQ(*(*value)({first.handle}), 7u);
    EXPECT_EQ(*(*value)({second.handle}), 8u);
    EXPECT_TRUE(drop_host_handle(*fixture.world, first.handle));
    EXPECT_EQ(*(*drops)(), 1u);
    const Result<uint32_t> dropped = (*value)({first.handle});
    ASSERT_FALSE(dropped);
    EXPECT_EQ(dropped.error().code, Errc::unknown_handle);
}

TEST(component_imports, what_the_host_cannot_give_leaves_the_guest_as_it_was)
{
    Fixture fixture;
    Instance* const one = fixture.make(counters_component).value();
    Instance* const other = fixture.make(counters_component).value();
    const auto make = fixture.bind<GuestOwn(uint32_t)>(*one, "[constructor]counter");
    const auto value = fixture.bind<uint32_t(GuestBorrow)>(*one, "[method]counter.value");
    const auto of_other = fixture.bind<uint32_t(GuestBorrow)>(*other, "[method]counter.value");
    ASSERT_TRUE(make && value && of_other);
    const GuestOwn counter = *(*make)(7);
    for (const uint32_t handle : {0u, counter.handle + 1, ~0u}) {
        const Result<uint32_t> unknown = (*value)({handle});
        ASSERT_FALSE(unknown);
        EXPECT_EQ(unknown.error().code, Errc::unknown_handle);
    }
    const Result<uint32_t> mistaken = (*of_other)({counter.handle});
    ASSERT_FALSE(mistaken);
    EXPECT_EQ(mistaken.error().code, Errc::handle_type_mismatch);
    EXPECT_EQ(*(*value)({counter.handle}), 7u);
    EXPECT_TRUE((*make)(8)) << "nothing is lent any more";
    EXPECT_TRUE(drop_host_handle(*fixture.world, counter.handle));
}

TEST(component_imports, text_and_characters_that_are_none_are_the_host_s_error)
{
    Fixture fixture;
    fixture.offer_draw();
    Instance* const instance = fixture.make(host_calls_component).value();
    const auto render = fixture.bind<Render>(*instance, "acme:app/api@0.2.3#render");
    ASSERT_TRUE(render);
    for (const Shape& shape : {Shape{}, Shape{Point{.x = 1, .y = 2, .label = "\xff"}}}) {
        const Point at{.x = 0, .y = 0, .label = shape.index() == 0 ? "\xc3" : "right"};
        const Result<Rendered> refused = (*render)(at, {}, shape, {}, {});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::invalid_utf8);
    }
    EXPECT_EQ(fixture.seen.label, "");
    EXPECT_TRUE((*render)({}, {}, Shape{}, {}, {}));
}

TEST(component_imports, a_trap_of_the_guest_s_ends_it)
{
    Fixture fixture;
    fixture.offer_draw();
    Instance* const instance = fixture.make(host_calls_component).value();
    const auto forget = fixture.bind<uint32_t(uint32_t)>(*instance, "forget");
    const auto measure = fixture.bind<uint32_t(uint32_t)>(*instance, "acme:app/api@0.2.3.measure");
    ASSERT_TRUE(forget && measure);
    EXPECT_EQ(*(*measure)(640), 640u);
    EXPECT_EQ((*forget)(1).error().code, Errc::unknown_handle);
    EXPECT_EQ((*measure)(640).error().code, Errc::cannot_enter_component);
}

TEST(component_imports, versions_are_compatible_as_semantic_versioning_has_it)
{
    EXPECT_TRUE(same_interface("a:b/c@0.2.0", "a:b/c@0.2.12"));
    EXPECT_TRUE(same_interface("a:b/c@1.0.0", "a:b/c@1.9.3"));
    EXPECT_TRUE(same_interface("a:b/c", "a:b/c"));
    EXPECT_FALSE(same_interface("a:b/c@0.2.0", "a:b/c@0.3.0"));
    EXPECT_FALSE(same_interface("a:b/c@1.0.0", "a:b/c@2.0.0"));
    EXPECT_FALSE(same_interface("a:b/c@0.0.1", "a:b/c@0.0.2"));
    EXPECT_TRUE(same_interface("a:b/c@0.0.1", "a:b/c@0.0.1"));
    EXPECT_FALSE(same_interface("a:b/c@1.0.0-rc.1", "a:b/c@1.0.0"));
    EXPECT_FALSE(same_interface("a:b/c@1.0.0", "a:b/d@1.0.0"));
    EXPECT_FALSE(same_interface("a:b/c", "a:b/c@1.0.0"));
}
