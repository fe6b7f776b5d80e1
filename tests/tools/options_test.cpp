// The command line as data, and the small pieces it is made of.
#include <cmath>

#include <gtest/gtest.h>

#include "call_syntax.hpp"
#include "options.hpp"
#include "quantities.hpp"
#include "suggest.hpp"

namespace {

using namespace wrtd;

Options parsed(std::vector<const char*> words)
{
    const auto result = parse_options(words);
    if (const Reply* reply = std::get_if<Reply>(&result)) ADD_FAILURE() << reply->text;
    return std::get<Options>(result);
}

TEST(options, are_those_before_the_file)
{
    const Options options =
        parsed({"run", "-m", "2MiB", "--stack=64K", "--timeout", "1.5s", "a.wasm", "--stack=1"});
    EXPECT_EQ(options.command, Command::run);
    EXPECT_EQ(options.files, std::vector<std::string>{"a.wasm"});
    EXPECT_EQ(options.arguments, std::vector<std::string>{"--stack=1"});
    EXPECT_EQ(options.limits.budget, 2U << 20);
    EXPECT_EQ(options.limits.stack, 64U << 10);
    EXPECT_EQ(options.limits.timeout_ns, 1'500'000'000U);
    EXPECT_FALSE(options.limits.fuel);
}

TEST(options, may_be_given_several_times_where_that_means_something)
{
    const Options options =
        parsed({"run", "--dir", "a::b", "--env", "X=1", "--dir=c", "--env", "Y=2", "a.wasm"});
    ASSERT_EQ(options.wasi.preopens.size(), 2U);
    EXPECT_EQ(options.wasi.preopens[0].guest, "b");
    EXPECT_EQ(options.wasi.preopens[1].guest, "c");
    EXPECT_EQ(options.wasi.env, (std::vector<std::string>{"X=1", "Y=2"}));
    EXPECT_EQ(parsed({"run", "--fuel", "1", "--fuel", "2", "a.wasm"}).limits.fuel, 2U)
        << "the last one";
}

TEST(options, of_wrtd_may_stand_before_the_command_and_after_it)
{
    EXPECT_EQ(parsed({"--color", "never", "run", "a.wasm"}).color, Color::never);
    EXPECT_EQ(parsed({"run", "--color", "never", "a.wasm"}).color, Color::never);
    EXPECT_EQ(parsed({"--color", "never", "--fuel", "3", "a.wasm"}).limits.fuel, 3U);
}

TEST(options, of_a_server)
{
    const Options options =
        parsed({"serve", "--addr", "[::1]:0", "--workers", "3", "--max-body-bytes", "1MiB",
                "--grace", "2s", "--timeout", "1s", "a.wasm"});
    EXPECT_EQ(options.command, Command::serve);
    EXPECT_EQ(options.serve.host, "::1");
    EXPECT_EQ(options.serve.port, 0);
    EXPECT_EQ(options.serve.workers, 3U);
    EXPECT_EQ(options.serve.max_body_bytes, 1U << 20);
    EXPECT_EQ(options.serve.grace_ns, 2'000'000'000U);
    EXPECT_EQ(options.limits.timeout_ns, 1'000'000'000U);

    const auto refused =
        parse_options(std::vector<const char*>{"serve", "--workers", "2K", "a.wasm"});
    ASSERT_TRUE(std::holds_alternative<Reply>(refused));
    EXPECT_EQ(std::get<Reply>(refused).text, "--workers: '2K' is more than 1024");

    Options::Serve serve;
    EXPECT_TRUE(parse_address("8000", serve));
    EXPECT_EQ(serve.port, 8000);
    EXPECT_TRUE(parse_address("localhost:65535", serve));
    EXPECT_EQ(serve.host, "127.0.0.1");
    for (const char* const wrong : {"", "a", "1.2.3.4", "1.2.3.4:", "1:65536", "1:-1", "1:999999"})
        EXPECT_FALSE(parse_address(wrong, serve)) << wrong;
}

TEST(options, take_a_file_named_like_a_command_as_a_file)
{
    const Options options = parsed({"run", "validate", "call"});
    EXPECT_EQ(options.files, std::vector<std::string>{"validate"});
    EXPECT_EQ(options.arguments, std::vector<std::string>{"call"});
}

TEST(options, serve_with_what_run_has_too)
{
    const Options options = parsed({"serve", "--preload", "ns:pkg=part.wasm", "--reuse-instances",
                                    "100", "--allow-net", "db.internal:5432=private", "a.wasm"});
    ASSERT_EQ(options.preloads.size(), 1U);
    EXPECT_EQ(options.preloads[0].package, "ns:pkg");
    EXPECT_EQ(options.preloads[0].file, "part.wasm");
    EXPECT_EQ(options.serve.reuse_instances, 100U);
    EXPECT_EQ(options.wasi.allow_net, std::vector<std::string>{"db.internal:5432=private"});
    EXPECT_EQ(parsed({"serve", "a.wasm"}).serve.reuse_instances, 1U);
}

TEST(options, grant_a_network_by_rules)
{
    const Options options = parsed({"run", "--allow-net", "example.com:443", "--allow-net=[::1]:*",
                                    "--allow-listen", "127.0.0.1:0", "--max-sockets=8", "a.wasm"});
    EXPECT_EQ(options.wasi.allow_net, (std::vector<std::string>{"example.com:443", "[::1]:*"}));
    EXPECT_EQ(options.wasi.allow_listen, std::vector<std::string>{"127.0.0.1:0"});
    EXPECT_EQ(options.wasi.max_sockets, 8U);
    EXPECT_TRUE(parsed({"run", "a.wasm"}).wasi.allow_net.empty());
    const Options all = parsed({"run", "--net", "a.wasm"});
    EXPECT_EQ(all.wasi.allow_net, std::vector<std::string>{"*"});
    EXPECT_EQ(all.wasi.allow_listen, std::vector<std::string>{"*"});
}

TEST(preopen, may_have_another_name_for_the_guest_and_be_read_only)
{
    const auto check = [](const char* text, const char* host, const char* guest, bool read_only) {
        const Preopen preopen = parse_preopen(text);
        EXPECT_EQ(preopen.host, host) << text;
        EXPECT_EQ(preopen.guest, guest) << text;
        EXPECT_EQ(preopen.read_only, read_only) << text;
    };
    check(".", ".", ".", false);
    check("/srv/data::/data", "/srv/data", "/data", false);
    check("/srv/data::/data:ro", "/srv/data", "/data", true);
    check("data:ro", "data", "data", true);
    check("a:b::c:d", "a:b", "c:d", false);
    check("data::ro", "data", "ro", false);
}

TEST(quantities, read_sizes)
{
    EXPECT_EQ(parse_size("65536"), 65536U);
    EXPECT_EQ(parse_size("64KiB"), 65536U);
    EXPECT_EQ(parse_size("64K"), 65536U);
    EXPECT_EQ(parse_size("64k"), 65536U);
    EXPECT_EQ(parse_size("64KB"), 64000U);
    EXPECT_EQ(parse_size("1.5 MiB"), 1'572'864U);
    EXPECT_EQ(parse_size("1_000"), 1000U);
    EXPECT_EQ(parse_size("18446744073709551615"), UINT64_MAX);
    for (const char* bad :
         {"", "KiB", "-1", "1.2.3", "64kb", "1 2", "18446744073709551616", "99999999999T", "1e3"}) {
        EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
    }
}

TEST(quantities, read_durations_and_counts)
{
    EXPECT_EQ(parse_duration("2"), 2'000'000'000U);
    EXPECT_EQ(parse_duration("250ms"), 250'000'000U);
    EXPECT_EQ(parse_duration("1.5s"), 1'500'000'000U);
    EXPECT_EQ(parse_duration("1h"), 3'600'000'000'000U);
    EXPECT_EQ(parse_duration("2d"), std::nullopt);
    EXPECT_EQ(parse_count("1_000_000"), 1'000'000U);
    EXPECT_EQ(parse_count("2M"), 2'000'000U);
}

TEST(quantities, are_written_for_people)
{
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(1023), "1023 B");
    EXPECT_EQ(size_text(1024), "1.0 KiB");
    EXPECT_EQ(size_text(1'572'864), "1.5 MiB");
    EXPECT_EQ(count_text(999), "999");
    EXPECT_EQ(count_text(1'234'567), "1,234,567");
}

TEST(suggest, counts_typing_mistakes)
{
    EXPECT_EQ(edit_distance("budget", "budget"), 0U);
    EXPECT_EQ(edit_distance("bugdet", "budget"), 1U) << "neighbours swapped";
    EXPECT_EQ(edit_distance("bdget", "budget"), 1U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(suggest, finds_what_was_meant_and_nothing_far_fetched)
{
    const std::vector<std::string> names{"add", "subtract", "multiply"};
    EXPECT_EQ(nearest("addd", names), "add");
    EXPECT_EQ(nearest("substract", names), "subtract");
    EXPECT_EQ(nearest("divide", names), "");
    EXPECT_EQ(nearest("xyz", names), "");
}

TEST(call_syntax, reads_both_ways_of_writing_a_call)
{
    const auto call = [](std::vector<std::string> words) {
        return std::get<CallText>(parse_call(words));
    };
    EXPECT_EQ(call({"add(20, 22)"}).name, "add");
    EXPECT_EQ(call({"add(20, 22)"}).arguments, (std::vector<std::string>{"20", "22"}));
    EXPECT_EQ(call({"add", "20", "22"}).arguments, (std::vector<std::string>{"20", "22"}));
    EXPECT_EQ(call({"run()"}).arguments.size(), 0U);
    EXPECT_EQ(call({"f(x)", "1"}).name, "f(x)") << "a name, since arguments follow as words";
    EXPECT_TRUE(std::holds_alternative<std::string>(parse_call(std::vector<std::string>{"f(1,)"})));
    EXPECT_TRUE(std::holds_alternative<std::string>(parse_call(std::vector<std::string>{"f(,1)"})));
    EXPECT_TRUE(std::holds_alternative<std::string>(parse_call(std::vector<std::string>{"f(1"})));
}

TEST(call_syntax, reads_integers_within_the_range_of_their_type)
{
    const auto i32 = [](const char* text) { return parse_value(text, wrt::ValType::i32); };
    EXPECT_EQ(i32("-2147483648"), wrt::Value{INT32_MIN});
    EXPECT_EQ(i32("4294967295"), wrt::Value{int32_t{-1}});
    EXPECT_EQ(i32("0xffff_ffff"), wrt::Value{int32_t{-1}});
    EXPECT_EQ(i32("i32:7"), wrt::Value{int32_t{7}});
    for (const char* bad : {"", "4294967296", "-2147483649", "1.5", "i64:7", "0x", "x", "--1"}) {
        EXPECT_EQ(i32(bad), std::nullopt) << bad;
    }
    EXPECT_EQ(parse_value("18446744073709551615", wrt::ValType::i64), wrt::Value{int64_t{-1}});
    EXPECT_EQ(parse_value("-9223372036854775808", wrt::ValType::i64), wrt::Value{INT64_MIN});
}

TEST(call_syntax, reads_and_writes_floats_bit_for_bit)
{
    const auto round_trip = [](const char* text, wrt::ValType type) {
        const auto value = parse_value(text, type);
        return value ? value_text(*value) : "none";
    };
    for (const char* text : {"f64:0.1", "f64:-0", "f64:inf", "f64:-inf", "f64:nan", "f64:-nan",
                             "f64:nan:0x1", "f64:5e-324", "f64:1.7976931348623157e+308"}) {
        EXPECT_EQ(round_trip(text, wrt::ValType::f64), text);
    }
    for (const char* text : {"f32:0.1", "f32:nan:0x200000", "f32:-nan:0x7fffff", "f32:16777216"}) {
        EXPECT_EQ(round_trip(text, wrt::ValType::f32), text);
    }
    EXPECT_EQ(round_trip("0x1.8p1", wrt::ValType::f64), "f64:3");
    EXPECT_EQ(round_trip("nan:0x0", wrt::ValType::f64), "none") << "that would be infinity";
    EXPECT_EQ(round_trip("1.5x", wrt::ValType::f64), "none");
}

TEST(call_syntax, reads_vectors_as_digits_or_lanes_and_writes_digits)
{
    const auto vector = [](const char* text) { return parse_value(text, wrt::ValType::v128); };
    const wrt::Value value = wrt::Value::v128(0x0706050403020100, 0x0f0e0d0c0b0a0908);
    EXPECT_EQ(value_text(value), "v128:0x0f0e0d0c0b0a09080706050403020100");
    EXPECT_EQ(vector("v128:0x0f0e0d0c0b0a09080706050403020100"), value);
    EXPECT_EQ(vector("i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"), value);
    EXPECT_EQ(vector("i64x2 0x0706050403020100  0x0f0e0d0c0b0a0908"), value);
    EXPECT_EQ(vector("0x1"), wrt::Value::v128(1, 0));
    EXPECT_EQ(vector("i16x8 -1 0 0 0 65535 0 0 0"), wrt::Value::v128(0xffff, 0xffff));
    EXPECT_EQ(vector("f64x2 1 -nan"), wrt::Value::v128(0x3ff0000000000000, 0xfff8000000000000));
    for (const char* bad : {"", "0x", "0xg", "0x0123456789012345678901234567890123", "i32x4 1 2 3",
                            "i32x4 1 2 3 4 5", "i8x16 256", "1", "i32x2 1 2"}) {
        EXPECT_EQ(vector(bad), std::nullopt) << bad;
    }
}

TEST(call_syntax, writes_types_as_the_text_format_does)
{
    const std::vector<wrt::ValType> params{wrt::ValType::i32, wrt::ValType::externref};
    const std::vector<wrt::ValType> results{wrt::ValType::f64};
    EXPECT_EQ(func_type_text(params, results), "(func (param i32 externref) (result f64))");
    EXPECT_EQ(func_type_text({}, {}), "(func)");
}

}  // namespace
