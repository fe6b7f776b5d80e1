#include "decoder/support.hpp"

#include <string>

using namespace wrt;
using namespace wrt::test;

static_assert(ValType{}.is_bot() && ValType::bot.bits() == 0);
static_assert(ValType::funcref.nullable() && ValType::funcref.heap() == HeapType::func);
static_assert(ValType::ref(HeapType::of_index(7), false).heap().index() == 7);
static_assert(!ValType::ref(HeapType::of_index(7), false).is_defaultable() &&
              ValType::i32.is_defaultable());
static_assert(ValType::i8.unpacked() == ValType::i32 && ValType::i64.unpacked() == ValType::i64);
static_assert(ValType::v128.storage_bytes() == 16 && ValType::i16.storage_bytes() == 2 &&
              ValType::anyref.storage_bytes() == 0);
static_assert(ValType::anyref.as_non_null().as_nullable() == ValType::anyref);
static_assert(HeapType::of_index(HeapType::max_index).is_index() && HeapType::none.is_abstract());

TEST(write_type_name, says_types_as_the_text_format_does)
{
    const auto text = [](ValType type) {
        char buffer[64];
        TextSink sink{buffer};
        write_type_name(type.bits(), sink);
        return std::string{sink.view()};
    };
    EXPECT_EQ(text(ValType::i32), "i32");
    EXPECT_EQ(text(ValType::v128), "v128");
    EXPECT_EQ(text(ValType::i16), "i16");
    EXPECT_EQ(text(ValType::funcref), "funcref");
    EXPECT_EQ(text(ValType::nullexternref), "nullexternref");
    EXPECT_EQ(text(ValType::ref(HeapType::extern_, false)), "(ref extern)");
    EXPECT_EQ(text(ValType::ref(HeapType::of_index(12), true)), "(ref null 12)");
    EXPECT_EQ(text(ValType::of_bits(nothing_type_bits)), "nothing");
}

TEST(types, order_the_abstract_heap_types_as_the_specification_does)
{
    inspect(preamble(), [](const decoder::Module& module) {
        const auto& types = module.types;
        const HeapType all[] = {HeapType::func,    HeapType::nofunc,  HeapType::exn,
                                HeapType::noexn,   HeapType::extern_, HeapType::noextern,
                                HeapType::any,     HeapType::eq,      HeapType::i31,
                                HeapType::struct_, HeapType::array,   HeapType::none};
        // Rows: what each is below, itself included.
        const std::initializer_list<HeapType> above[] = {
            {HeapType::func},
            {HeapType::nofunc, HeapType::func},
            {HeapType::exn},
            {HeapType::noexn, HeapType::exn},
            {HeapType::extern_},
            {HeapType::noextern, HeapType::extern_},
            {HeapType::any},
            {HeapType::eq, HeapType::any},
            {HeapType::i31, HeapType::eq, HeapType::any},
            {HeapType::struct_, HeapType::eq, HeapType::any},
            {HeapType::array, HeapType::eq, HeapType::any},
            {HeapType::none, HeapType::i31, HeapType::struct_, HeapType::array, HeapType::eq,
             HeapType::any}};
        for (size_t i = 0; i < std::size(all); ++i) {
            EXPECT_TRUE(types.is_subtype(HeapType::bot, all[i]));
            EXPECT_FALSE(types.is_subtype(all[i], HeapType::bot));
            for (const HeapType other : all) {
                const bool expected =
                    std::find(above[i].begin(), above[i].end(), other) != above[i].end();
                EXPECT_EQ(types.is_subtype(all[i], other), expected) << i << " " << other.bits();
            }
        }
    });
}

TEST(types, let_non_null_stand_for_nullable_and_not_the_other_way)
{
    inspect(preamble(), [](const decoder::Module& module) {
        const ValType some = ValType::ref(HeapType::any, false);
        EXPECT_TRUE(module.is_subtype(some, ValType::anyref));
        EXPECT_FALSE(module.is_subtype(ValType::anyref, some));
        EXPECT_FALSE(module.is_subtype(ValType::i32, ValType::i64));
        EXPECT_TRUE(module.is_subtype(ValType::bot, ValType::i32));
        EXPECT_FALSE(module.is_subtype(ValType::i32, ValType::anyref));
    });
}

TEST(types, place_definitions_between_the_abstract_types)
{
    const Bytes binary =
        module({section(type_id, vec({
                                     bytes(sub_form, vec({}), struct_form, vec({})),  // 0
                                     bytes(sub_form, vec({bytes(0)}), struct_form,
                                           vec({bytes(i32, 0)})),  // 1: of 0
                                     func_type({}, {}),            // 2
                                     bytes(array_form, i8, 1),     // 3
                                 }))});
    inspect(binary, [](const decoder::Module& module) {
        const auto& types = module.types;
        const auto index = [](uint32_t i) { return HeapType::of_index(i); };
        EXPECT_TRUE(types.is_subtype(index(1), index(0)) && !types.is_subtype(index(0), index(1)));
        EXPECT_TRUE(types.is_subtype(index(1), HeapType::struct_) &&
                    types.is_subtype(index(1), HeapType::eq));
        EXPECT_TRUE(types.is_subtype(HeapType::none, index(1)) &&
                    !types.is_subtype(HeapType::nofunc, index(1)));
        EXPECT_TRUE(types.is_subtype(index(2), HeapType::func) &&
                    !types.is_subtype(index(2), HeapType::any));
        EXPECT_TRUE(types.is_subtype(HeapType::nofunc, index(2)) &&
                    types.is_subtype(index(3), HeapType::array));
        EXPECT_EQ(types.top_of(index(2)), HeapType::func);
        EXPECT_EQ(types.top_of(index(3)), HeapType::any);
        EXPECT_EQ(types.top_of(HeapType::noexn), HeapType::exn);
        EXPECT_EQ(types[1].depth, 1);
        EXPECT_EQ(types[0].reference[1], ValType::ref(index(0), true));
    });
}

TEST(single_type, gives_every_plain_type_a_place_to_point_at)
{
    for (const ValType type : {ValType::i32, ValType::f64, ValType::v128, ValType::funcref,
                               ValType::nullref, ValType::ref(HeapType::exn, false)}) {
        const auto span = decoder::single_type(type);
        ASSERT_EQ(span.size(), 1u);
        EXPECT_EQ(span[0], type);
    }
}
