// The grammar of names, and when two of them are too much alike.
#include "component/names.hpp"
#include "decoder/component_support.hpp"

using namespace wrt;
using namespace wrt::decoder;
using namespace wrt::test;

using Form = ExternName::Form;

TEST(component_names, are_labels_of_fragments_in_one_case)
{
    for (const char* good : {"a", "a1", "B", "B-1-C-2", "a11-B11-123-ABC-abc"}) {
        EXPECT_TRUE(is_label(good)) << good;
    }
    for (const char* bad : {"", "1", "1-a", "a-", "a--b", "aBc", "-a", "a_b"}) {
        EXPECT_FALSE(is_label(bad)) << bad;
    }
}

TEST(component_names, have_the_forms_of_the_grammar)
{
    EXPECT_EQ(parse_extern_name("run").form, Form::label);
    EXPECT_EQ(parse_extern_name("[constructor]blob").form, Form::constructor);
    EXPECT_EQ(parse_extern_name("[method]blob.read").resource, "blob");
    EXPECT_EQ(parse_extern_name("[static]blob.merge").form, Form::static_);
    EXPECT_EQ(parse_extern_name("wasi:http/types@0.2.12").version, "0.2.12");
    for (const char* bad : {"[constructor]", "[method]a", "[method]a.b.c", "[static].a", "A:b/c",
                            "a:b", "a:b/c@", "a:b/c@1.", "a:b/c@2.0.0+", "a:b:c/d", "a:b/c/d"}) {
        EXPECT_EQ(parse_extern_name(bad).form, Form::invalid) << bad;
    }
}

TEST(component_names, carry_versions_as_semver_has_them)
{
    for (const char* good : {"0.0.0", "1.2.3-rc.1", "0.0.0+a-b", "0.0.0-a.1.2+e.4.ee.5"}) {
        EXPECT_TRUE(is_semver(good)) << good;
    }
    for (const char* bad : {"1", "1.2", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.x", ""}) {
        EXPECT_FALSE(is_semver(bad)) << bad;
    }
    EXPECT_TRUE(is_canonical_version("0.2"));
    EXPECT_FALSE(is_canonical_version("0.2.0"));
}

TEST(component_names, conflict_without_regard_to_case_or_to_methods)
{
    Arena& arena = test_arena();
    auto scope = arena.enter(LibraryId::decoder, "names", unlimited, End::scratch);
    ASSERT_TRUE(scope);
    const uint64_t key[2] = {1, 2};
    NameTable names{arena, key};
    const uint32_t first = names.new_scope();
    const auto fresh = [&](uint32_t in, const char* name) {
        return *names.insert(in, NameTable::Mode::extern_name, name);
    };
    EXPECT_TRUE(fresh(first, "foo-bar"));
    EXPECT_FALSE(fresh(first, "foo-BAR"));
    EXPECT_TRUE(fresh(first, "a"));
    EXPECT_TRUE(fresh(first, "[constructor]a")) << "has the name of its class in most languages";
    EXPECT_FALSE(fresh(first, "[method]a.a"));
    EXPECT_TRUE(fresh(first, "[method]a.b"));
    EXPECT_FALSE(fresh(first, "[static]a.B"));
    EXPECT_TRUE(fresh(names.new_scope(), "a")) << "another scope";
    for (int i = 0; i < 500; ++i) {
        // Grown many times over, it still knows them all.
        static std::vector<std::string> kept(500);
        kept[static_cast<size_t>(i)] = "name" + std::to_string(i);
        EXPECT_TRUE(fresh(first, kept[static_cast<size_t>(i)].c_str()));
    }
    EXPECT_FALSE(fresh(first, "NAME7"));
}
