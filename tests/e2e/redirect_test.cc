// SPDX-License-Identifier: Apache-2.0
// Redirects that fetch() follows, through the real binary: methods, bodies, headers and locations
// as https://fetch.spec.whatwg.org/#concept-http-redirect-fetch has them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string MapTo(const std::string& host, const LocalServer& server) {
  return host + "=" + server.url();
}

// Answers "/STATUS" with a redirect to "/end", which says what came to it.
ServerResponse ByStatus(const ServerRequest& request) {
  if (request.target != "/end") {
    return {.status = std::stoi(request.target.substr(1)),
            .headers = {{"Location", "/end"}},
            .body = "moved"};
  }
  const auto of = [&](const std::string& name) { return request.Header(name) + "|"; };
  return {
      .headers = {{"X-Seen", request.method + "|" + of("content-type") + of("content-language") +
                                 of("x-custom") + of("content-length") + request.body}}};
}

TEST(RedirectTest, MethodsBodiesAndWhatDescribesThem) {
  LocalServer api(ByStatus);
  Worker worker(Worker::Handler(R"(
    const method = url.searchParams.get("method");
    const body = method === "GET" || method === "HEAD" ? undefined : "hello";
    const response = await fetch("http://api.test" + url.pathname, { method, body, headers: {
      "Content-Type": "text/x", "Content-Language": "en", "X-Custom": "kept" } });
    return new Response(`${response.headers.get("x-seen")} ${response.redirected}`);)"),
                {"--map", MapTo("api.test", api)});
  struct Case {
    const char* method;
    std::vector<int> statuses;
    const char* seen;
  };
  const Case cases[] = {
      {"GET", {301, 302, 303, 307, 308}, "GET|text/x|en|kept|| true"},
      {"HEAD", {301, 302, 303, 307, 308}, "HEAD|text/x|en|kept|| true"},
      {"POST", {301, 302, 303}, "GET|||kept|| true"},
      {"POST", {307, 308}, "POST|text/x|en|kept|5|hello true"},
      {"PUT", {301, 302, 307, 308}, "PUT|text/x|en|kept|5|hello true"},
      {"PUT", {303}, "GET|||kept|| true"},
      {"DELETE", {301, 302, 307, 308}, "DELETE|text/x|en|kept|5|hello true"},
      {"DELETE", {303}, "GET|||kept|| true"},
      {"PATCH", {301, 302, 307, 308}, "PATCH|text/x|en|kept|5|hello true"},
      {"PATCH", {303}, "GET|||kept|| true"},
      // No redirects of Fetch's.
      {"GET", {300, 304, 305, 306}, "null false"},
  };
  for (const Case& c : cases) {
    for (const int status : c.statuses) {
      const std::string path = "/" + std::to_string(status) + "?method=" + c.method;
      EXPECT_EQ(Get(worker.url() + path).body, c.seen) << path;
    }
  }
}

TEST(RedirectTest, BodiesOfAllKindsAreSentAgainButStreams) {
  LocalServer api(ByStatus);
  Worker worker(Worker::Handler(R"(
    const form = new FormData();
    form.append("a", "1");
    const bodies = {
      string: "hello", bytes: new TextEncoder().encode("hello"), blob: new Blob(["hello"]),
      params: new URLSearchParams("a=b"), none: undefined,
      stream: new Response("hello").body, pass: request.body, iterable: new Set(["hello"]),
    };
    try {
      const response = await fetch("http://api.test" + url.pathname, {
        method: "POST", body: bodies[url.searchParams.get("body")], headers: { "Content-Type": "t" } });
      return new Response(response.headers.get("x-seen"));
    } catch (error) {
      return new Response(`${error.name}: ${error.message}`);
    })"),
                {"--map", MapTo("api.test", api)});
  const auto seen = [&](const std::string& path) {
    return Send("POST", worker.url() + path, "hello").body;
  };
  EXPECT_EQ(seen("/307?body=string"), "POST|t|||5|hello");
  EXPECT_EQ(seen("/307?body=bytes"), "POST|t|||5|hello");
  EXPECT_EQ(seen("/308?body=blob"), "POST|t|||5|hello");
  EXPECT_EQ(seen("/307?body=params"), "POST|t|||3|a=b");
  EXPECT_EQ(seen("/307?body=none"), "POST|t|||0|");
  EXPECT_EQ(seen("/303?body=stream"), "GET|||||");
  EXPECT_EQ(seen("/303?body=pass"), "GET|||||");
  for (const std::string body : {"stream", "pass", "iterable"}) {
    // 301 and 302 drop a body, but not one that would have to be sent again.
    for (const std::string status : {"/301", "/302", "/307", "/308"}) {
      const std::string path = status + "?body=" + body;
      EXPECT_THAT(seen(path), HasSubstr("TypeError: Failed to fetch http://api.test" + status))
          << path;
      EXPECT_THAT(seen(path), HasSubstr("cannot be sent a second time")) << path;
    }
  }
}

