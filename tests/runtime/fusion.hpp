// Functions for tests of fusion: operands from everywhere, and the outcome against translation that
// keeps each operand in its slot and fuses nothing.
#pragma once

#include <cstring>
#include <set>

#include "handler_tables.hpp"
#include "world.hpp"

namespace wrt::test {

using runtime::Class;
using runtime::FuncInstance;
using runtime::Handler;
using runtime::Slot;

inline uint8_t opcode(Instr op)
{
    return static_cast<uint8_t>(info(op).opcode);
}

/// What an operand is made of. Locals 0, 1, 2 are parameters; 0 and 1 are used so much that they
/// are pinned, 2 lies in its slot; 3 is a counter.
enum class From : uint8_t { first_pin, second_pin, slot, constant, computed };
inline constexpr From everywhere[] = {From::first_pin, From::second_pin, From::slot, From::constant,
                                      From::computed};

struct Type {
    uint8_t code;
    uint8_t constant;  ///< T.const
    uint8_t unary;     ///< An instruction that makes one value of another.
    Bytes immediate;
};
inline const Type type_i32{i32, 0x41, 0x67, {0x79}};  // -7; clz
inline const Type type_i64{i64, 0x42, 0x79, {0x79}};
inline const Type type_f64{f64, 0x44, 0x99, {0, 0, 0, 0, 0, 0, 4, 0xc0}};
inline const Type type_f32{f32, 0x43, 0x8b, {0, 0, 0x20, 0xc0}};

inline Bytes operand(From from, const Type& type, uint8_t other = 0)
{
    switch (from) {
    case From::first_pin: return {0x20, 0};
    case From::second_pin: return {0x20, 1};
    case From::slot: return {0x20, 2};
    case From::constant: return cat({{type.constant}, type.immediate});
    case From::computed: return {0x20, other, type.unary};
    }
    return {};
}

/// Reads that make locals 0 and 1 the pinned ones.
inline Bytes pins()
{
    Bytes all;
    for (int i = 0; i < 12; ++i)
        append(all, i < 8 ? Bytes{0x20, 0, 0x1a, 0x20, 1, 0x1a} : Bytes{0x20, 0, 0x1a});
    return all;
}

/// What a call of every function with every input gave, traps with their offsets included.
inline std::vector<std::string> outcomes(const Bytes& binary, bool slots_only, const Type& type,
                                         std::set<Handler>* handlers)
{
    World world;
    runtime::LoadOptions options;
    options.translate.slots_only = slots_only;
    options.translate.interruptible = true;
    const Result<runtime::Module*> module = world.load(binary, options);
    EXPECT_EQ(text_of(module), "ok");
    runtime::ModuleInstance& instance =
        *runtime::instantiate(world.store(), *module.value()).value();
    if (handlers != nullptr) {
        for (const runtime::Cell& cell : module.value()->code)
            handlers->insert(reinterpret_cast<Handler>(cell.bits));
    }
    constexpr uint64_t inputs[][3] = {{3, 5, 9}, {0xfffffff0, 2, 0x80000000}, {8, 8, 0}};
    constexpr double numbers[][3] = {{3, 0.1, -9}, {1e300, -2.5, 1e-300}, {0, 8, 0.3}};
    std::vector<std::string> all;
    for (FuncInstance* const func : instance.functions) {
        for (int input = 0; input < 3; ++input) {
            Slot window[3];
            for (int i = 0; i < 3; ++i) {
                if (type.code == f64)
                    window[i] = Slot::of(numbers[input][i]);
                else if (type.code == f32)
                    window[i] = Slot::of(static_cast<float>(numbers[input][i]));
                else
                    window[i] = Slot{inputs[input][i]};
            }
            const Status status = runtime::execute(world.store().execution(), *func, window);
            if (!status)
                all.push_back(text_of(Result<int>{status.error()}));
            else if (type.code == i32 || type.code == f32)
                all.push_back(std::to_string(window[0].as<uint32_t>()));
            else
                all.push_back(std::to_string(window[0].bits));
        }
    }
    return all;
}

inline Bytes module_of(const std::vector<Bytes>& bodies, const Type& type)
{
    return wasm({types({func_type({{type.code}, {type.code}, {type.code}}, {{type.code}})}),
                 functions(std::vector<Bytes>(bodies.size(), Bytes{0})), memories({at_least(1)}),
                 globals({{i32, 1, 0x41, 0xc0, 0, 0x0b}, {i32, 1, 0x41, 5, 0x0b}}), code(bodies)});
}

inline void expect_same(const std::vector<Bytes>& bodies, const Type& type,
                        std::set<Handler>& handlers)
{
    const Bytes binary = module_of(bodies, type);
    EXPECT_EQ(outcomes(binary, false, type, &handlers), outcomes(binary, true, type, nullptr));
}

/// Branches on test(made, c) in both orders, forward and back to a loop, where `made` is some code.
/// `updated` is the local that holds it as well, or none.
inline void branches_on(const Bytes& made, uint8_t updated, Instr test, std::vector<Bytes>& bodies)
{
    for (const From c : everywhere) {
        for (const bool reversed : {false, true}) {
            const Bytes other = operand(c, type_i32, 2);
            const Bytes sides = reversed ? cat({other, made}) : cat({made, other});
            const Bytes condition = cat({sides, {opcode(test)}});
            // block, condition, br_if 0, return 77, end, a local
            bodies.push_back(cat({{0},
                                  pins(),
                                  {0x02, 0x40},
                                  condition,
                                  {0x0d, 0, 0x41, 0xcd, 0, 0x0f, 0x0b, 0x20, updated, 0x0b}}));
            // if condition, 11, else a local
            bodies.push_back(cat(
                {{0}, pins(), condition, {0x04, i32, 0x41, 11, 0x05, 0x20, updated, 0x0b, 0x0b}}));
            // At most five rounds: local 3 counts down.
            bodies.push_back(
                cat({{1, 1,    i32,  0x41, 5,    0x21, 3,    0x02, 0x40, 0x03, 0x40, 0x20,
                      3, 0x45, 0x0d, 1,    0x20, 3,    0x41, 1,    0x6b, 0x21, 3},
                     pins(),
                     condition,
                     {0x0d, 0, 0x0b, 0x0b, 0x20, updated, 0x20, 3, 0x6a, 0x0b}}));
        }
    }
}

/// How many of the handlers that `find` gives for all pairs of classes are among `handlers`.
template <class Find>
size_t found_among(const std::set<Handler>& handlers, Find find)
{
    size_t found = 0;
    for (int classes = 0; classes < 36; ++classes) {
        const Handler handler =
            find(static_cast<Class>(classes % 6), static_cast<Class>(classes / 6));
        found += handler != nullptr && handlers.contains(handler) ? 1 : 0;
    }
    return found;
}

}  // namespace wrt::test
