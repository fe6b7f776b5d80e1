// Whom a guest's request is for.
#include <gtest/gtest.h>

#include "http/authority.hpp"

namespace {

using wrtd::http::Authority;
using wrtd::http::parse_authority;

TEST(authority, is_a_host_and_perhaps_a_port)
{
    const std::optional<Authority> name = parse_authority("Example.com", 443);
    ASSERT_TRUE(name);
    EXPECT_EQ(name->host, "Example.com");
    EXPECT_EQ(name->port, 443);
    EXPECT_FALSE(name->address);
    EXPECT_EQ(parse_authority("example.com:8080", 443)->port, 8080);
    EXPECT_EQ(parse_authority("example.com:", 443)->port, 443);
    const std::optional<Authority> v4 = parse_authority("127.0.0.1:80", 443);
    ASSERT_TRUE(v4 && v4->address);
    EXPECT_TRUE(v4->address->is_loopback());
    const std::optional<Authority> v6 = parse_authority("[::1]:80", 443);
    ASSERT_TRUE(v6 && v6->address);
    EXPECT_EQ(v6->host, "::1");
    EXPECT_EQ(v6->port, 80);
}

TEST(authority, has_no_user_and_nothing_else)
{
    for (const char* const text :
         {"", ":80", "user@host", "host:0", "host:65536", "host:8x", "::1", "[::1", "[::1]80",
          "[127.0.0.1]", "[host]", "a b", "a/b", "host:80:80", "a\r\nb", "caf\xc3\xa9.test"}) {
        EXPECT_FALSE(parse_authority(text, 80)) << text;
    }
}

}  // namespace
