// Random valid modules for comparing two translations of the same code. They are written to be hard
// on the translator, not to look like programs: few locals that are read and written all the time,
// deep operands with statements between them, values that wait on the stack across blocks, branches
// and calls.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "support/bytes.hpp"

namespace wrt::test {

/// A small generator of numbers that is the same everywhere (splitmix64).
class Random {
public:
    explicit Random(uint64_t seed) : state_{seed} {}

    uint64_t bits()
    {
        uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    /// [0, bound)
    uint32_t below(size_t bound) { return static_cast<uint32_t>((bits() >> 32) * bound >> 32); }
    bool one_in(uint32_t n) { return below(n) == 0; }
    /// Small numbers rather than large ones.
    uint32_t skewed(size_t bound)
    {
        const uint32_t a = below(bound), b = below(bound);
        return a < b ? a : b;
    }
    template <class T>
    T of(std::initializer_list<T> list)
    {
        return list.begin()[below(list.size())];
    }
    template <class List>
    const auto& of(const List& list)
    {
        return list[below(std::size(list))];
    }

private:
    uint64_t state_;
};

/// Types that operands have. `callee` is (ref null 0): type 0 is a function's.
/// The last six are for objects (ObjectTypes): `object` is any of the structs, `packed`, `numbers`
/// and `list` are the arrays.
enum class Type : uint8_t {
    i32,
    i64,
    f32,
    f64,
    funcref,
    externref,
    callee,
    some_func,
    v128,
    exn,
    anyref,
    object,
    packed,
    numbers,
    list,
    i31,
};
using Types = std::vector<Type>;

struct FunctionType {
    Types params;
    Types results;
    uint32_t other = 0;  ///< Not a function's type: it only keeps an index taken.
    friend bool operator==(const FunctionType&, const FunctionType&) = default;
    /// Whether JavaScript could call it and see what it gives: it has no vectors and no objects.
    [[nodiscard]] bool reaches_hosts() const;
};

/// A module and what to do with it. Function i is exported as "f<i>", global i as "g<i>", memory i
/// as "m<i>", table i as "t<i>", tag i
/// as "e<i>". Imports are functions, from module "h" with their index as name.
/// Loops and recursion end because every round and every call takes one from global 0 (i32): set it
/// before a call.
struct GeneratedModule {
    struct Call {
        uint32_t function;
        std::vector<uint64_t> args;  ///< Bits; references are null.
        uint32_t rounds;             ///< For global 0.
    };

    Bytes binary;
    std::vector<FunctionType> functions;  ///< Imports first.
    uint32_t imports = 0;
    Types globals;
    uint32_t memories = 0;
    uint32_t tables = 0;
    std::vector<Types> tags;  ///< What exceptions carry.
    std::vector<Call> calls;
};

/// Parts of WebAssembly that modules may have beyond numbers, references to functions and memories.
struct Features {
    bool vectors = true;
    bool exceptions = true;
    bool objects = true;
};

GeneratedModule generate_module(uint64_t seed, const Features& features = {});

/// Bits of a value of that type, such as arithmetic finds interesting.
uint64_t interesting_bits(Random& random, Type type);

}  // namespace wrt::test
