// The operations of fused_values.hpp, with operands from everywhere: see fusion.hpp.
#include "fused_values.hpp"
#include "fusion.hpp"

namespace wrt::test {
namespace {

/// How many of the handlers that `find` gives for all triples of classes are among `handlers`.
template <class Find>
size_t triples_found(const std::set<Handler>& handlers, Find find)
{
    size_t found = 0;
    for (int c = 0; c < 6; ++c)
        found += found_among(handlers,
                             [&](Class a, Class b) { return find(a, b, static_cast<Class>(c)); });
    return found;
}

/// To the stack, or to a local and from there.
Bytes ending(uint8_t to)
{
    return to == 3 ? Bytes{0x0b} : Bytes{0x21, to, 0x20, to, 0x0b};
}

/// Something to find at addresses 0 to 40.
const Bytes filled = {0x41, 4,    0x41, 9, 0x36, 0, 4, 0x41, 0,  0x41, 0x7c, 0x36, 0, 8, 0x41,
                      16,   0x41, 0xbb, 7, 0x36, 0, 8, 0x41, 28, 0x41, 3,    0x36, 0, 8};

const Type& type_of(Instr op)
{
    const ValType operand = info(op).signature.params[0];
    return operand == ValType::i32   ? type_i32
           : operand == ValType::i64 ? type_i64
           : operand == ValType::f32 ? type_f32
                                     : type_f64;
}

void check_load_binary(Instr load, Instr op, bool reversed)
{
    SCOPED_TRACE(std::string{info(load).text} + " " + std::string{info(op).text});
    const Type& type = type_of(op);
    std::vector<Bytes> bodies;
    for (const From address : everywhere) {
        for (const From c : everywhere) {
            for (uint8_t to = 0; to < 4; ++to) {
                // Local 3 is an i32, where others are not.
                const Bytes at = type.code == i32            ? operand(address, type_i32, 1)
                                 : address == From::computed ? Bytes{0x20, 3, 0x67}
                                                             : Bytes{0x20, 3};
                const Bytes loaded = cat({at, {opcode(load), 0, 2}});
                const Bytes other = operand(c, type, 2);
                bodies.push_back(cat({{1, 1, i32},
                                      pins(),
                                      filled,
                                      {0x41, 12, 0x21, 3},
                                      reversed ? cat({other, loaded}) : cat({loaded, other}),
                                      {opcode(op)},
                                      ending(to)}));
            }
        }
    }
    std::set<Handler> handlers;
    expect_same(bodies, type, handlers);
    EXPECT_GT(triples_found(handlers,
                            [&](Class a, Class c, Class d) {
                                return runtime::load_binary_handler(load, op, reversed, a, c, d);
                            }),
              3u);
}

TEST(fusion_values, what_an_instruction_reads_is_loaded_by_it){
#define WRT_ROW(one, two) check_load_binary(Instr::one, Instr::two, false);
    WRT_LOAD_BINARIES(WRT_ROW)
#undef WRT_ROW
#define WRT_ROW(one, two) check_load_binary(Instr::one, Instr::two, true);
        WRT_LOAD_BINARIES_REVERSED(WRT_ROW)
#undef WRT_ROW
}

TEST(fusion_values, addresses_scale_an_index)
{
    struct Load {
        Instr op;
        Bytes as_i32;
    };
    const Load loads[] = {{Instr::i32_load, {}},
                          {Instr::i32_load16_u, {}},
                          {Instr::i64_load, {0xa7}},
                          {Instr::f32_load, {0xbc}},
                          {Instr::f64_load, {0xbd, 0xa7}}};
    for (const Load& load : loads) {
        SCOPED_TRACE(info(load.op).text);
        std::vector<Bytes> bodies;
        for (const From index : everywhere) {
            for (const From base : everywhere) {
                for (const uint8_t shift : std::initializer_list<uint8_t>{2, 35}) {
                    for (uint8_t to = 0; to < 4; ++to) {
                        const Bytes scaled =
                            cat({operand(index, type_i32, 1), {0x41, shift, 0x74}});
                        const Bytes other = operand(base, type_i32, 2);
                        for (const Bytes& sum : {cat({scaled, other}), cat({other, scaled})}) {
                            bodies.push_back(cat({{0},
                                                  pins(),
                                                  filled,
                                                  sum,
                                                  {0x6a, opcode(load.op), 0, 1},
                                                  load.as_i32,
                                                  ending(to)}));
                        }
                    }
                }
            }
        }
        std::set<Handler> handlers;
        expect_same(bodies, type_i32, handlers);
        EXPECT_GT(triples_found(handlers,
                                [&](Class a, Class b, Class d) {
                                    return runtime::load_scaled_handler(load.op, a, b, d);
                                }),
                  3u);
    }
}

TEST(fusion_values, what_is_loaded_is_kept_and_tested)
{
#define WRT_ROW(name) Instr::name,
    constexpr Instr tests[] = {WRT_VALUE_TESTS(WRT_ROW)};
    constexpr Instr loads[] = {WRT_TESTED_LOADS(WRT_ROW)};
#undef WRT_ROW
    for (const Instr test : tests) {
        for (const Instr load : loads) {
            SCOPED_TRACE(std::string{info(load).text} + " " + std::string{info(test).text});
            std::vector<Bytes> bodies;
            for (const From address : everywhere) {
                for (uint8_t local = 0; local < 3; ++local) {
                    const Bytes made =
                        cat({operand(address, type_i32, 1), {opcode(load), 0, 2, 0x22, local}});
                    branches_on(made, local, test, bodies);
                    // By itself.
                    bodies.push_back(
                        cat({{0},
                             pins(),
                             filled,
                             {0x02, 0x40},
                             made,
                             {0x0d, 0, 0x41, 0xcd, 0, 0x0f, 0x0b, 0x20, local, 0x0b}}));
                }
            }
            std::set<Handler> handlers;
            expect_same(bodies, type_i32, handlers);
            size_t found = 0;
            for (const bool reversed : {false, true}) {
                found += triples_found(handlers, [&](Class a, Class c, Class d) {
                    return runtime::load_test_handler(load, test, reversed, a, c, d);
                });
            }
            EXPECT_GT(found, 3u);
        }
    }
}

TEST(fusion_values, branch_tables_take_an_index_that_was_loaded_or_added_to)
{
    const Bytes indices[] = {
        {0x28, 0, 2}, {0x2d, 0, 2}, {0x2f, 0, 2}, {0x41, 0x7d, 0x6a}, {0x41, 0x79, 0x6a}};
    constexpr Instr ops[] = {Instr::i32_load, Instr::i32_load8_u, Instr::i32_load16_u,
                             Instr::i32_add, Instr::i32_add};
    for (size_t i = 0; i < std::size(indices); ++i) {
        std::vector<Bytes> bodies;
        for (const From from : everywhere) {
            bodies.push_back(cat({{0},
                                  pins(),
                                  filled,
                                  {0x02, 0x40, 0x02, 0x40, 0x02, 0x40},
                                  operand(from, type_i32, 1),
                                  indices[i],
                                  {0x0e, 4, 1, 0, 2, 0, 1, 0x0b, 0x41, 11, 0x0f, 0x0b, 0x41, 22,
                                   0x0f, 0x0b, 0x41, 33, 0x0b}}));
        }
        std::set<Handler> handlers;
        expect_same(bodies, type_i32, handlers);
        EXPECT_GT(found_among(handlers,
                              [&](Class a, Class b) {
                                  return b == Class::slot
                                             ? runtime::indexed_table_handler(ops[i], a)
                                             : nullptr;
                              }),
                  2u);
    }
}

TEST(fusion_values, a_test_after_a_move_sees_what_was_moved)
{
#define WRT_ROW(name) Instr::name,
    constexpr Instr tests[] = {WRT_VALUE_TESTS(WRT_ROW)};
#undef WRT_ROW
    const Bytes mix = {0x20, 0, 0x41, 3, 0x6c, 0x20, 1, 0x6b, 0x20, 2, 0x6b, 0x0b};
    for (const Instr test : tests) {
        std::vector<Bytes> bodies;
        for (const From from : everywhere) {
            for (uint8_t to = 0; to < 3; ++to) {
                const Bytes moved =
                    cat({{0}, pins(), {0x02, 0x40}, operand(from, type_i32, 1), {0x21, to}});
                for (const From a : everywhere) {
                    bodies.push_back(cat({moved,
                                          operand(a, type_i32, 1),
                                          {0x0d, 0, 0x41, 0xcd, 0, 0x0f, 0x0b},
                                          mix}));
                    for (const From b : everywhere) {
                        bodies.push_back(cat({moved,
                                              operand(a, type_i32, 1),
                                              operand(b, type_i32, 2),
                                              {opcode(test), 0x0d, 0, 0x41, 0xcd, 0, 0x0f, 0x0b},
                                              mix}));
                    }
                }
            }
        }
        std::set<Handler> handlers;
        expect_same(bodies, type_i32, handlers);
        size_t found = 0;
        for (const Class from : {Class::slot, Class::constant, Class::t0, Class::l0, Class::l1}) {
            found += triples_found(handlers, [&](Class d, Class a, Class b) {
                return runtime::move_test_handler(test, from, d, a, b);
            });
        }
        EXPECT_GT(found, 10u);
    }
}

void check_wide(Instr op, bool reversed)
{
    SCOPED_TRACE(info(op).text);
    const Type& type = type_of(op);
    const Bytes constant =
        type.code == i64   ? Bytes{0x42, 0xef, 0xfd, 0xb6, 0xf5, 0xad, 0xb9, 0xf3, 0xd5, 0x5a}
        : type.code == f64 ? Bytes{0x44, 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xf1, 0x3f}
                           : Bytes{0x41, 17};
    std::vector<Bytes> bodies;
    for (const From a : everywhere) {
        if (a == From::constant) continue;
        for (uint8_t to = 0; to < 4; ++to) {
            const Bytes other = operand(a, type, 1);
            bodies.push_back(cat({{0}, pins(), other, constant, {opcode(op)}, ending(to)}));
            bodies.push_back(cat({{0}, pins(), constant, other, {opcode(op)}, ending(to)}));
        }
    }
    std::set<Handler> handlers;
    expect_same(bodies, type, handlers);
    EXPECT_GT(found_among(handlers,
                          [&](Class a, Class d) {
                              return runtime::binary_wide_handler(op, reversed, a, d);
                          }),
              3u);
}

TEST(fusion_values, constants_that_have_no_operand_class_are_operands){
#define WRT_ROW(name) check_wide(Instr::name, false);
    WRT_WIDE_BINARIES(WRT_ROW)
#undef WRT_ROW
#define WRT_ROW(name) check_wide(Instr::name, true);
        WRT_WIDE_BINARIES_REVERSED(WRT_ROW)
#undef WRT_ROW
}

TEST(fusion_values, a_select_chooses_between_a_place_and_a_constant)
{
    for (const Type* const type : {&type_i32, &type_i64, &type_f64, &type_f32}) {
        std::vector<Bytes> bodies;
        for (const From a : everywhere) {
            const Bytes value = operand(a, *type, 1);
            const Bytes constant = operand(From::constant, *type);
            for (const uint8_t condition : std::initializer_list<uint8_t>{0, 1, 2}) {
                // A constant in local 3, local 3, or one computed from it.
                const Bytes chosen =
                    condition == 2 ? Bytes{0x20, 3, 0x41, 1, 0x71} : Bytes{0x20, 3};
                for (uint8_t to = 0; to < 4; ++to) {
                    for (const Bytes& both : {cat({value, constant}), cat({constant, value})}) {
                        bodies.push_back(cat({{1, 1, i32},
                                              pins(),
                                              {0x41, condition, 0x21, 3},
                                              both,
                                              chosen,
                                              {0x1b},
                                              ending(to)}));
                    }
                }
            }
        }
        std::set<Handler> handlers;
        expect_same(bodies, *type, handlers);
        const auto bank = type->code == f64 || type->code == f32 ? runtime::Bank::floating
                                                                 : runtime::Bank::integer;
        for (const bool reversed : {false, true}) {
            EXPECT_GT(triples_found(handlers,
                                    [&](Class a, Class condition, Class d) {
                                        return runtime::select_constant_handler(bank, reversed, a,
                                                                                condition, d);
                                    }),
                      1u);
        }
    }
}

TEST(fusion_values, sums_go_to_two_places_or_on_to_a_label)
{
    const Bytes mix = {0x20, 0, 0x41, 3, 0x6c, 0x20, 1, 0x6b, 0x20, 2, 0x6b, 0x0b};
    std::vector<Bytes> bodies;
    for (const From a : everywhere) {
        for (const From b : everywhere) {
            for (uint8_t to = 0; to < 3; ++to) {
                const Bytes sum = cat({operand(a, type_i32, 1), operand(b, type_i32, 2), {0x6a}});
                bodies.push_back(cat({{0},
                                      pins(),
                                      {0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x41, 4, 0x49, 0x0d, 0},
                                      sum,
                                      {0x21, to, 0x0c, 1, 0x0b, 0x41, 7, 0x21, to, 0x0b},
                                      mix}));
                for (uint8_t next = 0; next < 3; ++next)
                    bodies.push_back(cat({{0}, pins(), sum, {0x22, to, 0x21, next}, mix}));
                // The second place is written while the first is an operand.
                bodies.push_back(cat({{0}, pins(), sum, {0x22, to, 0x20, to, 0x6c, 0x0b}}));
            }
        }
    }
    std::set<Handler> handlers;
    expect_same(bodies, type_i32, handlers);
    EXPECT_GT(triples_found(handlers, [](Class a, Class b,
                                         Class d) { return runtime::sum_branch_handler(a, b, d); }),
              3u);
    EXPECT_GT(
        found_among(handlers, [](Class a, Class d) { return runtime::sum_move_handler(a, d); }),
        3u);
}

TEST(fusion_values, float_pins_outlive_calls)
{
    // Function 0 has pins of its own.
    std::vector<Bytes> bodies = {
        cat({{0}, pins(), {0x20, 0, 0x20, 1, 0xa2, 0x21, 0, 0x20, 0, 0x20, 2, 0xa0, 0x0b}})};
    for (const From a : everywhere) {
        for (const From b : everywhere) {
            bodies.push_back(cat({{0},
                                  pins(),
                                  operand(a, type_f64, 1),
                                  operand(b, type_f64, 2),
                                  {0x20, 2, 0xa0, 0x20, 1, 0x20, 0, 0x10, 0},
                                  {0x20, 0, 0xa0, 0x20, 1, 0xa2, 0xa0, 0x0b}}));
        }
    }
    std::set<Handler> handlers;
    expect_same(bodies, type_f64, handlers);
    EXPECT_TRUE(handlers.contains(runtime::call_spilled_handler()));
}

}  // namespace
}  // namespace wrt::test