TEST(RedirectTest, ModesOtherThanFollow) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    if (request.target == "/nowhere") return {.status = 302, .body = "no location"};
    return ByStatus(request);
  });
  Worker worker(Worker::Handler(R"(
    try {
      const response = await fetch("http://api.test" + url.pathname, {
        redirect: url.searchParams.get("mode") });
      return new Response([response.status, response.redirected, response.url,
        response.headers.get("location"), await response.text()].join("|"));
    } catch (error) {
      return new Response(error.message);
    })"),
                {"--map", MapTo("api.test", api)});
  for (const std::string status : {"301", "302", "303", "307", "308"}) {
    EXPECT_EQ(Get(worker.url() + "/" + status + "?mode=manual").body,
              status + "|false|http://api.test/" + status + "|/end|moved");
    EXPECT_THAT(Get(worker.url() + "/" + status + "?mode=error").body,
                HasSubstr("redirects (" + status +
                          ") to /end, and the request's redirect mode is "
                          "\"error\""));
  }
  EXPECT_EQ(Get(worker.url() + "/nowhere?mode=follow").body,
            "302|false|http://api.test/nowhere||no location");
  EXPECT_EQ(Get(worker.url() + "/nowhere?mode=manual").body,
            "302|false|http://api.test/nowhere||no location");
  EXPECT_THAT(Get(worker.url() + "/nowhere?mode=error").body, HasSubstr("redirect mode"));
}

TEST(RedirectTest, LocationsAreResolved) {
  // The first request of a case is redirected to where its header says.
  const auto answer = [](const ServerRequest& request) -> ServerResponse {
    const std::string to = request.Header("x-to");
    if (to.empty() || request.target.find("from") == std::string::npos) {
      return {.headers = {{"X-Seen", request.Header("host") + request.target}}};
    }
    return {.status = 302, .headers = {{"Location", to.substr(1, to.size() - 2)}}};
  };
  LocalServer api(answer);
  LocalServer other(answer);
  Worker worker(Worker::Handler(R"(
    try {
      const response = await fetch("http://api.test/dir/from?q=1#part", {
        headers: { "x-to": `"${atob(url.searchParams.get("to"))}"` } });
      return new Response(`${response.headers.get("x-seen")} ${response.url}`);
    } catch (error) {
      return new Response(error.message);
    })"),
                {"--map", MapTo("api.test", api), "--map", MapTo("other.test", other)});
  const std::pair<const char*, const char*> cases[] = {
      {"L2Ficw==" /* /abs */, "api.test/abs http://api.test/abs"},
      {"cmVs" /* rel */, "api.test/dir/rel http://api.test/dir/rel"},
      {"Li4vdXA=" /* ../up */, "api.test/up http://api.test/up"},
      {"Ly9vdGhlci50ZXN0L3A=" /* //other.test/p */, "other.test/p http://other.test/p"},
      {"SFRUUDovL09USEVSLnRlc3QvVQ==" /* HTTP://OTHER.test/U */,
       "other.test/U http://other.test/U"},
      {"L25ldyNmcmFnbWVudA==" /* /new#fragment */, "api.test/new http://api.test/new"},
      {"L2EgYg==" /* /a b */, "api.test/a%20b http://api.test/a%20b"},
      {"L2NhZuk=" /* /caf\xe9 */, "api.test/caf%E9 http://api.test/caf%E9"},
      {"L2NhZsOp" /* /caf\xc3\xa9 */, "api.test/caf%C3%A9 http://api.test/caf%C3%A9"},
      {"L3g/YT1i" /* /x?a=b */, "api.test/x?a=b http://api.test/x?a=b"},
  };
  for (const auto& [to, seen] : cases) {
    EXPECT_EQ(Get(worker.url() + "/?to=" + to).body, seen) << to;
  }
  const std::pair<const char*, const char*> refused[] = {
      {"ZnRwOi8vYXBpLnRlc3Qv" /* ftp://api.test/ */, "no http(s) URL"},
      {"ZGF0YToseA==" /* data:,x */, "no http(s) URL"},
      {"aHR0cDovLw==" /* http:// */, "no http(s) URL"},
      {"aHR0cDovL2FwaS50ZXN0Ojk5OTk5Lw==" /* http://api.test:99999/ */, "no http(s) URL"},
      {"aHR0cDovL3U6cEBhcGkudGVzdC8=" /* http://u:p@api.test/ */, "includes credentials"},
      {"aHR0cDovL3VAb3RoZXIudGVzdC8=" /* http://u@other.test/ */, "includes credentials"},
  };
  for (const auto& [to, why] : refused) {
    EXPECT_THAT(Get(worker.url() + "/?to=" + to).body, HasSubstr(why)) << to;
  }
  EXPECT_THAT(other.log(), ElementsAre("GET /p", "GET /U"));
}

