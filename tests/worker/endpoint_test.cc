// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::worker {
namespace {

using ::testing::HasSubstr;

TEST(EndpointTest, ReadsOrigins) {
  const std::pair<const char*, Endpoint> cases[] = {
      {"http://127.0.0.1:9000", {false, "127.0.0.1", 9000}},
      {"https://Origin.Example.com/", {true, "origin.example.com", 443}},
      {"HTTP://example.com", {false, "example.com", 80}},
      {"http://[::1]:8080", {false, "::1", 8080}},
      {"http://[::1]", {false, "::1", 80}},
  };
  for (const auto& [url, expected] : cases) {
    const Result<Endpoint> endpoint = ParseEndpoint(url);
    ASSERT_TRUE(endpoint.ok()) << url << ": " << endpoint.status().message();
    EXPECT_EQ(*endpoint, expected) << url;
  }
}

TEST(EndpointTest, NamesWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "has no scheme"},
      {"127.0.0.1:9000", "has no scheme"},
      {"ftp://example.com", "has another scheme"},
      {"http://", "the host is missing"},
      {"http://example.com/path", "has a path"},
      {"http://example.com/?q", "has a path or a query"},
      {"http://user@example.com", "has a user name"},
      {"http://example.com:0", "has no port"},
      {"http://example.com:70000", "has no port"},
      {"http://exa mple.com", "has a ' '"},
      {"http://[::1", "IPv6"},
  };
  for (const auto& [url, why] : cases) {
    const Result<Endpoint> endpoint = ParseEndpoint(url);
    ASSERT_FALSE(endpoint.ok()) << url;
    EXPECT_THAT(std::string(endpoint.status().message()), HasSubstr(why)) << url;
    EXPECT_THAT(std::string(endpoint.status().message()), HasSubstr("allowed is http://")) << url;
  }
}

TEST(PortTest, TakesOnlyDigits) {
  EXPECT_EQ(*ParsePort("0"), 0);
  EXPECT_EQ(*ParsePort("65535"), 65535);
  for (const char* wrong : {"", "65536", "-1", "+1", " 80", "80 ", "8o", "99999999999999"}) {
    EXPECT_FALSE(ParsePort(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace sedge::worker
