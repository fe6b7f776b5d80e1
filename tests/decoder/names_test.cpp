#include "decoder/support.hpp"

#include <wrt/decoder/names.hpp>

#include <string>

using namespace wrt;
using namespace wrt::test;

namespace {

Bytes with_names(const Bytes& contents)
{
    return module({section(custom_id, bytes(name("name"), contents))});
}

}  // namespace

TEST(names, are_those_of_the_name_section)
{
    inspect(rich_module(), [](const decoder::Module& module) {
        EXPECT_EQ(decoder::module_name(module), "rich");
        EXPECT_EQ(decoder::function_name(module, 0), "log");
        EXPECT_EQ(decoder::function_name(module, 1), "add");
        EXPECT_EQ(decoder::function_name(module, 2), "");
        EXPECT_EQ(decoder::local_name(module, 1, 0), "left");
        EXPECT_EQ(decoder::local_name(module, 1, 1), "");
        EXPECT_EQ(decoder::local_name(module, 0, 0), "");
    });
}

TEST(names, can_be_walked_in_one_go)
{
    inspect(rich_module(), [](const decoder::Module& module) {
        decoder::NameReader names{module, decoder::NameReader::Kind::functions};
        decoder::NameReader::Entry entry;
        std::string all;
        while (names.next(entry))
            all += std::to_string(entry.index) + "=" + std::string{entry.name} + " ";
        EXPECT_EQ(all, "0=log 1=add ");
    });
}

TEST(names, are_empty_without_a_name_section)
{
    inspect(preamble(), [](const decoder::Module& module) {
        EXPECT_EQ(decoder::module_name(module), "");
        EXPECT_EQ(decoder::function_name(module, 0), "");
    });
}

TEST(names, of_other_kinds_follow_the_same_form)
{
    const Bytes contents =
        bytes(0x07, sized(vec({bytes(0, name("counter"))})),                 // globals
              0x0a, sized(vec({bytes(4, vec({bytes(1, name("next"))}))})));  // fields
    inspect(with_names(contents), [](const decoder::Module& module) {
        decoder::NameReader globals{module, decoder::NameReader::Kind::globals};
        decoder::NameReader fields{module, decoder::NameReader::Kind::fields};
        decoder::NameReader::Entry entry;
        ASSERT_TRUE(globals.next(entry));
        EXPECT_EQ(entry.name, "counter");
        ASSERT_TRUE(fields.next(entry));
        EXPECT_EQ(entry.outer, 4u);
        EXPECT_EQ(entry.index, 1u);
        EXPECT_EQ(entry.name, "next");
        EXPECT_FALSE(fields.next(entry));
    });
}

TEST(names, end_where_the_section_goes_wrong_and_refuse_nothing)
{
    for (const Bytes& contents : {
             bytes(0x01),                          // no size
             bytes(0x01, 9),                       // a size beyond the section
             bytes(0x01, sized(leb(0xffffffff))),  // more names than bytes
             bytes(0x01,
                   sized(bytes(2, 0, name("ok"), 1, 2, 0x80, 0x80))),  // a name that is no UTF-8
             bytes(0x02, sized(bytes(1, 0))),  // a function without its locals
         }) {
        inspect(with_names(contents), [](const decoder::Module& module) {
            EXPECT_EQ(decoder::function_name(module, 1), "");
            EXPECT_EQ(decoder::local_name(module, 0, 0), "");
            EXPECT_EQ(decoder::module_name(module), "");
        });
    }
}

TEST(names, before_the_mistake_are_still_told)
{
    inspect(
        with_names(bytes(0x01, sized(bytes(2, 0, name("ok"), 1, 2, 0x80, 0x80)))),
        [](const decoder::Module& module) { EXPECT_EQ(decoder::function_name(module, 0), "ok"); });
}

TEST(names, survive_every_truncation_of_the_section)
{
    const Bytes whole = bytes(0x00, sized(name("m")), 0x01, sized(vec({bytes(0, name("f"))})), 0x02,
                              sized(vec({bytes(0, vec({bytes(0, name("x"))}))})));
    for (size_t size = 0; size < whole.size(); ++size) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
        inspect(with_names(cut), [](const decoder::Module& module) {
            EXPECT_EQ(decoder::local_name(module, 0, 0), "");
            EXPECT_LE(decoder::function_name(module, 0).size(), 1u);
            EXPECT_LE(decoder::module_name(module).size(), 1u);
        });
    }
}
