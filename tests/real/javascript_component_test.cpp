// Components that were made of component/graph.js by two tools, called with C++ values through the
// public interface: every kind of type, resources of the guest, and no allocation once the arena is
// sealed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <wrt/component.hpp>

#include "support/malloc_counter.hpp"

namespace {

using testing::ElementsAre;

std::string sentence(const wrt::Error& error)
{
    return std::string{wrt::describe(error).view()};
}

struct Point {
    uint32_t x, y;
    std::string_view label;
    bool operator==(const Point&) const = default;
};
using Shape = std::variant<std::monostate, double, std::span<const Point>>;
enum class Color : uint8_t { red, green, blue };
using Style = wrt::Flags<3>;
constexpr Style bold{1}, dashed{2}, filled{4};
using Styled = std::tuple<Color, Style>;
struct Scene {
    std::string_view name;
    std::optional<Point> origin;
    std::span<const Shape> shapes;
    std::span<const Styled> styles;
    wrt::Outcome<uint8_t, std::string_view> checked;
};
using Numbers = std::tuple<uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, float, double,
                           bool, char32_t>;

}  // namespace

template <>
constexpr uint32_t wrt::component::enum_cases<Color> = 3;

namespace {

/// One component in an engine of its own; sealed once the functions are bound.
class JavascriptComponent : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override
    {
        const std::string path = std::string{WRT_REAL_COMPONENTS} + "/" + GetParam();
        if (!std::filesystem::exists(path)) GTEST_SKIP() << "there is no " << path;
        binary_.resize(std::filesystem::file_size(path));
        std::ifstream{path, std::ios::binary}.read(reinterpret_cast<char*>(binary_.data()),
                                                   static_cast<std::streamsize>(binary_.size()));
        const auto component = wrt::load_component(engine_, binary_, {.borrow = true});
        ASSERT_TRUE(component) << sentence(component.error());
        const auto instance = linker_.instantiate(*component);
        ASSERT_TRUE(instance) << sentence(instance.error());
        instance_.emplace(*instance);
    }

    template <class Signature>
    wrt::component::TypedFunc<Signature> draw(std::string_view name)
    {
        wrt::LinkFault fault;
        const auto func = instance_->func<Signature>("acme:graph/draw@1.0.0", name, &fault);
        EXPECT_TRUE(func) << name << " is " << fault.provided.view() << ", not "
                          << fault.wanted.view();
        return func.value();
    }

    std::vector<uint8_t> binary_;
    wrt::Engine engine_{{.code = wrt::CodeMode::lazy}};
    wrt::Store store_{engine_};
    wrt::ComponentLinker linker_{store_};
    std::optional<wrt::ComponentInstance> instance_;
};

TEST_P(JavascriptComponent, takes_records_variants_flags_enums_and_bytes)
{
    using Drawn = wrt::Outcome<std::string_view, Color>;
    const auto render = draw<Drawn(Point, Shape, Style, Color, std::span<const uint8_t>)>("render");
    const Point corners[] = {{0, 0, ""}, {4, 5, "far"}};
    const uint8_t bytes[] = {1, 2, 255};
    const auto polygon = render(Point{1, 2, "here"}, Shape{corners}, Style{bold.bits | filled.bits},
                                Color::blue, bytes);
    ASSERT_TRUE(polygon) << sentence(polygon.error());
    ASSERT_TRUE(*polygon);
    EXPECT_EQ(polygon->value(), "polygon of 2 at 1,2 \"here\" bold+filled blue [1 2 255]");
    EXPECT_EQ(
        render(Point{0, 7, "\xc3\xa4"}, Shape{1.5}, dashed, Color::red, bytes).value().value(),
        "circle 1.5 at 0,7 \"\xc3\xa4\" dashed red [1 2 255]");
    EXPECT_EQ(render(Point{}, Shape{}, {}, Color::green, {}).value().error(), Color::green)
        << "what was thrown";
}

