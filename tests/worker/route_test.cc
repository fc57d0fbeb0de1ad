// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::worker {
namespace {

using ::testing::HasSubstr;

RoutePattern Parse(std::string_view text) {
  Result<RoutePattern> pattern = ParseRoutePattern(text);
  EXPECT_TRUE(pattern.ok()) << text << ": " << pattern.status().message();
  return pattern.ok() ? *pattern : RoutePattern();
}

bool Matches(std::string_view pattern, std::string_view scheme, std::string_view authority,
             std::string_view target) {
  const HostAndPort host = SplitHost(authority);
  const RouteScheme known = scheme == "http"    ? RouteScheme::kHttp
                            : scheme == "https" ? RouteScheme::kHttps
                                                : RouteScheme::kAny;
  return Parse(pattern).Matches(known, host.host, host.port, target);
}

TEST(RoutePatternTest, ReadsAndWrites) {
  const std::pair<const char*, const char*> cases[] = {
      {"example.com", "example.com/"},
      {"Example.COM/Images/*", "example.com/Images/*"},
      {"https://*.example.com/images/*", "https://*.example.com/images/*"},
      {"HTTP://example.com:8080/a", "http://example.com:8080/a"},
      {"*/*", "*/*"},
      {"*example.com/*", "*example.com/*"},
      {"[::1]:8787/*", "[::1]:8787/*"},
      {"*gl\xC3\xB6"
       "d.se/*",
       "*xn--gld-tna.se/*"},
      {"*.gl\xC3\xB6"
       "d.se/*",
       "*.xn--gld-tna.se/*"},
      {"example.com/\xC3\xBC b", "example.com/%C3%BC%20b"},
  };
  for (const auto& [text, canonical] : cases) EXPECT_EQ(Parse(text).ToString(), canonical) << text;
}

TEST(RoutePatternTest, NamesWhatIsWrongAndWhatIsAllowed) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "is empty"},
      {"example.com/*.jpg", "has a wildcard inside its path"},
      {"example.com/**", "has a wildcard inside its path"},
      {"example.com/?foo=*", "has a query"},
      {"https://example.com/?anything", "has a query"},
      {"example.com/#top", "has a fragment"},
      {"www.*.com/*", "has a wildcard inside its host"},
      {"**example.com/", "has a wildcard inside its host"},
      {"ftp://example.com/", "has another scheme than http or https"},
      {"/images/*", "the host is missing"},
      {"https:///x", "the host is missing"},
      {".example.com/", "begins with a dot"},
      {"exa mple.com/", "has a ' '"},
      {"a..b.com/", "has an empty label"},
      {"example.com:0/", "has no port from 1 to 65535"},
      {"example.com:http/", "has no port from 1 to 65535"},
      {"[::1/", "IPv6"},
      {"h\xC3\xBCz:]/", "has"},
      {"\xFF.com/", "is not a valid international domain name"},
  };
  for (const auto& [text, why] : cases) {
    const Result<RoutePattern> pattern = ParseRoutePattern(text);
    ASSERT_FALSE(pattern.ok()) << text;
    EXPECT_THAT(std::string(pattern.status().message()), HasSubstr(why)) << text;
    EXPECT_THAT(std::string(pattern.status().message()), HasSubstr("allowed is")) << text;
  }
  const std::string long_text = "example.com/" + std::string(kMaxRoutePatternBytes, 'a');
  EXPECT_FALSE(ParseRoutePattern(long_text).ok());
}

// The rules of "Routes: validity" in Cloudflare's documentation, one line each.
TEST(RoutePatternTest, MatchesAsDocumented) {
  EXPECT_TRUE(Matches("example.com", "http", "example.com", "/"));
  EXPECT_TRUE(Matches("example.com", "https", "example.com", "/"));
  EXPECT_FALSE(Matches("example.com", "https", "example.com", "/a"));
  EXPECT_FALSE(Matches("example.com", "https", "www.example.com", "/"));
  EXPECT_TRUE(Matches("https://*.example.com/", "https", "www.example.com", "/"));
  EXPECT_FALSE(Matches("https://*.example.com/", "http", "www.example.com", "/"));
  EXPECT_TRUE(Matches("*.example.com/", "https", "www.example.com", "/"));
  EXPECT_TRUE(Matches("*.example.com/", "http", "www.example.com", "/"));
  EXPECT_TRUE(Matches("*example.com/", "https", "example.com", "/"));
  EXPECT_TRUE(Matches("*example.com/", "https", "www.example.com", "/"));
  EXPECT_FALSE(Matches("*.example.com/", "https", "example.com", "/"));
  EXPECT_TRUE(Matches("https://example.com/path*", "https", "example.com", "/path"));
  EXPECT_TRUE(Matches("https://example.com/path*", "https", "example.com", "/path2"));
  EXPECT_TRUE(Matches("https://example.com/path*", "https", "example.com", "/path/readme.txt"));
  EXPECT_FALSE(Matches("https://example.com/path*", "https", "example.com", "/notpath"));
}