TEST(RedirectTest, WhatIsMeantForOneOriginDoesNotGoToAnother) {
  // "/HOST,HOST/end" goes to the first host, and so on.
  const auto answer = [](const ServerRequest& request) -> ServerResponse {
    const std::string hosts = request.target.substr(1, request.target.find('/', 1) - 1);
    if (hosts == "end") return {.body = "end"};
    const size_t comma = hosts.find(',');
    const std::string rest = comma == std::string::npos ? "end" : hosts.substr(comma + 1);
    return {
        .status = 307,
        .headers = {{"Location", hosts.substr(0, comma) == "same"
                                     ? "/" + rest + "/end"
                                     : "http://" + hosts.substr(0, comma) + "/" + rest + "/end"}}};
  };
  LocalServer api(answer);
  Worker worker(Worker::Handler(R"(
    return fetch(`http://a.test${url.pathname}`, { headers: { Authorization: "secret",
      Cookie: "secret", "Proxy-Authorization": "secret", "X-Custom": "open" } });)"),
                {"--map", MapTo("a.test", api), "--map", MapTo("b.test", api), "--map",
                 "a.test:81=" + api.url()});
  const auto last = [&](const std::string& path) {
    const size_t before = api.requests().size();
    EXPECT_EQ(Get(worker.url() + path).body, "end") << path;
    const std::vector<ServerRequest> requests = api.requests();
    EXPECT_GT(requests.size(), before);
    const ServerRequest& request = requests.back();
    EXPECT_EQ(request.Header("x-custom"), "open") << path;
    return request.Header("authorization") + "|" + request.Header("cookie") + "|" +
           request.Header("proxy-authorization");
  };
  EXPECT_EQ(last("/end/end"), "secret|secret|secret");
  EXPECT_EQ(last("/same/end"), "secret|secret|secret");
  EXPECT_EQ(last("/a.test/end"), "secret|secret|secret");
  EXPECT_EQ(last("/b.test/end"), "||");
  EXPECT_EQ(last("/a.test:81/end"), "||");  // another port is another origin
  EXPECT_EQ(last("/b.test,a.test/end"), "||");
  EXPECT_EQ(last("/same,b.test,same/end"), "||");
}

TEST(RedirectTest, TwentyAtMost) {
  LocalServer api([](const ServerRequest& request) -> ServerResponse {
    const int left = std::stoi(request.target.substr(1));
    if (left == 0) return {.body = "arrived"};
    return {.status = 302, .headers = {{"Location", "/" + std::to_string(left - 1)}}};
  });
  Worker worker(Worker::Handler(R"(
    try {
      return await fetch("http://api.test" + url.pathname);
    } catch (error) {
      return new Response(error.message);
    })"),
                {"--map", MapTo("api.test", api)});
  EXPECT_EQ(Get(worker.url() + "/20").body, "arrived");
  EXPECT_EQ(Get(worker.url() + "/21").body,
            "Too many redirects: more than 20, the last one to http://api.test/0");
  EXPECT_EQ(api.requests().size(), 42u);
}

}  // namespace
}  // namespace sedge::e2e