TEST_P(JavascriptComponent, gives_back_records_of_lists_options_and_results)
{
    const auto mirror = draw<Scene(Scene)>("mirror");
    const Point corners[] = {{5, 6, "p"}};
    const Shape shapes[] = {{}, 2.5, corners};
    const Styled styles[] = {{Color::red, {}}, {Color::blue, {bold.bits | dashed.bits}}};
    const auto full = mirror(
        Scene{"ab\xe2\x82\xac\xf0\x9f\x98\x80", Point{1, 2, "o"}, shapes, styles, uint8_t{9}});
    ASSERT_TRUE(full) << sentence(full.error());
    EXPECT_EQ(full->name, "\xf0\x9f\x98\x80\xe2\x82\xac"
                          "ba");
    EXPECT_EQ(full->origin, (Point{2, 1, "o"}));
    ASSERT_EQ(full->shapes.size(), 3u);
    ASSERT_EQ(full->shapes[0].index(), 2u);
    EXPECT_THAT(std::get<2>(full->shapes[0]), ElementsAre(Point{5, 6, "p"}));
    EXPECT_EQ(std::get<1>(full->shapes[1]), 2.5);
    EXPECT_EQ(full->shapes[2].index(), 0u);
    ASSERT_EQ(full->styles.size(), 2u);
    EXPECT_EQ(std::get<1>(full->styles[0]).bits, 7u);
    EXPECT_EQ(std::get<0>(full->styles[1]), Color::blue);
    EXPECT_EQ(std::get<1>(full->styles[1]).bits, filled.bits);
    ASSERT_FALSE(full->checked);
    EXPECT_EQ(full->checked.error(), "was 9");

    // Views of the last result are arguments of the next call.
    const auto again = mirror(Scene{
        full->name, std::nullopt, full->shapes.first(2), {}, wrt::Failure{full->checked.error()}});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->name, "ab\xe2\x82\xac\xf0\x9f\x98\x80");
    EXPECT_FALSE(again->origin);
    EXPECT_EQ(std::get<2>(again->shapes[1])[0].label, "p");
    EXPECT_EQ(again->checked.value(), 5u);
}

TEST_P(JavascriptComponent, carries_the_extremes_of_every_number)
{
    const auto numbers = draw<Numbers(uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, float,
                                      double, bool, char32_t)>("numbers");
    EXPECT_EQ(
        numbers(255, -128, 65535, -32768, UINT32_MAX, INT32_MIN, 0.5f, -1e300, true, U'\U0001f600')
            .value(),
        (Numbers{255, -128, 65535, -32768, UINT32_MAX, INT32_MIN, 0.5f, -1e300, true,
                 U'\U0001f600'}));
    const auto sum = draw<std::optional<int64_t>(std::span<const int64_t>)>("sum");
    EXPECT_EQ(sum(std::vector<int64_t>{1, -9007199254740991, 5}).value(), -9007199254740985);
    EXPECT_EQ(sum({}).value(), std::nullopt);
}

TEST_P(JavascriptComponent, carries_tuples_lists_and_results_without_payload)
{
    using Pair = std::tuple<std::string_view, std::optional<uint32_t>>;
    const auto swap = draw<std::tuple<std::optional<uint32_t>, std::string_view>(Pair)>("swap");
    EXPECT_EQ(swap(Pair{"x", 3}).value(), (std::tuple{std::optional{3u}, std::string_view{"x"}}));
    const auto bounds =
        draw<std::optional<std::tuple<Point, Point>>(std::span<const Point>)>("bounds");
    EXPECT_FALSE(bounds({}).value());
    EXPECT_EQ(bounds(std::vector<Point>{{3, 9, "a"}, {4, 1, "b"}}).value(),
              (std::tuple{Point{3, 1, "min"}, Point{4, 9, "max"}}));
    const auto words = draw<std::span<const std::string_view>(std::string_view)>("words");
    EXPECT_THAT(words("three little words").value(), ElementsAre("three", "little", "words"));
    const auto check = draw<wrt::Outcome<void, std::string_view>(uint32_t)>("check");
    EXPECT_TRUE(check(3).value());
    EXPECT_EQ(check(4).value().error(), "4 are too many");
    const auto reversed = draw<std::span<const uint8_t>(std::span<const uint8_t>)>("reversed");
    std::vector<uint8_t> many(5000);
    for (size_t i = 0; i < many.size(); ++i)
        many[i] = static_cast<uint8_t>(i * 7);
    const auto turned = reversed(many).value();
    EXPECT_TRUE(std::equal(turned.begin(), turned.end(), many.rbegin(), many.rend()));
}

