// Host functions from lambdas: types, guest strings and spans, errors, exceptions, calls back.
#include <array>
#include <bit>
#include <numeric>
#include <stdexcept>

#include <wrt/report.hpp>

#include "fixture.hpp"

namespace {

/// hosted.wat with its imports.
struct Hosted : World {
    std::string logged;
    wrt::Instance instance;

    Hosted() : instance{link()} {}

    wrt::Instance link()
    {
        linker.func("env", "add", [](int32_t a, int32_t b) { return a + b; })
            .func("env", "log", [this](wrt::GuestString text) { logged = text.view; })
            .func("env", "sum",
                  [](wrt::GuestSpan<const int32_t> numbers) {
                      return std::accumulate(numbers.view.begin(), numbers.view.end(), int64_t{0});
                  })
            .func("env", "divmod", [](int32_t a, int32_t b) { return std::tuple(a / b, a % b); })
            .func("env", "fail",
                  [](wrt::Caller& caller, int32_t how) -> wrt::Status {
                      if (how == 0) return wrt::ok();
                      if (how == 1) return caller.error("one is too many");
                      if (how == 2) return wrt::Error{.code = wrt::Errc::unreachable};
                      throw std::runtime_error{"thrown by the host"};
                  })
            .func("env", "back", [](wrt::Caller& caller, int32_t n) -> wrt::Result<int32_t> {
                WRT_TRY(const auto twice, caller.instance()->func<int32_t(int32_t)>("double"));
                return twice(n);
            });
        return instantiate("hosted");
    }

    template <class Signature>
    wrt::TypedFunc<Signature> func(std::string_view name)
    {
        return instance.func<Signature>(name).value();
    }
};

// The types are read off the lambdas; what cannot be a host function is not one.
constexpr auto takes_text = [](wrt::GuestString) {};
constexpr auto takes_int8 = [](int8_t) {};
constexpr auto returns_text = [] { return std::string_view{}; };
constexpr auto returns_result = [](wrt::Caller&,
                                   float) -> wrt::Result<std::tuple<int32_t, double>> {
    return std::tuple(1, 2.0);
};
static_assert(wrt::HostFn<decltype(takes_text)>);
static_assert(wrt::HostFn<decltype(returns_result)>);
static_assert(!wrt::HostFn<decltype(takes_int8)>);
static_assert(!wrt::HostFn<decltype(returns_text)>);

TEST(host_function, takes_and_returns_numbers)
{
    Hosted hosted;
    EXPECT_EQ(hosted.func<int32_t(int32_t, int32_t)>("add")(20, 22).value(), 42);
}

TEST(host_function, returns_several_results_as_a_tuple)
{
    Hosted hosted;
    EXPECT_EQ(
        (hosted.func<std::tuple<int32_t, int32_t>(int32_t, int32_t)>("divmod")(17, 5).value()),
        std::tuple(3, 2));
}

TEST(host_function, takes_and_returns_vectors_between_numbers)
{
    World world;
    wrt::V128 seen[2];
    world.linker.func("env", "mix", [&seen](int32_t a, wrt::V128 b, int64_t c, wrt::V128 d) {
        seen[0] = b;
        seen[1] = d;
        return std::tuple(a + c, d);
    });
    const wrt::Instance instance = world.instantiate("vectors");
    const auto vector = [](uint32_t lane) {
        return std::bit_cast<wrt::V128>(std::array{lane, lane, lane, lane});
    };
    const auto mix =
        instance.func<std::tuple<int64_t, wrt::V128>(int32_t, wrt::V128, int64_t, wrt::V128)>("mix")
            .value();
    EXPECT_EQ(mix(1, vector(20), 300, vector(4000)).value(),
              std::tuple(int64_t{301}, vector(4000)));
    EXPECT_EQ(seen[0], vector(40));
    EXPECT_EQ(seen[1], vector(4000));
    const auto splat = instance.func<wrt::V128(int32_t)>("splat").value();
    EXPECT_EQ(splat(7).value(), vector(7));
    EXPECT_EQ(wrt::Value{vector(7)}.vector(), vector(7));
    EXPECT_EQ(wrt::Value{vector(7)}, wrt::Value::v128(0x700000007, 0x700000007));
}

TEST(host_function, sees_a_guests_string_and_may_capture)
{
    Hosted hosted;
    ASSERT_TRUE(hosted.func<void(int32_t, int32_t)>("log")(16, 6));
    EXPECT_EQ(hosted.logged, "h\u00e9llo");
}

TEST(host_function, is_not_called_with_a_string_out_of_bounds_or_not_utf8)
{
    Hosted hosted;
    const auto log = hosted.func<void(int32_t, int32_t)>("log");
    EXPECT_EQ(log(65530, 7).error().code, wrt::Errc::out_of_bounds_memory_access);
    EXPECT_EQ(log(-1, -1).error().code, wrt::Errc::out_of_bounds_memory_access);
    EXPECT_EQ(log(64, 2).error().code, wrt::Errc::malformed_utf8);
    EXPECT_EQ(hosted.logged, "");
    ASSERT_TRUE(log(65536, 0)) << "nothing, at the very end";
}

TEST(host_function, sees_a_guests_array)
{
    Hosted hosted;
    EXPECT_EQ(hosted.func<int64_t(int32_t, int32_t)>("sum")(32, 3).value(), 42);
}

TEST(host_function, is_not_called_with_an_array_out_of_bounds_or_misaligned)
{
    Hosted hosted;
    const auto sum = hosted.func<int64_t(int32_t, int32_t)>("sum");
    EXPECT_EQ(sum(65532, 2).error().code, wrt::Errc::out_of_bounds_memory_access);
    EXPECT_EQ(sum(0, 0x40000001).error().code, wrt::Errc::out_of_bounds_memory_access)
        << "the size in bytes would wrap in 32 bits";
    EXPECT_EQ(sum(33, 1).error().code, wrt::Errc::host_failure);
    EXPECT_EQ(hosted.store.host_message(), "misaligned address from the guest");
}

TEST(host_function, stops_the_guest_with_an_error_of_its_own_words)
{
    Hosted hosted;
    const auto fail = hosted.func<void(int32_t)>("fail");
    EXPECT_TRUE(fail(0));
    const wrt::Status failed = fail(1);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, wrt::Errc::host_failure);
    EXPECT_EQ(wrt::report(hosted.store, failed.error()).view(),
              "host at 0xe8: host function failed: one is too many\n"
              "  0: failing (function 10) at 0xe8");
}