TEST(RoutePatternTest, HostIgnoresCaseAndPortPathDoesNot) {
  EXPECT_TRUE(Matches("Example.com/*", "", "eXAMPLE.COM:8787", "/x"));
  EXPECT_TRUE(Matches("*.Example.com/*", "", "A.eXAMPLE.COM:8787", "/x"));
  EXPECT_FALSE(Matches("example.com/Images/*", "", "example.com", "/images/x"));
  EXPECT_TRUE(Matches("[::1]/*", "", "[::1]:8787", "/x"));
  EXPECT_FALSE(Matches("example.com/*", "", "example2com", "/"));
  EXPECT_FALSE(Matches("*.example.com/*", "", ".com", "/"));
}

TEST(RoutePatternTest, NamedPortIsCompared) {
  EXPECT_TRUE(Matches("example.com:8787/*", "", "example.com:8787", "/"));
  EXPECT_FALSE(Matches("example.com:8787/*", "", "example.com:8788", "/"));
  EXPECT_FALSE(Matches("example.com:8787/*", "", "example.com", "/"));
  EXPECT_TRUE(Matches("example.com:443/*", "https", "example.com", "/"));
  EXPECT_FALSE(Matches("example.com:8787/*", "", "example.com:99999999999", "/"));
}

// "Requests with a path of /images/cat.png?foo=bar" do not match the whole path.
TEST(RoutePatternTest, QueryCountsForWholePaths) {
  EXPECT_TRUE(Matches("example.com/images/cat.png", "", "example.com", "/images/cat.png"));
  EXPECT_FALSE(Matches("example.com/images/cat.png", "", "example.com", "/images/cat.png?foo=bar"));
  EXPECT_TRUE(Matches("example.com/images/*", "", "example.com", "/images/cat.png?foo=bar"));
  EXPECT_TRUE(Matches("example.com/hello/*", "", "example.com", "/hello/world?foo=bar"));
}

TEST(RoutePatternTest, UnknownSchemeMatchesEither) {
  EXPECT_TRUE(Matches("https://example.com/*", "", "example.com", "/"));
  EXPECT_TRUE(Matches("http://example.com/*", "", "example.com", "/"));
}

TEST(CustomDomainTest, IsAHostAlone) {
  const Result<RoutePattern> domain = ParseCustomDomain("Shop.Example.com");
  ASSERT_TRUE(domain.ok());
  EXPECT_EQ(domain->ToString(), "shop.example.com");
  EXPECT_TRUE(domain->Matches(RouteScheme::kAny, "shop.example.com", 0, "/any?thing"));
  EXPECT_FALSE(domain->Matches(RouteScheme::kAny, "www.shop.example.com", 0, "/"));
  for (const char* wrong : {"", "*.example.com", "example.com/", "example.com/*",
                            "https://example.com", "example.com:80", ".example.com"}) {
    const Result<RoutePattern> pattern = ParseCustomDomain(wrong);
    ASSERT_FALSE(pattern.ok()) << wrong;
    EXPECT_THAT(std::string(pattern.status().message()), HasSubstr("custom domain")) << wrong;
  }
}

TEST(SplitHostTest, TakesThePortOff) {
  EXPECT_EQ(SplitHost("example.com").host, "example.com");
  EXPECT_EQ(SplitHost("example.com:80").host, "example.com");
  EXPECT_EQ(SplitHost("example.com:80").port, 80);
  EXPECT_EQ(SplitHost("[::1]").host, "[::1]");
  EXPECT_EQ(SplitHost("[::1]:80").port, 80);
  EXPECT_EQ(SplitHost("").host, "");
  EXPECT_EQ(SplitHost("example.com:").port, 0);
  EXPECT_EQ(SplitHost("example.com:x").port, 0);
}

}  // namespace
}  // namespace sedge::worker
