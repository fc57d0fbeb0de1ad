// SPDX-License-Identifier: Apache-2.0
// Several workers in one process: which one answers, and what they share.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/project.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

std::string Named(const std::string& name) {
  return "export default { fetch: (request) => { console.log('log of " + name +
         "'); return new Response('" + name + "'); } };";
}

std::string Config(const std::string& name, const std::string& more) {
  return "name = \"" + name + "\"\nmain = \"index.js\"\n" + more + "\n";
}

HttpResponse GetAt(const std::string& url, const std::string& host, const std::string& path) {
  return Get(url + path, {{"Host", host}});
}

TEST(RoutesTest, TheMostSpecificRouteDecides) {
  Project project({
      {"site/index.js", Named("site")},
      {"site/wrangler.toml", Config("site", R"(routes = ["example.com/*", "*.example.com/*"])")},
      {"api/index.js", Named("api")},
      {"api/wrangler.toml",
       Config("api", R"(routes = ["example.com/api/*", "api.example.com/*"])")},
      {"v2/index.js", Named("v2")},
      {"v2/wrangler.json",
       R"({"name": "v2", "main": "index.js", "routes": [{"pattern": "example.com/api/v2/*"}]})"},
  });
  for (const std::vector<std::string>& order :
       {std::vector<std::string>{"site", "api", "v2"}, {"v2", "api", "site"}}) {
    const std::string url = project.Serve(order);
    EXPECT_EQ(GetAt(url, "example.com", "/").body, "site");
    EXPECT_EQ(GetAt(url, "EXAMPLE.com:80", "/api").body, "site");
    EXPECT_EQ(GetAt(url, "example.com", "/api/").body, "api");
    EXPECT_EQ(GetAt(url, "example.com", "/api/v1/x").body, "api");
    EXPECT_EQ(GetAt(url, "example.com", "/api/v2/x?y").body, "v2");
    EXPECT_EQ(GetAt(url, "api.example.com", "/api/v2/x").body, "api");
    EXPECT_EQ(GetAt(url, "www.example.com", "/api/v2/x").body, "site");
  }
  EXPECT_TRUE(project.process().WaitForLog("log of v2 worker=v2"));
}

TEST(RoutesTest, NoRouteIsA404ThatNamesTheAddress) {
  Project project({
      {"a/index.js", Named("a")},
      {"a/wrangler.toml", Config("a", "route = \"a.test/*\"")},
      {"b/index.js", Named("b")},
      {"b/wrangler.toml", Config("b", "route = \"b.test/x/*\"")},
  });
  const std::string url = project.Serve({"a", "b"});
  EXPECT_EQ(GetAt(url, "a.test", "/").body, "a");
  const HttpResponse other = GetAt(url, "b.test", "/y");
  EXPECT_EQ(other.status, 404);
  EXPECT_THAT(other.body, HasSubstr("http://b.test/y"));
}

TEST(RoutesTest, AWorkerWithoutRoutesAnswersWhatIsLeft) {
  Project project({
      {"a/index.js", Named("a")},
      {"a/wrangler.toml", Config("a", "route = \"a.test/*\"")},
      {"rest/index.js", Named("rest")},
  });
  const std::string url = project.Serve({"a", "rest"});
  EXPECT_EQ(GetAt(url, "a.test", "/").body, "a");
  EXPECT_EQ(GetAt(url, "other.test", "/").body, "rest");
}

TEST(RoutesTest, WorkersShareNamespacesButNotGlobals) {
  const std::string script = R"(
    globalThis.seen = (globalThis.seen ?? 0) + 1;
    export default { async fetch(request, env) {
      if (request.method === "PUT") await env.SHARED.put("key", await request.text());
      return Response.json([env.NAME, globalThis.seen, await env.SHARED.get("key"), await env.OWN.get("key")]);
    } };)";
  const auto config = [](const std::string& name) {
    return Config(name, "route = \"" + name +
                            ".test/*\"\nkv_namespaces = [{ binding = \"SHARED\", id = \"one\" }, "
                            "{ binding = \"OWN\", id = \"own-" +
                            name + "\" }]\n[vars]\nNAME = \"" + name + "\"");
  };
  Project project({{"a/index.js", script},
                   {"a/wrangler.toml", config("a")},
                   {"b/index.js", script},
                   {"b/wrangler.toml", config("b")}});
  const std::string url = project.Serve({"a", "b"});
  EXPECT_EQ(Send("PUT", url, "value", {{"Host", "a.test"}}).body, R"(["a",1,"value",null])");
  EXPECT_EQ(GetAt(url, "b.test", "/").body, R"(["b",1,"value",null])");
}

TEST(RoutesTest, AWorkerThatIsEndedDoesNotStopTheOthers) {
  Project project({
      {"loop/index.js", "export default { fetch() { for (;;) {} } };"},
      {"loop/wrangler.toml", Config("loop", "route = \"loop.test/*\"\nlimits = { cpu_ms = 50 }")},
      {"fine/index.js", "let n = 0; export default { fetch: () => new Response(`fine ${++n}`) };"},
  });
  const std::string url = project.Serve({"loop", "fine"});
  EXPECT_EQ(GetAt(url, "fine.test", "/").body, "fine 1");
  EXPECT_EQ(GetAt(url, "loop.test", "/").status, 503);
  EXPECT_EQ(GetAt(url, "fine.test", "/").body, "fine 2");  // the same isolate as before
}

}  // namespace
}  // namespace sedge::e2e