TEST(host_function, may_trap_like_the_guest)
{
    Hosted hosted;
    EXPECT_EQ(hosted.func<void(int32_t)>("fail")(2).error().code, wrt::Errc::unreachable);
}

TEST(host_function, turns_an_exception_into_an_error)
{
    Hosted hosted;
    const wrt::Status failed = hosted.func<void(int32_t)>("fail")(3);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, wrt::Errc::host_failure);
    EXPECT_EQ(hosted.store.host_message(), "thrown by the host");
}

TEST(host_function, may_call_back_into_the_guest)
{
    Hosted hosted;
    EXPECT_EQ(hosted.func<int32_t(int32_t)>("back")(21).value(), 42);
}

TEST(host_function, can_be_a_plain_function)
{
    World world;
    constexpr auto negate = +[](int32_t n) noexcept { return -n; };
    world.linker.func("env", "negate", negate);
    EXPECT_TRUE(world.linker.status());
}

TEST(linker, names_the_import_that_is_missing)
{
    World world;
    world.linker.func("env", "add", [](int32_t a, int32_t b) { return a + b; });
    const wrt::Module module = world.engine.load_module(fixture("hosted")).value();
    const auto missing = world.linker.missing(module);
    ASSERT_TRUE(missing);
    EXPECT_EQ(missing->module, "env");
    EXPECT_EQ(missing->name, "log");
    EXPECT_EQ(missing->type.func.params.size(), 2U);
    const auto refused = world.linker.instantiate(module);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, wrt::Errc::unknown_import);
}

TEST(linker, refuses_a_host_function_of_another_type)
{
    World world;
    world.linker
        .func("env", "add", [](int32_t a, int64_t b) { return a + static_cast<int32_t>(b); })
        .func("env", "log", [](wrt::GuestString) {})
        .func("env", "sum", [](wrt::GuestSpan<const int32_t>) { return int64_t{0}; })
        .func("env", "divmod", [](int32_t, int32_t) { return std::tuple(0, 0); })
        .func("env", "fail", [](int32_t) {})
        .func("env", "back", [](int32_t n) { return n; });
    const auto refused =
        world.linker.instantiate(world.engine.load_module(fixture("hosted")).value());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, wrt::Errc::incompatible_import_type);
}

TEST(linker, lets_a_later_definition_replace_an_earlier_one)
{
    World world;
    Hosted hosted;
    hosted.linker.func("env", "add", [](int32_t, int32_t) { return 1; });
    const wrt::Instance again = hosted.instantiate("hosted");
    EXPECT_EQ(again.func<int32_t(int32_t, int32_t)>("add").value()(20, 22).value(), 1);
    EXPECT_EQ(hosted.func<int32_t(int32_t, int32_t)>("add")(20, 22).value(), 42)
        << "an instance keeps what it was linked with";
}

TEST(linker, offers_what_an_instance_exports)
{
    World world;
    const wrt::Instance counter = world.instantiate("counter");
    world.linker.instance("counter", counter);
    const wrt::Instance importer = world.instantiate("importer");
    EXPECT_EQ(importer.func<int32_t()>("twice").value()().value(), 2);
    EXPECT_EQ(counter.global("count").value().get(), wrt::Value{int32_t{2}});
    ASSERT_TRUE((importer.func<void(int32_t, int32_t)>("poke").value()(3, 0xab)));
    EXPECT_EQ(counter.memory().value().read<uint8_t>(3).value(), 0xab);
}

TEST(linker, offers_single_things_under_any_name)
{
    World world;
    const wrt::Instance counter = world.instantiate("counter");
    world.linker.define("counter", "memory", counter.memory().value())
        .define("counter", "count", counter.global("count").value())
        .define("counter", "table", counter.table("table").value())
        .define("counter", "bump", counter.func("bump").value());
    const wrt::Instance importer = world.instantiate("importer");
    EXPECT_EQ(importer.func<int32_t()>("twice").value()().value(), 2);
}

TEST(linker, remembers_a_definition_that_did_not_fit)
{
    static std::byte buffer[64 * 1024];
    wrt::Engine engine{buffer};
    wrt::Store store{engine, {.stack_bytes = 16 * 1024}};
    wrt::Linker linker{store};
    ASSERT_TRUE(linker.status());
    std::array<uint8_t, 4000> large{};
    for (int i = 0; i < 20; ++i)
        linker.func("env", "f", [large] { return int32_t{large[0]}; });
    ASSERT_FALSE(linker.status());
    EXPECT_EQ(linker.status().error().code, wrt::Errc::arena_exhausted);
    wrt::Engine other;
    const wrt::Module module = other.load_module(fixture("arith")).value();
    EXPECT_EQ(linker.instantiate(module).error().code, wrt::Errc::arena_exhausted);
}

}  // namespace
