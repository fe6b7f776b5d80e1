// The functions of preview 1 as the runtime sees them: found by name, with the right types, called
// through one thunk.
#include <wrt/component/wasi/preview1.hpp>

#include <wrt/runtime/host.hpp>
#include <wrt/runtime/imports.hpp>
#include <wrt/runtime/store.hpp>

#include "component/wasi_support.hpp"
#include "wasi/preview1_functions.hpp"

namespace wrt::wasi::test {
namespace {

class wasi_binding : public testing::Test {
protected:
    wasi_binding()
    {
        context = Context::make(*arena, config).value();
        store = runtime::Store::make(*arena, {.limits = {.stack_slots = 256}}).value();
        add_preview1(store->names(), *store, *context).value();
        instance.exported_memory =
            store->make_memory({.limits = {.min = 1, .max = 1, .has_max = true}}).value();
    }

    const runtime::FuncInstance* find(std::string_view module, std::string_view name) const
    {
        const runtime::Extern found = store->names().find(module, name);
        return found ? found.func : nullptr;
    }
    /// Calls a function as the interpreter does. The errno, if it has one, is left in slots[0].
    Status call(std::string_view name, std::initializer_list<uint64_t> arguments)
    {
        size_t i = 0;
        for (const uint64_t argument : arguments)
            slots[i++].bits = argument;
        const runtime::FuncInstance* const function = find(preview1_module, name);
        runtime::Caller caller{*store, store->execution(), &instance};
        return function->host(caller, function->context, slots.data());
    }
    Errno result() const { return Errno{static_cast<uint16_t>(slots[0].bits)}; }
    uint8_t* bytes() { return instance.exported_memory->base; }

    Config config;
    TestArena arena{4 * 1024 * 1024};
    Context* context = nullptr;
    runtime::Store* store = nullptr;
    runtime::ModuleInstance instance;
    std::array<runtime::Slot, 16> slots;
};

TEST_F(wasi_binding, offers_every_function_with_its_type)
{
    const auto check = [&](std::string_view module, std::span<const Preview1Function> table) {
        for (const Preview1Function& row : table) {
            const runtime::FuncInstance* const function = find(module, row.name);
            ASSERT_NE(function, nullptr) << row.name;
            EXPECT_EQ(function->param_slots, row.params.size()) << row.name;
            EXPECT_EQ(function->result_slots, row.returns_errno ? 1 : 0) << row.name;
            EXPECT_EQ(function->context, context);
        }
    };
    check(preview1_module, preview1_table);
    check(unstable_module, unstable_table);
    EXPECT_EQ(find(unstable_module, "sock_accept"), nullptr);
    EXPECT_EQ(find("wasi_snapshot_preview2", "fd_read"), nullptr);
    EXPECT_NE(find(unstable_module, "fd_seek")->host, find(preview1_module, "fd_seek")->host);
}

TEST_F(wasi_binding, writes_the_errno_over_the_first_argument)
{
    ASSERT_TRUE(call("fd_close", {77}));
    EXPECT_EQ(slots[0].bits, static_cast<uint64_t>(Errno::badf));
    ASSERT_TRUE(call("clock_time_get", {0, 0, 8}));
    EXPECT_EQ(result(), Errno::success);
    uint64_t time = 0;
    std::memcpy(&time, bytes() + 8, sizeof time);
    EXPECT_GT(time, 1'500'000'000'000'000'000u);
    ASSERT_TRUE(call("clock_time_get", {0, 0, 65'529}));
    EXPECT_EQ(result(), Errno::fault);
}

TEST_F(wasi_binding, looks_at_the_low_half_of_an_i32)
{
    ASSERT_TRUE(call("fd_close", {0xdeadbeef00000001}));
    EXPECT_EQ(result(), Errno::success);
}

TEST_F(wasi_binding, finds_no_memory_in_a_caller_without_one)
{
    instance.exported_memory = nullptr;
    ASSERT_TRUE(call("clock_time_get", {0, 0, 8}));
    EXPECT_EQ(result(), Errno::fault);
}

TEST_F(wasi_binding, ends_the_run_on_exit)
{
    const Status status = call("proc_exit", {42});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::host_exit);
    EXPECT_EQ(status.error().actual, 42u);
    EXPECT_EQ(kind_of(status.error().code), ErrorKind::host) << "and not a trap";
    EXPECT_EQ(call("proc_raise", {6}).error().actual, 134u);
    EXPECT_TRUE(call("proc_raise", {0}));
}

TEST_F(wasi_binding, charges_fuel_for_bytes)
{
    store->execution().metered = true;
    store->execution().fuel = 100;
    ASSERT_TRUE(call("random_get", {0, 640}));
    EXPECT_EQ(result(), Errno::success);
    EXPECT_EQ(store->execution().fuel, 90);
    const Status status = call("random_get", {0, 64'000});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::out_of_fuel);
    EXPECT_EQ(store->execution().fuel, 0);
    store->execution().metered = false;
    EXPECT_TRUE(call("random_get", {0, 64'000}));
    EXPECT_EQ(store->execution().fuel, 0);
}

TEST_F(wasi_binding, ends_waits_when_the_execution_is_interrupted)
{
    runtime::interrupt(store->execution());
    uint8_t* const subscription = bytes() + 64;
    const uint64_t timeout = 60'000'000'000;
    const uint32_t clock = 1;
    std::memcpy(subscription + 16, &clock, sizeof clock);
    std::memcpy(subscription + 24, &timeout, sizeof timeout);
    ASSERT_TRUE(call("poll_oneoff", {64, 256, 1, 512}));
    EXPECT_EQ(result(), Errno::intr);
}

TEST_F(wasi_binding, keeps_an_interrupt_of_the_embedders)
{
    TestArena other{4 * 1024 * 1024};
    Config with_own;
    with_own.interrupt.requested = [](const void*) { return false; };
    Context* const own = Context::make(*other, with_own).value();
    add_preview1(store->names(), *store, *own).value();
    EXPECT_EQ(own->pace.interrupt.requested, with_own.interrupt.requested);
    EXPECT_NE(context->pace.interrupt.requested, nullptr);
}

TEST_F(wasi_binding, says_when_there_is_no_room_at_each_allocation)
{
    uint64_t failures = 0;
    bool added = false;
    for (uint64_t nth = 1; !added && nth < 10'000; ++nth) {
        const ScopeGuard scope =
            arena->enter(LibraryId::component, "attempt", 128 * 1024, End::retained).value();
        arena->fail_at(nth);
        runtime::ImportTable imports{*store};
        const Status status = add_preview1(imports, *store, *context);
        arena->fail_at(0);
        added = status.has_value();
        if (!added) {
            ASSERT_EQ(status.error().code, Errc::arena_exhausted);
            ++failures;
        }
    }
    EXPECT_TRUE(added);
    EXPECT_GE(failures, std::size(preview1_table) + std::size(unstable_table));
}

TEST_F(wasi_binding, takes_little_memory)
{
    const size_t before = arena->used();
    runtime::ImportTable imports{*store};
    ASSERT_TRUE(add_preview1(imports, *store, *context));
    RecordProperty("bytes", static_cast<int>(arena->used() - before));
    EXPECT_LT(arena->used() - before, 48u * 1024);
}

}  // namespace
}  // namespace wrt::wasi::test
