// The linear bound: loading takes at most `a` bytes per byte of the module and `b` beside that. The
// modules here were each made to take as much as they can of one thing.
#include <wrt/runtime/measure.hpp>

#include <algorithm>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include <wrt/runtime/load.hpp>

#include "loading_bound.hpp"

namespace wrt::test {
namespace {

using Binary = std::vector<uint8_t>;

struct Taken {
    size_t peak = 0;  ///< At most, while loading.
    size_t kept = 0;  ///< Afterwards.
};

Taken load(const Binary& binary)
{
    Arena arena{Backing::rehearse(size_t{1} << 40).value()};
    runtime::LoadOptions how;
    how.decode.features = FeatureSet::all();
    const auto loaded = runtime::load_module_from_binary(binary, arena, how);
    EXPECT_TRUE(loaded) << describe(loaded.error()).view();
    return {arena.peak(), arena.used()};
}

size_t load_peak(const Binary& binary)
{
    return load(binary).peak;
}

void put_u32(Binary& to, uint64_t value)
{
    do {
        const auto low = static_cast<uint8_t>(value & 0x7f);
        value >>= 7;
        to.push_back(value != 0 ? low | 0x80 : low);
    } while (value != 0);
}

void put(Binary& to, const Binary& bytes)
{
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void put_section(Binary& to, uint8_t id, const Binary& contents)
{
    to.push_back(id);
    put_u32(to, contents.size());
    put(to, contents);
}

/// A vector of `count` copies of `item`.
Binary times(uint64_t count, const Binary& item)
{
    Binary bytes;
    put_u32(bytes, count);
    for (uint64_t i = 0; i < count; ++i)
        put(bytes, item);
    return bytes;
}

Binary module(const std::vector<std::pair<uint8_t, Binary>>& sections)
{
    Binary binary{0, 'a', 's', 'm', 1, 0, 0, 0};
    for (const auto& [id, contents] : sections)
        put_section(binary, id, contents);
    return binary;
}

Binary body(const Binary& locals, const Binary& code)
{
    Binary contents = locals;
    put(contents, code);
    contents.push_back(0x0b);
    Binary sized;
    put_u32(sized, contents.size());
    put(sized, contents);
    return sized;
}

/// [] -> [] functions that all have that body.
Binary functions(uint64_t count, const Binary& code_body)
{
    return module({{1, {1, 0x60, 0, 0}}, {3, times(count, {0})}, {10, times(count, code_body)}});
}

/// One function that repeats `code` `count` times, between `before` and `after`.
Binary repeated(uint64_t count, const Binary& code, const Binary& before = {},
                const Binary& after = {})
{
    Binary all = before;
    for (uint64_t i = 0; i < count; ++i)
        put(all, code);
    put(all, after);
    return module({{1, {2, 0x60, 0, 0, 0x60, 0, 1, 0x7f}},
                   {3, {2, 0, 1}},
                   {4, {1, 0x70, 0, 1}},
                   {5, {1, 0, 1}},
                   {6, {1, 0x7f, 1, 0x41, 0, 0x0b}},
                   {10, [&] {
                        Binary bodies{2};
                        put(bodies, body({1, 4, 0x7f}, all));
                        put(bodies, body({0}, {0x41, 0}));
                        return bodies;
                    }()}});
}

double per_byte(const Binary& binary)
{
    return static_cast<double>(load_peak(binary)) / static_cast<double>(binary.size());
}

// The four modules that other engines multiply most, as goldens.

TEST(amplification, of_declared_locals_is_none)
{
    // 1,000 functions with 32,000 locals each: 8 KB.
    const Binary locals{1, 0x80, 0xfa, 0x01, 0x7f};
    const Binary thousand = functions(1'000, body(locals, {}));
    EXPECT_LT(per_byte(thousand), 24);
    // The same without locals: declaring them costs less than the bytes that declare them.
    const Binary none = functions(1'000, body({0}, {}));
    EXPECT_LT(load_peak(thousand), load_peak(none) + 16 * (thousand.size() - none.size()));
    // 20,000 of them with 30,000: no more per byte.
    const Binary many = functions(20'000, body({1, 0xb0, 0xea, 0x01, 0x7f}, {}));
    EXPECT_LT(per_byte(many), 24);
}

TEST(amplification, of_nested_blocks_is_linear)
{
    const auto nested = [](uint64_t depth) {
        Binary code;
        for (uint64_t i = 0; i < depth; ++i)
            put(code, {0x02, 0x40});
        code.insert(code.end(), depth, 0x0b);
        return functions(1, body({0}, code));
    };
    const Binary some = nested(3'000);
    const Binary many = nested(30'000);
    EXPECT_LT(per_byte(many), 200);
    EXPECT_LT(load_peak(many), 21 * load_peak(some));
}

TEST(amplification, of_a_declared_table_is_none_before_it_is_instantiated)
{
    const Binary table = module({{4, {1, 0x70, 0, 0x80, 0xad, 0xe2, 0x04}}});
    EXPECT_LT(load_peak(table), 4'096u);
}

TEST(amplification, of_operands_ends_at_what_a_frame_holds)
{
    // Functions of a thousand results, called where nothing comes: two bytes push a thousand.
    Binary type{2, 0x60, 0, 0, 0x60, 0};
    put_u32(type, 1'000);
    type.insert(type.end(), 1'000, 0x7f);
    Binary code{0x00};
    for (int i = 0; i < 60; ++i)
        put(code, {0x10, 1});
    const auto of = [&](const Binary& what) {
        Binary bodies{2};
        put(bodies, body({0}, what));
        put(bodies, body({0}, {0x00}));
        return module({{1, type}, {3, {2, 0, 1}}, {10, bodies}});
    };
    put(code, {0x00});
    EXPECT_LT(load_peak(of(code)), 1'000'000u);

    // Where it is reached, an operand takes more.
    Binary reached;
    for (int i = 0; i < 60; ++i)
        put(reached, {0x10, 1});
    put(reached, {0x00});
    EXPECT_LT(load_peak(of(reached)), 8'000'000u);

    Binary too_many{0x00};
    for (int i = 0; i < 70; ++i)
        put(too_many, {0x10, 1});
    put(too_many, {0x00});
    Arena arena{Backing::rehearse(size_t{1} << 36).value()};
    const Binary binary = of(too_many);
    const auto refused = runtime::load_module_from_binary(binary, arena, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::frame_too_large);
    EXPECT_LT(arena.peak(), 2'000'000u);
}

// Everything that a module can have many of, in as few bytes as each can have.

struct Family {
    const char* name;
    std::function<Binary(uint64_t)> make;  ///< With so many of it.
};

const Family families[] = {
    {"types", [](uint64_t n) { return module({{1, times(n, {0x60, 0, 0})}}); }},
    {"distinct types",
     [](uint64_t n) {
         Binary all;
         put_u32(all, n);
         for (uint64_t i = 0; i < n; ++i) {
             Binary params;
             for (uint64_t rest = i; rest != 0; rest /= 4)
                 params.push_back(static_cast<uint8_t>(0x7c + rest % 4));
             put(all, {0x60});
             put_u32(all, params.size());
             put(all, params);
             put(all, {0});
         }
         return module({{1, all}});
     }},
    {"imports",
     [](uint64_t n) { return module({{1, {1, 0x60, 0, 0}}, {2, times(n, {0, 0, 0, 0})}}); }},
    {"functions", [](uint64_t n) { return functions(n, body({0}, {})); }},
    {"tables", [](uint64_t n) { return module({{4, times(n, {0x70, 0, 0})}}); }},
    {"globals", [](uint64_t n) { return module({{6, times(n, {0x7f, 0, 0x41, 0, 0x0b})}}); }},
    {"exports",
     [](uint64_t n) {
         Binary all;
         put_u32(all, n);
         for (uint64_t i = 0; i < n; ++i)
             put(all,
                 {3, static_cast<uint8_t>('0' + i % 64), static_cast<uint8_t>('0' + i / 64 % 64),
                  static_cast<uint8_t>('0' + i / 4096), 0, 0});
         return module(
             {{1, {1, 0x60, 0, 0}}, {3, {1, 0}}, {7, all}, {10, times(1, body({0}, {}))}});
     }},
    {"element segments", [](uint64_t n) { return module({{9, times(n, {1, 0, 0})}}); }},
    {"element items",
     [](uint64_t n) {
         Binary segment{1, 0};
         put(segment, times(n, {0}));
         Binary all{1};
         put(all, segment);
         return module(
             {{1, {1, 0x60, 0, 0}}, {3, {1, 0}}, {9, all}, {10, times(1, body({0}, {}))}});
     }},
    {"data segments", [](uint64_t n) { return module({{11, times(n, {1, 0})}}); }},
    {"tags", [](uint64_t n) { return module({{1, {1, 0x60, 0, 0}}, {13, times(n, {0, 0})}}); }},
    {"custom sections",
     [](uint64_t n) {
         Binary binary = module({});
         for (uint64_t i = 0; i < n; ++i)
             put_section(binary, 0, {0});
         return binary;
     }},
    {"nop", [](uint64_t n) { return repeated(n, {0x01}); }},
    {"call", [](uint64_t n) { return repeated(n, {0x10, 0}); }},
    {"call and drop", [](uint64_t n) { return repeated(n, {0x10, 1, 0x1a}); }},
    {"call_indirect", [](uint64_t n) { return repeated(n, {0x41, 0, 0x11, 0, 0}); }},
    {"block", [](uint64_t n) { return repeated(n, {0x02, 0x40, 0x0b}); }},
    {"loop", [](uint64_t n) { return repeated(n, {0x03, 0x40, 0x0b}); }},
    {"if", [](uint64_t n) { return repeated(n, {0x41, 0, 0x04, 0x40, 0x0b}); }},
    {"if else", [](uint64_t n) { return repeated(n, {0x41, 0, 0x04, 0x40, 0x05, 0x0b}); }},
    {"br_if", [](uint64_t n) { return repeated(n, {0x20, 0, 0x0d, 0}); }},
    {"br_table",
     [](uint64_t n) {
         Binary code{0x41, 0, 0x0e};
         put_u32(code, n);
         code.insert(code.end(), n + 1, 0);
         return repeated(1, code);
     }},
    {"local.get and drop", [](uint64_t n) { return repeated(n, {0x20, 0, 0x1a}); }},
    {"local.get of many",
     [](uint64_t n) {
         n = std::min<uint64_t>(n, 30'000);
         Binary code;
         for (uint64_t i = 0; i < n; ++i) {
             code.push_back(0x20);
             put_u32(code, i);
             code.push_back(0x1a);
         }
         Binary locals{1};
         put_u32(locals, n);
         locals.push_back(0x7f);
         return functions(1, body(locals, code));
     }},
    {"local.set", [](uint64_t n) { return repeated(n, {0x41, 0, 0x21, 0}); }},
    {"global.set", [](uint64_t n) { return repeated(n, {0x41, 0, 0x24, 0}); }},
    {"i32.load", [](uint64_t n) { return repeated(n, {0x41, 0, 0x28, 0, 0, 0x1a}); }},
    {"i32.store", [](uint64_t n) { return repeated(n, {0x41, 0, 0x41, 0, 0x36, 0, 0}); }},
    {"i32.eqz", [](uint64_t n) { return repeated(n, {0x45}, {0x41, 0}, {0x1a}); }},
    {"i32.add", [](uint64_t n) { return repeated(n, {0x20, 1, 0x6a}, {0x20, 0}, {0x1a}); }},
    {"memory.size", [](uint64_t n) { return repeated(n, {0x3f, 0, 0x1a}); }},
    {"memory.grow", [](uint64_t n) { return repeated(n, {0x40, 0}, {0x41, 0}, {0x1a}); }},
    {"operands",
     [](uint64_t n) {
         n = std::min<uint64_t>(n, 30'000);
         Binary code;
         for (uint64_t i = 0; i < n; ++i)
             put(code, {0x41, 0});
         code.insert(code.end(), n, 0x1a);
         return repeated(1, code);
     }},
    {"select", [](uint64_t n) { return repeated(n, {0x20, 0, 0x20, 1, 0x1b}, {0x20, 2}, {0x1a}); }},
    {"unreachable blocks",
     [](uint64_t n) { return repeated(n, {0x02, 0x40, 0x0b}, {0x00}, {0x00}); }},
    {"v128.const",
     [](uint64_t n) {
         Binary code{0xfd, 0x0c};
         code.insert(code.end(), 16, 7);
         code.push_back(0x1a);
         return repeated(n, code);
     }},
    {"try_table", [](uint64_t n) { return repeated(n, {0x1f, 0x40, 1, 2, 0, 0x0b}); }},
    {"catches",
     [](uint64_t n) {
         Binary code{0x1f, 0x40};
         put(code, times(n, {2, 0}));
         code.push_back(0x0b);
         return repeated(1, code);
     }},
};

TEST(amplification, of_everything_is_below_the_stated_bound)
{
    // As the README says. Right after a work stack has doubled is the worst.
    constexpr double a = loading_bytes_per_byte;
    constexpr size_t b = loading_bytes_beside;
    std::string worst;
    double most = 0;
    for (const Family& family : families) {
        for (const uint64_t count : {1u, 10u, 1'000u, 33'000u, 40'000u}) {
            const Binary binary = family.make(count);
            const Taken taken = load(binary);
            const auto size = static_cast<double>(binary.size());
            EXPECT_LE(static_cast<double>(taken.peak), a * size + b) << count << ' ' << family.name;
            if (count < 33'000) continue;
            const double ratio = static_cast<double>(taken.peak) / size;
            if (std::getenv("WRT_SHOW_AMPLIFICATION") != nullptr) {
                std::printf("%8.2f at most, %6.2f kept: %llu %s\n", ratio,
                            static_cast<double>(taken.kept) / size,
                            static_cast<unsigned long long>(count), family.name);
            }
            if (ratio > most) {
                most = ratio;
                worst = family.name;
            }
        }
    }
    std::printf("most: %.1f bytes per byte, of %s\n", most, worst.c_str());
}

}  // namespace
}  // namespace wrt::test
