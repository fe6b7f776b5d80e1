// errors.def against the specification's scripts, and describe().
#include <wrt/foundation/error.hpp>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace wrt {
namespace {

constexpr Errc all_codes[] = {
#define WRT_ERROR(name, kind, phrase) Errc::name,
#include <wrt/foundation/errors.def>
#undef WRT_ERROR
};

struct Expectation {
    ErrorKind kind;
    std::string_view text;
};

/// The distinct texts on which the core suite asserts, where a binary (not the text format) can be
/// at fault.
constexpr Expectation suite[] = {
    {ErrorKind::malformed, "malformed UTF-8 encoding"},
    {ErrorKind::malformed, "integer too large"},
    {ErrorKind::malformed, "integer representation too long"},
    {ErrorKind::malformed, "unexpected content after last section"},
    {ErrorKind::malformed, "magic header not detected"},
    {ErrorKind::malformed, "unexpected end"},
    {ErrorKind::malformed, "unexpected end of section or function"},
    {ErrorKind::malformed, "section size mismatch"},
    {ErrorKind::malformed, "malformed limits flags"},
    {ErrorKind::malformed, "unknown binary version"},
    {ErrorKind::malformed, "malformed section id"},
    {ErrorKind::malformed, "malformed import kind"},
    {ErrorKind::malformed, "malformed export kind"},
    {ErrorKind::malformed, "function and code section have inconsistent lengths"},
    {ErrorKind::malformed, "malformed mutability"},
    {ErrorKind::malformed, "data count and data section have inconsistent lengths"},
    {ErrorKind::malformed, "length out of bounds"},
    {ErrorKind::malformed, "too many locals"},
    {ErrorKind::malformed, "data count section required"},
    {ErrorKind::malformed, "malformed memop flags"},
    {ErrorKind::malformed, "END opcode expected"},
    {ErrorKind::malformed, "illegal opcode"},
    {ErrorKind::malformed, "illegal opcode ff"},
    {ErrorKind::malformed, "malformed reference type"},
    {ErrorKind::malformed, "malformed definition type"},
    {ErrorKind::invalid, "unknown memory 1"},
    {ErrorKind::invalid, "alignment must not be larger than natural"},
    {ErrorKind::invalid, "type mismatch"},
    {ErrorKind::invalid, "type mismatch: instruction requires [i32] but stack has [i64]"},
    {ErrorKind::invalid, "invalid lane index"},
    {ErrorKind::invalid, "unknown type"},
    {ErrorKind::invalid, "constant expression required"},
    {ErrorKind::invalid, "sub type"},
    {ErrorKind::invalid, "sub type 2 does not match super type 0"},
    {ErrorKind::invalid, "duplicate export name"},
    {ErrorKind::invalid, "unknown local 2"},
    {ErrorKind::invalid, "unknown global 0"},
    {ErrorKind::invalid, "memory size"},
    {ErrorKind::invalid, "table size"},
    {ErrorKind::invalid, "unknown label"},
    {ErrorKind::invalid, "unknown table 0"},
    {ErrorKind::invalid, "unknown function 7"},
    {ErrorKind::invalid, "unknown tag 0"},
    {ErrorKind::invalid, "size minimum must not be greater than maximum"},
    {ErrorKind::invalid, "immutable array"},
    {ErrorKind::invalid, "immutable field"},
    {ErrorKind::invalid, "immutable global"},
    {ErrorKind::invalid, "uninitialized local"},
    {ErrorKind::invalid, "unknown data segment 1"},
    {ErrorKind::invalid, "unknown elem segment 4"},
    {ErrorKind::invalid, "array types do not match"},
    {ErrorKind::invalid, "array type is not numeric or vector"},
    {ErrorKind::invalid, "non-empty tag result type"},
    {ErrorKind::invalid, "start function"},
    {ErrorKind::invalid, "undeclared function reference"},
    {ErrorKind::invalid, "invalid result arity"},
    {ErrorKind::invalid, "offset out of range"},
    {ErrorKind::invalid, "invalid custom page size"},
    {ErrorKind::invalid, "shared memory must have maximum"},
    {ErrorKind::unlinkable, "incompatible import type"},
    {ErrorKind::unlinkable, "unknown import"},
    {ErrorKind::exhaustion, "call stack exhausted"},
    {ErrorKind::trap, "unreachable"},
    {ErrorKind::trap, "uninitialized element 2"},
    {ErrorKind::trap, "undefined element"},
    {ErrorKind::trap, "out of bounds memory access"},
    {ErrorKind::trap, "out of bounds table access"},
    {ErrorKind::trap, "out of bounds array access"},
    {ErrorKind::trap, "integer overflow"},
    {ErrorKind::trap, "integer divide by zero"},
    {ErrorKind::trap, "invalid conversion to integer"},
    {ErrorKind::trap, "cast failure"},
    {ErrorKind::trap, "indirect call type mismatch"},
    {ErrorKind::trap, "null array reference"},
    {ErrorKind::trap, "null reference"},
    {ErrorKind::trap, "null function reference"},
    {ErrorKind::trap, "null i31 reference"},
    {ErrorKind::trap, "null structure reference"},
    {ErrorKind::trap, "null exception reference"},
    {ErrorKind::trap, "unaligned atomic"},
    {ErrorKind::trap, "expected shared memory"},
};

TEST(errors_def, has_the_start_of_every_text_the_suite_asserts_on)
{
    for (const Expectation& expected : suite) {
        bool found = false;
        for (const Errc code : all_codes) {
            found = found ||
                    (kind_of(code) == expected.kind && expected.text.starts_with(phrase(code)));
        }
        EXPECT_TRUE(found) << name_of(expected.kind) << ": " << expected.text;
    }
}

TEST(errors_def, has_phrases_in_one_tone)
{
    std::set<std::string_view> names;
    for (const Errc code : all_codes) {
        EXPECT_TRUE(names.insert(name_of(code)).second);
        const std::string_view text = phrase(code);
        ASSERT_FALSE(text.empty());
        EXPECT_NE(text.back(), '.') << text;
        EXPECT_LE(text.size(), 72U) << text;
        EXPECT_EQ(text.find("failed to"), std::string_view::npos) << text;
    }
}

TEST(errors_def, a_code_out_of_the_table_is_internal)
{
    EXPECT_EQ(phrase(static_cast<Errc>(0xffff)), "internal error");
    EXPECT_EQ(phrase(Errc::none), "no error");
}

TEST(describe, says_kind_place_phrase_expected_and_got)
{
    EXPECT_EQ(describe({.code = Errc::integer_divide_by_zero}), "trap: integer divide by zero");
    EXPECT_EQ(describe({.code = Errc::integer_divide_by_zero, .offset = 0x1f4}),
              "trap at 0x1f4: integer divide by zero");
    EXPECT_EQ(describe({.code = Errc::malformed_value_type,
                        .detail = Detail::hex,
                        .offset = 2,
                        .actual = 0x42}),
              "malformed at 0x2: malformed value type, got 0x42");
    EXPECT_EQ(describe({.code = Errc::malformed_function_type,
                        .detail = Detail::hex,
                        .offset = 0,
                        .expected = 0x60,
                        .actual = 0x42}),
              "malformed at 0x0: malformed function type, expected 0x60, got 0x42");
    EXPECT_EQ(describe({.code = Errc::section_size_mismatch,
                        .detail = Detail::count,
                        .offset = 10,
                        .expected = 0,
                        .actual = 3}),
              "malformed at 0xa: section size mismatch, expected 0, got 3");
}

TEST(describe, names_types_when_told_how)
{
    const Error error{.code = Errc::type_mismatch,
                      .detail = Detail::types,
                      .offset = 0x1f,
                      .expected = 0x7f,
                      .actual = 0x7c};
    EXPECT_EQ(describe(error), "invalid at 0x1f: type mismatch, expected 0x7f, got 0x7c");
    const TypeNamer namer = [](uint32_t bits, TextSink& sink) {
        sink.append(bits == 0x7f ? "i32" : "f64");
    };
    EXPECT_EQ(describe(error, namer), "invalid at 0x1f: type mismatch, expected i32, got f64");
}

TEST(describe, puts_an_index_right_after_the_phrase)
{
    EXPECT_EQ(
        describe({.code = Errc::unknown_memory, .detail = Detail::index, .offset = 9, .actual = 1}),
        "invalid at 0x9: unknown memory 1");
    EXPECT_EQ(describe({.code = Errc::unknown_local,
                        .detail = Detail::index,
                        .offset = 9,
                        .expected = 3,
                        .actual = 5}),
              "invalid at 0x9: unknown local 5, there are 3");
    EXPECT_EQ(describe({.code = Errc::host_exit, .detail = Detail::index, .actual = 3}),
              "host: guest exited with code 3");
}

TEST(describe, tells_bytes_by_account)
{
    EXPECT_EQ(describe({.code = Errc::arena_exhausted,
                        .detail = Detail::bytes,
                        .account = Account::code,
                        .offset = 0x13,
                        .expected = 64,
                        .actual = 96}),
              "exhaustion at 0x13: arena exhausted, asked 96 bytes for code, 64 left");
    EXPECT_EQ(describe({.code = Errc::reserve_failed, .account = Account::memory}),
              "host: the system refused to reserve memory, for memory");
}

TEST(describe, tells_the_bound_of_what_is_unsupported)
{
    EXPECT_EQ(describe({.code = Errc::too_many_types,
                        .detail = Detail::count,
                        .offset = 8,
                        .expected = 1'000'000,
                        .actual = 1'000'001}),
              "unsupported at 0x8: too many types, at most 1000000, got 1000001");
    EXPECT_EQ(describe({.code = Errc::name_too_long, .offset = 0x20}),
              "unsupported at 0x20: name too long");
}

TEST(describe, every_error_fits)
{
    const TypeNamer long_namer = [](uint32_t, TextSink& sink) {
        sink.append("a text that is somewhat longer than the name of a type usually is");
    };
    for (const Errc code : all_codes) {
        for (const Detail detail : {Detail::none, Detail::hex, Detail::count, Detail::types,
                                    Detail::bytes, Detail::index}) {
            const Error error{.code = code,
                              .detail = detail,
                              .account = Account::component,
                              .offset = 0xfffffffe,
                              .expected = 0xffffffff,
                              .actual = 0xffffffff};
            const ErrorText text = describe(error, long_namer);
            EXPECT_LT(text.view().size(), ErrorText::capacity) << text.view();
        }
    }
}

TEST(error, is_sixteen_bytes_and_saturates)
{
    static_assert(sizeof(Error) == 16);
    EXPECT_EQ(saturate_u32(0xffffffffU), 0xffffffffU);
    EXPECT_EQ(saturate_u32(0x100000000U), 0xffffffffU);
    EXPECT_EQ(saturate_u32(7), 7U);
}

}  // namespace
}  // namespace wrt