TEST_P(JavascriptComponent, makes_lends_and_takes_its_resources)
{
    const auto make = draw<wrt::GuestOwn(uint32_t)>("[constructor]counter");
    const auto add = draw<uint32_t(wrt::GuestBorrow, uint32_t)>("[method]counter.add");
    const auto value = draw<uint32_t(wrt::GuestBorrow)>("[method]counter.value");
    const auto grown = draw<wrt::GuestOwn(wrt::GuestOwn, uint32_t)>("[static]counter.grown");
    const auto total = draw<uint32_t(std::span<const wrt::GuestBorrow>)>("total");
    const auto scatter = draw<std::span<const wrt::GuestOwn>(std::span<const uint32_t>)>("scatter");

    const wrt::GuestOwn first = make(40).value();
    EXPECT_EQ(add(wrt::GuestBorrow{first.handle}, 2).value(), 42u);
    EXPECT_EQ(value(wrt::GuestBorrow{first.handle}).value(), 42u);

    const uint32_t starts[] = {1, 20, 300};
    const auto made = scatter(starts).value();
    ASSERT_EQ(made.size(), 3u);
    const std::vector<wrt::GuestOwn> counters{made.begin(), made.end()};
    std::vector<wrt::GuestBorrow> lent;
    for (const wrt::GuestOwn& counter : counters)
        lent.push_back({counter.handle});
    EXPECT_EQ(total(lent).value(), 321u);

    // componentize-js 0.23 and componentize-qjs 0.4.5 confuse the index of a handle that they are
    // given with what it stands for. That is the same number for the third resource of the first,
    // which counts from 1, and for the fourth of the second.
    const bool quickjs = std::string_view{GetParam()} == "graph_quickjs.wasm";
    const wrt::GuestOwn taken = counters[quickjs ? 2 : 1];
    const wrt::GuestOwn larger = grown(taken, 7).value();
    EXPECT_EQ(value(wrt::GuestBorrow{larger.handle}).value(), quickjs ? 307u : 27u);
    EXPECT_TRUE(instance_->drop(larger));
    EXPECT_TRUE(instance_->drop(counters[0]));
    EXPECT_FALSE(instance_->drop(counters[0])) << "it is gone";
    EXPECT_EQ(value(wrt::GuestBorrow{first.handle}).value(), 42u);
    const auto gone = value(wrt::GuestBorrow{taken.handle});
    ASSERT_FALSE(gone) << "the guest took it";
    EXPECT_EQ(gone.error().code, wrt::Errc::unknown_handle);
}

TEST_P(JavascriptComponent, allocates_nothing_once_the_arena_is_sealed)
{
    const auto mirror = draw<Scene(Scene)>("mirror");
    const auto shout = instance_->func<std::string_view(std::string_view)>("", "shout").value();
    engine_.arena().seal();
    const size_t used = engine_.arena().used();
    const wrt::test::HeapWatch heap;
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(shout("gr\xc3\xbc\xc3\x9f").value(), "GR\xc3\x9cSS!");
        ASSERT_TRUE(mirror(Scene{"name", Point{1, 2, "o"}, {}, {}, uint8_t{1}}));
    }
    EXPECT_EQ(heap.allocations(), 0u);
    EXPECT_EQ(engine_.arena().used(), used);
    engine_.arena().unseal();
}

INSTANTIATE_TEST_SUITE_P(, JavascriptComponent, testing::Values("graph.wasm", "graph_quickjs.wasm"),
                         [](const auto& test) {
                             return std::string{test.index == 0 ? "spidermonkey" : "quickjs"};
                         });

}  // namespace
