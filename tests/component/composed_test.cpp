// Two components of composed/, linked in C++: records, lists, variants and a resource go from the
// host to the one, through it to the other, and back, in every pair of string encodings.
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

struct Book {
    std::string_view title;
    uint32_t pages;
    std::span<const std::string_view> tags;
};
using Verdict = std::variant<std::monostate, uint32_t, std::string_view>;
using Filled = wrt::Outcome<std::span<const Book>, std::string_view>;

constexpr std::string_view shelf = "acme:library/shelf@1.0.0";
constexpr std::string_view mixed = "Gr\xc3\xbc\xc3\x9f"
                                   "e \xe2\x82\xac \xf0\x9f\xa6\x80";

std::vector<uint8_t> read_component(const std::string& name)
{
    const std::string path = std::string{WRT_COMPOSED} + "/" + name + ".wasm";
    if (!std::filesystem::exists(path)) return {};
    std::vector<uint8_t> bytes(std::filesystem::file_size(path));
    std::ifstream{path, std::ios::binary}.read(reinterpret_cast<char*>(bytes.data()),
                                               static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

/// A library and a reader, of these encodings.
class Composed : public testing::TestWithParam<std::tuple<const char*, const char*>> {
protected:
    void SetUp() override
    {
        const auto [library, reader] = GetParam();
        library_binary_ = read_component(std::string{"library_"} + library);
        reader_binary_ = read_component(std::string{"reader_"} + reader);
        if (library_binary_.empty() || reader_binary_.empty())
            GTEST_SKIP() << "no components were assembled";
        library_.emplace(make(library_binary_));
        linker_.exports(*library_);
        reader_.emplace(make(reader_binary_));
    }

    wrt::ComponentInstance make(std::span<const uint8_t> binary)
    {
        wrt::LinkFault fault;
        const auto component = wrt::load_component(engine_, binary, {.borrow = true}).value();
        const auto instance = linker_.instantiate(component, &fault);
        EXPECT_TRUE(instance) << fault.item.view() << " is " << fault.provided.view() << ", not "
                              << fault.wanted.view();
        return instance.value();
    }

    template <class Signature>
    auto of_reader(std::string_view name)
    {
        return reader_->func<Signature>("", name).value();
    }
    template <class Signature>
    auto of_library(std::string_view name)
    {
        return library_->func<Signature>(shelf, name).value();
    }

    std::vector<uint8_t> library_binary_;
    std::vector<uint8_t> reader_binary_;
    wrt::Engine engine_;
    wrt::Store store_{engine_};
    wrt::ComponentLinker linker_{store_};
    std::optional<wrt::ComponentInstance> library_;
    std::optional<wrt::ComponentInstance> reader_;
};

TEST_P(Composed, pass_lists_of_records_of_lists)
{
    const auto fill = of_reader<Filled(std::string_view, std::span<const Book>)>("fill");
    const std::string_view tags[] = {"", mixed, "x"};
    const Book books[] = {{mixed, 12, tags}, {"", UINT32_MAX, {}}};
    const Filled filled = fill("top", books).value();
    ASSERT_TRUE(filled);
    ASSERT_EQ(filled.value().size(), 2u);
    EXPECT_EQ(filled.value()[0].title, mixed);
    EXPECT_EQ(filled.value()[0].pages, 12u);
    EXPECT_THAT(filled.value()[0].tags, ElementsAre("", mixed, "x"));
    EXPECT_EQ(filled.value()[1].pages, UINT32_MAX);
    EXPECT_TRUE(filled.value()[1].tags.empty());
    const Book none[] = {{mixed, 0, {}}};
    const Filled failed = fill("top", none).value();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error(), mixed);
    EXPECT_EQ(of_library<uint32_t()>("drops")().value(), 2u) << "each call made a shelf";
}

TEST_P(Composed, pass_options_and_variants)
{
    const auto read = of_reader<Verdict(std::optional<Book>)>("read");
    EXPECT_EQ(read(std::nullopt).value(), Verdict{});
    EXPECT_EQ(read(Book{"thick", 360, {}}).value(), Verdict{260u});
    EXPECT_EQ(read(Book{mixed, 100, {}}).value(), Verdict{mixed});
    const auto thickest =
        of_reader<std::optional<std::string_view>(std::span<const Book>)>("thickest");
    EXPECT_EQ(thickest({}).value(), std::nullopt);
    EXPECT_EQ(thickest(std::vector<Book>{{"a", 3, {}}, {mixed, 5, {}}}).value(), mixed);
}

TEST_P(Composed, hand_a_resource_of_one_over_through_the_other)
{
    const auto hand_over = of_reader<wrt::GuestOwn(std::string_view)>("hand-over");
    const auto name = of_library<std::string_view(wrt::GuestBorrow)>("[method]shelf.name");
    const auto put = of_library<wrt::Outcome<uint32_t, std::string_view>(wrt::GuestBorrow, Book)>(
        "[method]shelf.put");
    const auto drops = of_reader<uint32_t()>("shelves-dropped");
    const wrt::GuestOwn own = hand_over(mixed).value();
    const wrt::GuestBorrow lent{own.handle};
    EXPECT_EQ(name(lent).value(), mixed);
    EXPECT_EQ(put(lent, Book{"one", 1, {}}).value().value(), 1u);
    EXPECT_EQ(put(lent, Book{"two", 2, {}}).value().value(), 2u);
    EXPECT_EQ(put(lent, Book{"none", 0, {}}).value().error(), "none");
    EXPECT_EQ(drops().value(), 0u);
    EXPECT_TRUE(library_->drop(own));
    EXPECT_EQ(drops().value(), 1u);
}

TEST_P(Composed, allocate_nothing_once_the_arena_is_sealed)
{
    const auto fill = of_reader<Filled(std::string_view, std::span<const Book>)>("fill");
    const auto hand_over = of_reader<wrt::GuestOwn(std::string_view)>("hand-over");
    engine_.arena().seal();
    const size_t used = engine_.arena().used();
    const wrt::test::HeapWatch heap;
    const std::string_view tags[] = {"tag", mixed};
    const Book books[] = {{mixed, 12, tags}};
    for (int i = 0; i < 200; ++i) {
        ASSERT_TRUE(fill("top", books).value());
        ASSERT_TRUE(library_->drop(hand_over("top").value()));
    }
    EXPECT_EQ(heap.allocations(), 0u);
    EXPECT_EQ(engine_.arena().used(), used);
    engine_.arena().unseal();
}

INSTANTIATE_TEST_SUITE_P(, Composed,
                         testing::Combine(testing::Values("utf8", "utf16", "latin1"),
                                          testing::Values("utf8", "utf16", "latin1")),
                         [](const auto& test) {
                             return std::string{std::get<0>(test.param)} + "_" +
                                    std::get<1>(test.param);
                         });

TEST(component_facade, engines_translate_components_lazily_too)
{
    const std::vector<uint8_t> binary = read_component("library_utf8");
    if (binary.empty()) GTEST_SKIP() << "no components were assembled";
    wrt::Engine lazy{{.code = wrt::CodeMode::lazy}};
    const auto component = wrt::load_component(lazy, binary).value();
    wrt::Store own{lazy};
    wrt::ComponentLinker linker{own};
    const auto instance = linker.instantiate(component).value();
    const auto drops = instance.func<uint32_t()>(shelf, "drops").value();
    EXPECT_EQ(drops().value(), 0u);
    // Code that changes belongs to one arena.
    wrt::Engine other;
    wrt::Store foreign{other};
    wrt::ComponentLinker elsewhere{foreign};
    EXPECT_EQ(elsewhere.instantiate(component).error().code, wrt::Errc::lazy_module_elsewhere);
    const auto eager = wrt::load_component(lazy, binary, {.code = wrt::CodeMode::eager}).value();
    EXPECT_TRUE(elsewhere.instantiate(eager));
}

}  // namespace
