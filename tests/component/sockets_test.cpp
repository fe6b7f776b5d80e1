// Sockets of a guest: their limit, and that nothing of them is left. Lookups of names, whose
// threads nobody waits for.
#include <poll.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include <wrt/component/typed.hpp>
#include <wrt/component/wasi/p2.hpp>
#include <wrt/foundation/backing.hpp>
#include <wrt/runtime/store.hpp>

#include "component/host_components.hpp"
#include <wrt/component/wasi/name_lookup.hpp>

namespace wrt::wasi::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

size_t open_host_descriptors()
{
    size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator{"/proc/self/fd"})
        ++count;
    return count;
}

struct Filled {
    uint32_t sockets = 0;
    uint32_t code = 0;
    size_t descriptors = 0;  ///< Of the process, while they were open.
};

Filled fill(const Config& config)
{
    Arena arena{Backing::reserve(size_t{256} << 20).value()};
    runtime::Store* const store =
        runtime::Store::make(arena, {.limits = {.stack_slots = 4096}}).value();
    component::World& world = *component::make_world(*store, {.handles = 2048}).value();
    component::Imports imports{world};
    Context* const context = Context::make(arena, config).value();
    EXPECT_TRUE(add_p2(imports, *store, *context));
    component::LinkFault fault;
    const Result<component::Instance*> instance =
        component::load_and_instantiate(world, wrt::test::sockets_component, {}, &imports, &fault);
    EXPECT_TRUE(instance) << fault.wanted.view() << '\n' << fault.provided.view();
    if (!instance) return {};
    const auto call = [&](std::string_view name) {
        const auto func = component::TypedFunc<uint32_t()>::bind(
            world, *component::find_function(**instance, name));
        return (*func)().value();
    };
    Filled filled;
    filled.sockets = call("fill");
    filled.code = call("code");
    filled.descriptors = open_host_descriptors();
    return filled;
}

constexpr uint32_t access_denied = 1;
constexpr uint32_t new_socket_limit = 10;

TEST(sockets, are_none_without_a_grant)
{
    const Filled filled = fill({});
    EXPECT_EQ(filled.sockets, 0u);
    EXPECT_EQ(filled.code, access_denied);
}

TEST(sockets, meet_a_limit_and_close_with_their_store)
{
    const NetworkRule rules[] = {any_host};
    const size_t before = open_host_descriptors();
    Config config;
    config.network.connect = rules;
    config.network.max_sockets = 50;
    const Filled few = fill(config);
    EXPECT_EQ(few.sockets, 50u);
    EXPECT_EQ(few.code, new_socket_limit);
    EXPECT_GE(few.descriptors, before + 50);
    EXPECT_EQ(open_host_descriptors(), before);

    config.network.max_sockets = 1000;
    config.max_descriptors = 20;  // the three streams included
    const Filled fewer = fill(config);
    EXPECT_EQ(fewer.sockets, 17u);
    EXPECT_EQ(fewer.code, new_socket_limit);
    EXPECT_EQ(open_host_descriptors(), before);
}

bool wait(int event, std::chrono::milliseconds limit)
{
    pollfd waited{.fd = event, .events = POLLIN, .revents = 0};
    return ::poll(&waited, 1, static_cast<int>(limit.count())) == 1;
}

TEST(name_lookup, tells_by_a_descriptor_when_it_is_over)
{
    // The name is an address, so that no server is asked, whatever machine this is.
    const name_lookup::Started started = name_lookup::start("127.0.0.9");
    ASSERT_NE(started.lookup, 0u);
    ASSERT_TRUE(wait(started.event, 30s));
    ::close(started.event);
    ASSERT_EQ(name_lookup::outcome(started.lookup), name_lookup::Outcome::found);
    ASSERT_EQ(name_lookup::count(started.lookup), 1u);
    EXPECT_EQ(name_lookup::address(started.lookup, 0), parse_address("127.0.0.9").value());
    EXPECT_EQ(name_lookup::name(started.lookup), "127.0.0.9");
    name_lookup::forget(started.lookup);
}

TEST(name_lookup, has_room_again_after_lookups_that_nobody_waited_for)
{
    const size_t before = open_host_descriptors();
    uint32_t started_in_all = 0;
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (started_in_all < 500 && std::chrono::steady_clock::now() < until) {
        const name_lookup::Started started = name_lookup::start("127.0.0.1");
        if (started.lookup == 0) {
            std::this_thread::sleep_for(1ms);
            continue;
        }
        ++started_in_all;
        ::close(started.event);
        name_lookup::forget(started.lookup);
    }
    EXPECT_EQ(started_in_all, 500u);
    while (open_host_descriptors() != before && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(open_host_descriptors(), before);
}

TEST(name_lookup, refuses_more_than_it_has_room_for)
{
    std::vector<name_lookup::Started> all;
    while (true) {
        const name_lookup::Started started = name_lookup::start("127.0.0.1");
        if (started.lookup == 0) break;
        all.push_back(started);
    }
    EXPECT_EQ(all.size(), name_lookup::max_lookups);
    for (const name_lookup::Started& started : all) {
        EXPECT_TRUE(wait(started.event, 30s));
        ::close(started.event);
        name_lookup::forget(started.lookup);
    }
}

}  // namespace
}  // namespace wrt::wasi::test
