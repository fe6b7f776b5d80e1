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
    EXPECT_TRUE(rule("::/0").has_address(address("2001:db8::1")));
    EXPECT_FALSE(rule("::/0").has_address(address("::ffff:127.0.0.1"))) << "that goes over IPv4";
    EXPECT_FALSE(rule("::/8").has_address_of_name("db.test", address("::ffff:10.0.0.1")));
    EXPECT_TRUE(rule("10.0.0.0/8").has_address(address("::ffff:10.0.0.1")));
    EXPECT_TRUE(rule("::ffff:10.0.0.0/104").has_address(address("::ffff:10.0.0.1")));
    EXPECT_FALSE(rule("::ffff:10.0.0.0/104").has_address(address("::ffff:11.0.0.1")));
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

TEST(network_rule, tells_public_addresses_from_others)
{
    for (const std::string_view text :
         {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1",
          "128.0.0.1", "169.253.0.1", "172.15.255.255", "172.32.0.0", "192.167.0.1", "198.17.0.1",
          "223.255.255.255", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
          "2002:808:808::1"}) {
        EXPECT_TRUE(address(text).is_public()) << text;
    }
    for (const std::string_view text : {"0.0.0.0",
                                        "10.1.2.3",
                                        "100.64.0.1",
                                        "127.0.0.1",
                                        "127.255.255.255",
                                        "169.254.169.254",
                                        "172.16.0.1",
                                        "172.31.255.255",
                                        "192.0.0.8",
                                        "192.0.2.1",
                                        "192.168.1.1",
                                        "198.18.0.1",
                                        "198.51.100.1",
                                        "203.0.113.9",
                                        "224.0.0.1",
                                        "240.0.0.1",
                                        "255.255.255.255",
                                        "::",
                                        "::1",
                                        "::127.0.0.1",
                                        "::ffff:127.0.0.1",
                                        "::ffff:10.0.0.1",
                                        "64:ff9b::10.0.0.1",
                                        "64:ff9b:1::1",
                                        "100::1",
                                        "::ffff:0:127.0.0.1",
                                        "4000::1",
                                        "5f00::1",
                                        "2001:0:808::1",
                                        "2001:db8::1",
                                        "2002:7f00:1::1",
                                        "fc00::1",
                                        "fd12::1",
                                        "fe80::1",
                                        "fec0::1",
                                        "ff02::1"}) {
        EXPECT_FALSE(address(text).is_public()) << text;
    }
}

TEST(network_rule, a_name_leads_to_public_addresses_unless_it_may_be_private)
{
    const NetAddress inside = address("10.0.0.5");
    const NetAddress outside = address("9.9.9.9");
    EXPECT_TRUE(rule("db.test").has_address_of_name("db.test", outside));
    EXPECT_FALSE(rule("db.test").has_address_of_name("db.test", inside));
    EXPECT_FALSE(rule("*.test").has_address_of_name("db.test", inside));
    EXPECT_TRUE(rule("db.test=private").has_address_of_name("db.test", inside));
    EXPECT_FALSE(rule("db.test=private").has_address_of_name("other.test", inside));
    EXPECT_FALSE(rule("db.test=private").has_address_of_name("other.test", outside));
    EXPECT_TRUE(rule("*.test:5432=private").has_address_of_name("db.test", address("::1")));
    EXPECT_FALSE(rule("*.test:5432=private").has_port(80));
    EXPECT_TRUE(rule("10.0.0.0/8").has_address_of_name("db.test", inside)) << "as an address";
    EXPECT_TRUE(rule("*").has_address_of_name("db.test", inside));
    EXPECT_TRUE(rule("localhost").has_address_of_name("localhost", address("127.0.0.1")));
    for (const std::string_view text :
         {"*=private", "10.0.0.0/8=private", "=private", "db.test=public", "db.test=private:80"})
        EXPECT_FALSE(parse_network_rule(text)) << text;
}

TEST(network, learns_no_private_address_of_a_name_that_has_none)
{
    TestArena memory;
    const NetworkRule connect[] = {rule("one.test:443"), rule("two.test:443=private")};
    Network network = Network::create(*memory, {.connect = connect}).value();
    for (const std::string_view text : {"127.0.0.1", "10.1.1.1", "169.254.169.254", "fd00::1"}) {
        network.learn("one.test", address(text));
        EXPECT_FALSE(network.allows_connecting(address(text), 443)) << text;
        network.learn("two.test", address(text));
        EXPECT_TRUE(network.allows_connecting(address(text), 443)) << text;
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
    const NetAddress found = address("9.9.2.7");
    EXPECT_FALSE(network.allows_connecting(found, 443));
    network.learn("one.test", found);
    EXPECT_TRUE(network.allows_connecting(found, 443));
    EXPECT_FALSE(network.allows_connecting(found, 80));
    network.learn("www.two.test", found);
    EXPECT_TRUE(network.allows_connecting(found, 80));
    EXPECT_FALSE(network.allows_connecting(address("9.9.2.8"), 80));
    network.learn("three.test", address("9.9.2.8"));
    EXPECT_FALSE(network.allows_connecting(address("9.9.2.8"), 80));
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
        NetAddress found = address("9.9.2.0");
        found.bytes[2] = static_cast<uint8_t>(i / 256);
        found.bytes[3] = static_cast<uint8_t>(i % 256);
        network.learn("one.test", found);
        EXPECT_TRUE(network.allows_connecting(found, 1));
    }
    EXPECT_FALSE(network.allows_connecting(address("9.9.0.0"), 1));
}

}  // namespace
}  // namespace wrt::wasi::test
