// Every pair of operations that fusion knows, with operands from everywhere, against translation
// that keeps each operand in its slot and fuses nothing. Functions are written out here instead of
// at random, so that no row goes without.
#include "fused.hpp"
#include "fusion.hpp"

namespace wrt::test {
namespace {

/// All functions that compute second(first(a, b), c) or second(c, first(a, b)).
std::vector<Bytes> pair_bodies(Instr first, Instr second, const Type& type)
{
    std::vector<Bytes> bodies;
    for (const From a : everywhere) {
        for (const From b : everywhere) {
            for (const From c : everywhere) {
                if (a == From::constant && b == From::constant) continue;
                for (const bool reversed : {false, true}) {
                    for (uint8_t to = 0; to < 4; ++to) {
                        const Bytes inner =
                            cat({operand(a, type, 1), operand(b, type, 2), {opcode(first)}});
                        const Bytes outer = reversed ? cat({operand(c, type, 2), inner})
                                                     : cat({inner, operand(c, type, 2)});
                        // To the stack, or to a local and from there.
                        const Bytes end = to == 3 ? Bytes{0x0b} : Bytes{0x21, to, 0x20, to, 0x0b};
                        bodies.push_back(cat({{0}, pins(), outer, {opcode(second)}, end}));
                    }
                }
            }
        }
    }
    return bodies;
}

size_t pairs_found(Instr first, Instr second, bool reversed, const std::set<Handler>& handlers)
{
    size_t found = 0;
    for (const Class a : runtime::pair_a) {
        for (const runtime::PairRight right : runtime::pair_right) {
            for (const Class d : runtime::pair_d)
                found += handlers.contains(runtime::binary_pair_handler(first, second, reversed, a,
                                                                        right.b, right.c, d))
                             ? 1
                             : 0;
        }
    }
    return found;
}

void check_pair(Instr first, Instr second, bool reversed, const Type& type)
{
    SCOPED_TRACE(std::string{info(first).text} + " " + std::string{info(second).text});
    std::set<Handler> handlers;
    expect_same(pair_bodies(first, second, type), type, handlers);
    handlers.erase(nullptr);
    EXPECT_GT(pairs_found(first, second, reversed, handlers), 3u);
}

#define WRT_CHECK_PAIR(one, two) check_pair(Instr::one, Instr::two, false, type);
#define WRT_CHECK_REVERSED(one, two) check_pair(Instr::one, Instr::two, true, type);

TEST(fusion, pairs_of_i32_instructions_compute_what_both_do)
{
    const Type& type = type_i32;
    WRT_PAIRS_I32(WRT_CHECK_PAIR)
    WRT_PAIRS_I32_REVERSED(WRT_CHECK_REVERSED)
}

TEST(fusion, pairs_of_i64_instructions_compute_what_both_do)
{
    const Type& type = type_i64;
    WRT_PAIRS_I64(WRT_CHECK_PAIR)
}

TEST(fusion, pairs_of_float_instructions_compute_what_both_do){
#define WRT_CHECK_FLOAT(one, two)                                                                  \
    check_pair(Instr::one, Instr::two, false, Instr::one < Instr::f64_abs ? type_f32 : type_f64);
#define WRT_CHECK_FLOAT_REVERSED(one, two)                                                         \
    check_pair(Instr::one, Instr::two, true, Instr::one < Instr::f64_abs ? type_f32 : type_f64);
    WRT_PAIRS_FLOAT(WRT_CHECK_FLOAT) WRT_PAIRS_FLOAT_REVERSED(WRT_CHECK_FLOAT_REVERSED)}

size_t branches_found(Instr first, Instr test, const std::set<Handler>& handlers)
{
    size_t found = 0;
    for (int bits = 0; bits < 8; ++bits) {
        for (int classes = 0; classes < 216; ++classes) {
            const auto cls = [&](int divisor) { return static_cast<Class>(classes / divisor % 6); };
            found += handlers.contains(runtime::binary_branch_handler(
                         first, test, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, cls(1),
                         cls(6), cls(36)))
                         ? 1
                         : 0;
        }
    }
    return found;
}

TEST(fusion, branches_on_what_an_instruction_made_go_where_its_result_says)
{
    constexpr Instr firsts[] = {Instr::i32_add, Instr::i32_sub, Instr::i32_and};
#define WRT_ROW(name) Instr::name,
    constexpr Instr tests[] = {WRT_BRANCH_TESTS(WRT_ROW)};
#undef WRT_ROW
    for (const Instr test : tests) {
        for (const Instr first : firsts) {
            SCOPED_TRACE(std::string{info(first).text} + " " + std::string{info(test).text});
            std::vector<Bytes> bodies;
            for (const From a : everywhere) {
                for (const From b : everywhere) {
                    if (a == From::constant && b == From::constant) continue;
                    const Bytes made =
                        cat({operand(a, type_i32, 1), operand(b, type_i32, 2), {opcode(first)}});
                    branches_on(made, 2, test, bodies);
                    for (uint8_t local = 0; local < 3; ++local)
                        branches_on(cat({made, {0x22, local}}), local, test, bodies);
                }
            }
            std::set<Handler> handlers;
            expect_same(bodies, type_i32, handlers);
            handlers.erase(nullptr);
            EXPECT_GT(branches_found(first, test, handlers), 3u);
        }
    }
}

TEST(fusion, branches_on_a_condition_that_was_computed_go_where_it_says)
{
    std::vector<Bytes> bodies;
    for (const uint8_t op :
         std::initializer_list<uint8_t>{0x71, 0x46, 0x48, 0x6a}) {  // and, eq, lt_s, add
        for (const From a : everywhere) {
            for (const int zeros : {0, 1, 2}) {
                Bytes condition =
                    cat({operand(a, type_i32, 1), operand(From::slot, type_i32), {op}});
                for (int i = 0; i < zeros; ++i)
                    condition.push_back(0x45);  // i32.eqz
                bodies.push_back(cat({{0},
                                      pins(),
                                      {0x02, 0x40},
                                      condition,
                                      {0x0d, 0, 0x41, 11, 0x0f, 0x0b, 0x20, 2, 0x0b}}));
            }
        }
    }
    std::set<Handler> handlers;
    expect_same(bodies, type_i32, handlers);
}

TEST(fusion, branches_on_a_loaded_value_go_where_it_says_and_trap_where_the_load_does)
{
#define WRT_ROW(name) Instr::name,
    constexpr Instr tests[] = {WRT_BRANCH_TESTS(WRT_ROW)};
#undef WRT_ROW
    for (const Instr test : tests) {
        for (const uint8_t load :
             std::initializer_list<uint8_t>{0x28, 0x2d}) {  // i32.load, i32.load8_u
            std::vector<Bytes> bodies;
            for (const From address : everywhere) {
                // Something to find: the memory's first bytes.
                const Bytes filled = {0x41, 4, 0x41, 9,    0x36, 0, 4,
                                      0x41, 0, 0x41, 0x7c, 0x36, 0, 8};
                const Bytes made = cat({operand(address, type_i32, 1), {load, 0, 2}});
                std::vector<Bytes> plain;
                branches_on(made, 2, test, plain);
                for (Bytes& body : plain) {
                    const size_t head = body[0] == 0 ? 1 : 3;
                    body.insert(body.begin() + static_cast<ptrdiff_t>(head), filled.begin(),
                                filled.end());
                    bodies.push_back(body);
                }
            }
            std::set<Handler> handlers;
            expect_same(bodies, type_i32, handlers);
        }
    }
}

TEST(fusion, moves_that_follow_each_other_keep_their_order)
{
    std::vector<Bytes> bodies;
    for (const From a : everywhere) {
        for (const From b : everywhere) {
            // Arguments of a call of function 0, which is not this one.
            bodies.push_back(cat({{0},
                                  pins(),
                                  operand(a, type_i32, 1),
                                  operand(b, type_i32, 2),
                                  {0x20, 2, 0x10, 0, 0x0b}}));
            for (uint8_t to = 0; to < 3; ++to) {
                for (uint8_t next = 0; next < 3; ++next) {
                    // Two locals set one after the other, and at once.
                    bodies.push_back(cat({{0},
                                          pins(),
                                          operand(a, type_i32, 1),
                                          {0x21, to},
                                          operand(b, type_i32, 2),
                                          {0x21, next, 0x20, 0, 0x41, 3, 0x6c, 0x20, 1, 0x6b, 0x20,
                                           2, 0x6b, 0x0b}}));
                    bodies.push_back(
                        cat({{0},
                             pins(),
                             operand(a, type_i32, 1),
                             operand(b, type_i32, 2),
                             {0x21, to, 0x21, next},
                             {0x20, 0, 0x41, 3, 0x6c, 0x20, 1, 0x6b, 0x20, 2, 0x6b, 0x0b}}));
                }
            }
        }
    }
    bodies.insert(bodies.begin(), Bytes{0, 0x20, 0, 0x41, 5, 0x6c, 0x20, 1, 0x6b, 0x20, 2, 0x41, 7,
                                        0x6c, 0x6a, 0x0b});
    std::set<Handler> handlers;
    expect_same(bodies, type_i32, handlers);
    size_t found = 0;
    for (int classes = 0; classes < 36; ++classes)
        found += handlers.contains(runtime::move_pair_handler(static_cast<Class>(classes % 6),
                                                              static_cast<Class>(classes / 6)))
                     ? 1
                     : 0;
    EXPECT_GT(found, 3u);
}

TEST(fusion, calls_take_the_moves_before_them_along)
{
    // Function 0 tells its arguments apart.
    std::vector<Bytes> bodies = {
        {0, 0x20, 0, 0x41, 5, 0x6c, 0x20, 1, 0x6b, 0x20, 2, 0x41, 7, 0x6c, 0x6a, 0x0b}};
    for (const From a : everywhere) {
        for (const From b : everywhere) {
            for (const From c : everywhere) {
                const Bytes call = cat({operand(a, type_i32, 1),
                                        operand(b, type_i32, 2),
                                        operand(c, type_i32, 1),
                                        {0x10, 0}});
                bodies.push_back(cat({{0}, pins(), call, {0x0b}}));
                // The same value for several, just computed.
                bodies.push_back(cat({{0},
                                      pins(),
                                      call,
                                      {0x22, 2, 0x20, 2},
                                      operand(c, type_i32),
                                      {0x10, 0, 0x20, 0, 0x6a, 0x0b}}));
            }
        }
    }
    std::set<Handler> handlers;
    expect_same(bodies, type_i32, handlers);
    EXPECT_GT(found_among(handlers,
                          [](Class a, Class b) {
                              return b == Class::slot ? runtime::call_moved_handler(false, a, b)
                                                      : nullptr;
                          }),
              2u);
    EXPECT_GT(found_among(handlers,
                          [](Class a, Class b) { return runtime::call_moved_handler(true, a, b); }),
              5u);
}

TEST(fusion, branches_after_a_move_find_it_done)
{
    std::vector<Bytes> bodies;
    for (const From a : everywhere) {
        for (const From b : everywhere) {
            for (uint8_t to = 0; to < 3; ++to) {
                bodies.push_back(cat({{0},
                                      pins(),
                                      {0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x41, 4, 0x49, 0x0d, 0},
                                      operand(a, type_i32, 1),
                                      {0x21, to, 0x0c, 1, 0x0b},
                                      operand(b, type_i32, 2),
                                      {0x21, to, 0x0b, 0x20, 0, 0x41, 3, 0x6c, 0x20, 1, 0x6b, 0x20,
                                       2, 0x6b, 0x0b}}));
            }
        }
    }
    std::set<Handler> handlers;
    expect_same(bodies, type_i32, handlers);
    EXPECT_GT(
        found_among(handlers, [](Class a, Class d) { return runtime::move_branch_handler(a, d); }),
        3u);
}

TEST(fusion, frames_in_the_guests_own_stack_come_and_go)
{
    std::vector<Bytes> bodies;
    for (const uint8_t op : std::initializer_list<uint8_t>{0x6a, 0x6b}) {  // add, sub
        for (uint8_t to = 0; to < 4; ++to) {
            for (uint8_t read = 0; read < 2; ++read) {
                for (uint8_t written = 0; written < 2; ++written) {
                    const Bytes sum = {0x23, read, 0x41, 16, op};
                    const Bytes kept = to == 3 ? Bytes{} : Bytes{0x22, to};
                    const Bytes back =
                        to == 3 ? Bytes{0x23, 0} : Bytes{0x20, to, 0x41, 16, 0x6a, 0x24, 0};
                    bodies.push_back(cat({{0},
                                          pins(),
                                          sum,
                                          kept,
                                          {0x24, written},
                                          to == 3 ? Bytes{} : back,
                                          {0x23, 0, 0x23, 1, 0x41, 9, 0x6c, 0x6a, 0x20, 2, 0x6a,
                                           0x20, 0, 0x6a, 0x0b}}));
                }
            }
        }
    }
    std::set<Handler> handlers;
    expect_same(bodies, type_i32, handlers);
    size_t updates = 0;
    size_t back = 0;
    for (int cls = 0; cls < 6; ++cls) {
        updates +=
            handlers.contains(runtime::global_sum_handler(true, static_cast<Class>(cls))) ? 1 : 0;
        back += handlers.contains(runtime::sum_to_global_handler(static_cast<Class>(cls))) ? 1 : 0;
    }
    EXPECT_GT(updates, 2u);
    EXPECT_GT(back, 1u);
}

/// What makes addresses to be found in memory: at 4 one inside, at 8 one whose last bytes are not.
const Bytes addresses = {0x41, 4, 0x41, 40, 0x36, 0, 0, 0x41, 8, 0x41, 0xfa, 0xff, 3, 0x36, 0, 0};

TEST(fusion, an_address_that_was_loaded_is_loaded_from_and_each_load_traps_at_its_own_place)
{
    // i32.load8_u, i32.load16_u, i32.load; 2 bytes behind the end is where the offset leads
    for (const uint8_t second : std::initializer_list<uint8_t>{0x2d, 0x2f, 0x28}) {
        std::vector<Bytes> bodies;
        for (const From address : everywhere) {
            for (const uint8_t offset : std::initializer_list<uint8_t>{0, 3, 4, 8}) {
                for (uint8_t to = 0; to < 4; ++to) {
                    const Bytes end = to == 3 ? Bytes{0x0b} : Bytes{0x21, to, 0x20, to, 0x0b};
                    bodies.push_back(cat({{0},
                                          pins(),
                                          addresses,
                                          operand(address, type_i32, 1),
                                          {0x28, 0, offset, second, 0, offset},
                                          end}));
                }
            }
        }
        std::set<Handler> handlers;
        expect_same(bodies, type_i32, handlers);
        const Instr loads[] = {Instr::i32_load8_u, Instr::i32_load16_u, Instr::i32_load};
        EXPECT_GT(found_among(handlers,
                              [&](Class a, Class d) {
                                  return runtime::load_load_handler(Instr::i32_load,
                                                                    loads[second == 0x2d   ? 0
                                                                          : second == 0x2f ? 1
                                                                                           : 2],
                                                                    a, d);
                              }),
                  3u);
    }
}

TEST(fusion, memory_is_copied_and_each_access_traps_at_its_own_place)
{
    struct Copy {
        uint8_t load, store;
        Instr load_instr, store_instr;
    };
    const Copy copies[] = {{0x28, 0x36, Instr::i32_load, Instr::i32_store},
                           {0x29, 0x37, Instr::i64_load, Instr::i64_store},
                           {0x2d, 0x3a, Instr::i32_load8_u, Instr::i32_store8}};
    for (const Copy& copy : copies) {
        std::vector<Bytes> bodies;
        for (const From from : everywhere) {
            for (const From to : everywhere) {
                for (const uint8_t offset : std::initializer_list<uint8_t>{0, 4, 60}) {
                    bodies.push_back(cat({{0},
                                          pins(),
                                          addresses,
                                          operand(to, type_i32, 2),
                                          operand(from, type_i32, 1),
                                          {copy.load, 0, offset, copy.store, 0, offset},
                                          {0x20, 2, 0x28, 0, 0, 0x0b}}));
                }
            }
        }
        std::set<Handler> handlers;
        expect_same(bodies, type_i32, handlers);
        EXPECT_GT(found_among(handlers,
                              [&](Class a, Class address) {
                                  return runtime::load_store_handler(copy.load_instr,
                                                                     copy.store_instr, a, address);
                              }),
                  3u);
    }
}

TEST(fusion, what_was_computed_is_stored)
{
#define WRT_ROW(one, two) Instr::one, Instr::two,
    constexpr Instr rows[] = {WRT_STORES_AFTER_BINARY(WRT_ROW)};
#undef WRT_ROW
    for (size_t row = 0; row < std::size(rows); row += 2) {
        const ValType stored = info(rows[row]).signature.params[0];
        const Type& type = stored == ValType::i32   ? type_i32
                           : stored == ValType::i64 ? type_i64
                                                    : type_f64;
        const uint8_t load = stored == ValType::i32 ? 0x28 : stored == ValType::i64 ? 0x29 : 0x2b;
        std::vector<Bytes> bodies;
        for (const From a : everywhere) {
            for (const From b : everywhere) {
                if (a == From::constant && b == From::constant) continue;
                // Local 3 is an i32: 24, or such that the store traps.
                for (const uint8_t address : std::initializer_list<uint8_t>{24, 0x7c}) {
                    bodies.push_back(cat({{1, 1, i32},
                                          pins(),
                                          {0x41, address, 0x21, 3, 0x20, 3},
                                          operand(a, type, 1),
                                          operand(b, type, 2),
                                          {opcode(rows[row]), opcode(rows[row + 1]), 0, 4},
                                          {0x41, 24, load, 0, 4, 0x0b}}));
                    bodies.push_back(cat({{1, 1, i32},
                                          pins(),
                                          {0x41, address, 0x67, 0x41, 20, 0x6a},
                                          operand(a, type, 1),
                                          operand(b, type, 2),
                                          {opcode(rows[row]), opcode(rows[row + 1]), 0, 4},
                                          {0x20, 3, load, 0, 32, 0x0b}}));
                }
            }
        }
        std::set<Handler> handlers;
        expect_same(bodies, type, handlers);
        size_t found = 0;
        for (int b = 0; b < 6; ++b) {
            found += found_among(handlers, [&](Class a, Class address) {
                return runtime::binary_store_handler(rows[row], rows[row + 1], a,
                                                     static_cast<Class>(b), address);
            });
        }
        EXPECT_GT(found, 2u);
    }
}

TEST(fusion, constant_addresses_have_the_offset_in_them_unless_32_bits_do_not_hold_the_sum)
{
    std::vector<Bytes> bodies;
    for (const uint8_t address : std::initializer_list<uint8_t>{0, 16, 0x7c}) {  // 0x7c: -4
        for (const From value : everywhere) {
            for (uint8_t to = 0; to < 4; ++to) {
                const Bytes end = to == 3 ? Bytes{0x0b} : Bytes{0x21, to, 0x20, to, 0x0b};
                bodies.push_back(cat({{0},
                                      pins(),
                                      {0x41, address},
                                      operand(value, type_i32, 1),
                                      {0x36, 0, 4, 0x41, address, 0x2f, 0, 5},
                                      end}));
            }
        }
    }
    std::set<Handler> handlers;
    expect_same(bodies, type_i32, handlers);
    EXPECT_TRUE(
        handlers.contains(runtime::load_handler(Instr::i32_load16_u, Class::constant, Class::t0)));
    EXPECT_TRUE(
        handlers.contains(runtime::store_handler(Instr::i32_store, Class::constant, Class::l0)));
}

}  // namespace
}  // namespace wrt::test
