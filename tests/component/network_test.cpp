// What a guest may use of the network: rules as they are written, and what they allow.
#include <wrt/component/wasi/network.hpp>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

NetAddress address(std::string_view text)
{
    return parse_address(text).value();
}

NetworkRule rule(std::string_view text)
{
    const std::optional<NetworkRule> parsed = parse_network_rule(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(NetworkRule{});
}

TEST(network_rule, takes_names_addresses_networks_and_ports)
{
    EXPECT_TRUE(rule("example.com:443").has_name("EXAMPLE.com."));
    EXPECT_FALSE(rule("example.com:443").has_name("www.example.com"));
    EXPECT_FALSE(rule("example.com:443").has_port(80));
    EXPECT_TRUE(rule("example.com").has_port(80)) << "no port means all";
    EXPECT_TRUE(rule("*.example.com").has_name("www.example.com"));
    EXPECT_FALSE(rule("*.example.com").has_name("example.com"));
    EXPECT_FALSE(rule("*.example.com").has_name("badexample.com"));
    EXPECT_TRUE(rule("10.1.0.0/15:8000-8010").has_address(address("10.0.255.1")));
    EXPECT_FALSE(rule("10.1.0.0/15:8000-8010").has_address(address("10.2.0.0")));
    EXPECT_TRUE(rule("10.1.0.0/15:8000-8010").has_port(8010));
    EXPECT_FALSE(rule("10.1.0.0/15:8000-8010").has_port(8011));
    EXPECT_TRUE(rule("0.0.0.0/0").has_address(address("192.0.2.1")));
    EXPECT_FALSE(rule("0.0.0.0/0").has_address(address("::1"))) << "that is the other family";
    EXPECT_TRUE(rule("[2001:db8::/33]:53").has_address(address("2001:db8:7fff::1")));
    EXPECT_FALSE(rule("[2001:db8::/33]:53").has_address(address("2001:db8:8000::1")));
    EXPECT_TRUE(rule("::1").has_address(address("::1")));
    EXPECT_TRUE(rule("[::1]:80").has_port(80));
    EXPECT_TRUE(rule("localhost:80").has_address(address("127.9.0.1")));
    EXPECT_TRUE(rule("localhost:80").has_address(address("::1")));
    EXPECT_TRUE(rule("*:53").has_name("any.thing") && rule("*:53").has_address(address("::")));
}

TEST(network_rule, refuses_what_is_none)
{
    for (const std::string_view text :
         {"",          ":80",         "host:",      "host:65536",     "host:9-8",
          "host:x",    "10.0.0.0/33", "10.0.0.1.2", "127.1",          "300.0.0.1",
          "[::1",      "[::1]80",     "[name]:80",  "[127.0.0.1]:80", "a..b",
          ".a",        "a b",         "*.",         "*.*.a",          "::1/129",
          "user@host", "http://host"}) {
        EXPECT_FALSE(parse_network_rule(text)) << text;
    }
}

TEST(network, allows_nothing_unless_something_is_granted)
{
    const Network none;
    EXPECT_FALSE(none.allows_any());
    EXPECT_FALSE(none.allows_connecting(address("127.0.0.1"), 80));
    EXPECT_FALSE(none.allows_listening(address("127.0.0.1"), 80));
    EXPECT_FALSE(none.allows_name("localhost"));
}

TEST(network, allows_the_addresses_of_names_at_the_ports_of_these)
{
    TestArena memory;
    const NetworkRule connect[] = {rule("one.test:443"), rule("*.two.test:80")};
    Network network = Network::create(*memory, {.connect = connect}).value();
    const NetAddress found = address("192.0.2.7");
    EXPECT_FALSE(network.allows_connecting(found, 443));
    network.learn("one.test", found);
    EXPECT_TRUE(network.allows_connecting(found, 443));
    EXPECT_FALSE(network.allows_connecting(found, 80));
    network.learn("www.two.test", found);
    EXPECT_TRUE(network.allows_connecting(found, 80));
    EXPECT_FALSE(network.allows_connecting(address("192.0.2.8"), 80));
    network.learn("three.test", address("192.0.2.8"));
    EXPECT_FALSE(network.allows_connecting(address("192.0.2.8"), 80));
    EXPECT_TRUE(network.allows_name("ONE.test", 443));
    EXPECT_FALSE(network.allows_name("one.test", 80));
    EXPECT_FALSE(network.allows_listening(found, 443)) << "to connect is not to listen";
}

TEST(network, forgets_the_oldest_of_many_addresses)
{
    TestArena memory;
    const NetworkRule connect[] = {rule("one.test")};
    Network network = Network::create(*memory, {.connect = connect}).value();
    for (uint32_t i = 0; i < 300; ++i) {
        NetAddress found = address("192.0.2.0");
        found.bytes[2] = static_cast<uint8_t>(i / 256);
        found.bytes[3] = static_cast<uint8_t>(i % 256);
        network.learn("one.test", found);
        EXPECT_TRUE(network.allows_connecting(found, 1));
    }
    EXPECT_FALSE(network.allows_connecting(address("192.0.0.0"), 1));
}

}  // namespace
}  // namespace wrt::wasi::test
