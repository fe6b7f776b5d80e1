// WASI through the facade: a guest has what the configuration names, and can end itself.
#include <array>
#include <cerrno>

#include <wrt/wasi.hpp>

#include "fixture.hpp"

namespace {

TEST(wasi, gives_a_guest_what_the_configuration_names_and_nothing_else)
{
    World world;
    const std::array<std::string_view, 2> args{"guest", "one"};
    wrt::WasiConfig config;
    config.args = args;
    world.linker.wasi(config);
    ASSERT_TRUE(world.linker.status());
    const wrt::Instance instance = world.instantiate("wasi_probe");
    EXPECT_EQ(instance.func<int32_t()>("arguments").value()().value(), 2);
    EXPECT_EQ(instance.func<int32_t()>("write").value()().value(), 0) << "to nowhere";
    EXPECT_EQ(instance.func<int32_t()>("has_directory").value()().value(), 0);
}

TEST(wasi, opens_the_directories_it_is_told_to)
{
    World world;
    const std::array<wrt::wasi::Preopen, 1> preopens{
        wrt::wasi::Preopen{.host_path = WRT_FIXTURES, .guest_path = "/data", .read_only = true}};
    wrt::WasiConfig config;
    config.preopens = preopens;
    world.linker.wasi(config);
    const wrt::Instance instance = world.instantiate("wasi_probe");
    EXPECT_EQ(instance.func<int32_t()>("has_directory").value()().value(), 1);
}

TEST(wasi, tells_an_exit_from_a_failure)
{
    World world;
    world.linker.wasi({});
    const wrt::Instance instance = world.instantiate("wasi_probe");
    const wrt::Status ended = instance.func<void(int32_t)>("exit").value()(42);
    ASSERT_FALSE(ended);
    EXPECT_EQ(wrt::exit_status(ended.error()), 42U);
    EXPECT_EQ(wrt::exit_status(wrt::Error{.code = wrt::Errc::unreachable}), std::nullopt);
}

TEST(wasi, says_which_directory_cannot_be_opened)
{
    World world;
    const std::array<wrt::wasi::Preopen, 1> preopens{
        wrt::wasi::Preopen{.host_path = WRT_FIXTURES "/no such", .guest_path = "/data"}};
    wrt::WasiConfig config;
    config.preopens = preopens;
    wrt::wasi::ConfigFault fault;
    world.linker.wasi(config, &fault);
    ASSERT_FALSE(world.linker.status());
    EXPECT_EQ(fault.part, wrt::wasi::ConfigFault::Part::preopen);
    EXPECT_EQ(fault.index, 0U);
    EXPECT_EQ(fault.host_errno, ENOENT);
}

}  // namespace
