// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::worker {
namespace {

using ::testing::HasSubstr;

WorkerConfig Worker(const std::string& source, const std::vector<std::string>& routes) {
  WorkerConfig config;
  config.source = source;
  int line = 1;
  for (const std::string& text : routes) {
    Result<RoutePattern> pattern = ParseRoutePattern(text);
    EXPECT_TRUE(pattern.ok()) << text;
    config.routes.push_back({*pattern, text, ++line});
  }
  return config;
}

// The letter of the worker that answers; "" for none. A third worker keeps two from being enough.
std::string Find(const std::vector<std::string>& a, const std::vector<std::string>& b,
                 std::string_view host, std::string_view target,
                 RouteScheme scheme = RouteScheme::kAny) {
  const Result<Router> router =
      Router::Create({Worker("a", a), Worker("b", b), Worker("c", {"unused.invalid/"})});
  EXPECT_TRUE(router.ok()) << router.status().message();
  const std::optional<size_t> worker = router->Find(host, target, scheme);
  return worker ? std::string(1, static_cast<char>('a' + *worker)) : "";
}

// Every example of precedence in Cloudflare's "Routes" and "Known issues", whichever worker is
// first.
TEST(RouterTest, MostSpecificRouteWinsAsDocumented) {
  struct Case {
    const char* winner;
    const char* other;
    const char* host;
    const char* target;
  };
  const Case cases[] = {
      {"www.example.com/*", "*.example.com/*", "www.example.com", "/"},
      {"example.com/hello/*", "example.com/*", "example.com", "/hello/world"},
      {"*example.com/images/cat.png", "*example.com/images/*", "example.com", "/images/cat.png"},
      {"*example.com/images/*", "*example.com/images/cat.png", "example.com",
       "/images/cat.png?foo=bar"},
      {"example.com/images*", "example.com/images/*", "example.com", "/images"},
      {"example.com/images*", "example.com/images/*", "example.com", "/images123"},
      {"example.com/images*", "example.com/images/*", "example.com", "/images/hello"},
      {"a.example.com/*", "*.example.com/a", "a.example.com", "/a"},
      {"https://example.com/*", "example.com/*", "example.com", "/hello"},
      {"example.com/path*", "example.com/pa*", "example.com", "/path"},
      {"example.com/pa*", "example.com/path*", "example.com", "/pat"},
      {"example.com/Images/*", "example.com/images/*", "example.com", "/Images/foo.jpg"},
      {"*.example.com/*", "*example.com/*", "www.example.com", "/"},
      {"*example.com/*", "*/*", "www.example.com", "/"},
      {"example.com/a", "example.com/a*", "example.com", "/a"},
      {"example.com:8787/*", "example.com/a/b/c", "example.com:8787", "/a/b/c"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Find({c.winner}, {c.other}, c.host, c.target), "a") << c.winner << " " << c.target;
    EXPECT_EQ(Find({c.other}, {c.winner}, c.host, c.target), "b") << c.winner << " " << c.target;
  }
}

TEST(RouterTest, SchemeDecidesWhenItIsKnown) {
  const std::vector<std::string> a = {"http://example.com/*"}, b = {"https://example.com/*"};
  EXPECT_EQ(Find(a, b, "example.com", "/", RouteScheme::kHttp), "a");
  EXPECT_EQ(Find(a, b, "example.com", "/", RouteScheme::kHttps), "b");
}

TEST(RouterTest, NoRouteMatches) {
  EXPECT_EQ(Find({"example.com/*"}, {"example.org/*"}, "example.net", "/"), "");
  EXPECT_EQ(Find({"example.com/*"}, {"example.org/*"}, "", "/"), "");
  EXPECT_EQ(Find({"example.com/*"}, {"example.org/*"}, "example.com.evil", "/"), "");
  EXPECT_EQ(Find({"example.com/pa*"}, {"example.com/path*"}, "example.com", "/p"), "");
}

TEST(RouterTest, WorkerWithoutRoutesIsTheCatchAll) {
  EXPECT_EQ(Find({}, {"example.com/*"}, "example.net", "/"), "a");
  EXPECT_EQ(Find({}, {"example.com/*"}, "example.com", "/"), "b");
  EXPECT_EQ(Find({"example.com/*"}, {}, "127.0.0.1:8787", "/"), "b");
  EXPECT_EQ(Find({}, {"example.com/*"}, "example.com", "*"), "a");
}

TEST(RouterTest, SoleWorkerAnswersEverything) {
  const Result<Router> router = Router::Create({Worker("a", {"example.com/*"})});
  ASSERT_TRUE(router.ok());
  EXPECT_EQ(router->Find("127.0.0.1:8787", "/"), 0u);
  EXPECT_EQ(router->Find("example.com", "/x"), 0u);
}

TEST(RouterTest, FindsAmongManyHosts) {
  std::vector<WorkerConfig> workers;
  for (int i = 0; i < 200; ++i) {
    const std::string host = "host" + std::to_string(i) + ".example.com";
    workers.push_back(Worker(host, {host + "/*", host + "/deep/er/*"}));
  }
  const Result<Router> router = Router::Create(workers);
  ASSERT_TRUE(router.ok());
  EXPECT_EQ(router->route_count(), 400u);
  for (size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(router->Find("HOST" + std::to_string(i) + ".Example.com:80", "/deep/er/x"), i);
  }
}

TEST(RouterTest, RouteBeforeCustomDomainOfTheSameHost) {
  WorkerConfig app = Worker("app", {});
  app.routes.push_back({*ParseCustomDomain("app.example.com"), "app.example.com", 2});
  WorkerConfig logging = Worker("logging", {"app.example.com/*"});
  const Result<Router> router = Router::Create({app, logging});
  ASSERT_TRUE(router.ok()) << router.status().message();
  EXPECT_EQ(router->Find("app.example.com", "/x"), 1u);
}

TEST(RouterTest, SameRouteTwiceNamesBothFiles) {
  const Result<Router> router =
      Router::Create({Worker("a/wrangler.toml", {"x.com/", "Example.com/*"}),
                      Worker("b/wrangler.jsonc", {"example.com/*"})});
  ASSERT_FALSE(router.ok());
  EXPECT_THAT(std::string(router.status().message()), HasSubstr("a/wrangler.toml:3"));
  EXPECT_THAT(std::string(router.status().message()), HasSubstr("b/wrangler.jsonc:2"));
  EXPECT_TRUE(Router::Create({Worker("a", {"example.com", "example.com/"}), Worker("b", {})}).ok());
}

TEST(RouterTest, TwoCatchAllsNameBothFiles) {
  const Result<Router> router =
      Router::Create({Worker("a/worker.js", {}), Worker("b/worker.js", {})});
  ASSERT_FALSE(router.ok());
  EXPECT_THAT(std::string(router.status().message()), HasSubstr("a/worker.js"));
  EXPECT_THAT(std::string(router.status().message()), HasSubstr("b/worker.js"));
  EXPECT_THAT(std::string(router.status().message()), HasSubstr("routes = "));
}

}  // namespace
}  // namespace sedge::worker
