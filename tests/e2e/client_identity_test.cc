// SPDX-License-Identifier: Apache-2.0
// What a script is told of its client, by this server and by proxies in front of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

// The headers that the server says, and the URL's scheme.
const std::string kTell = Worker::Handler(R"(
  const names = ["cf-connecting-ip", "x-real-ip", "x-forwarded-for", "x-forwarded-proto", "cf-visitor",
    "true-client-ip", "cf-ipcountry"];
  return new Response(url.protocol + names.map((name) => `|${request.headers.get(name) ?? "-"}`).join(""));)");

std::vector<std::pair<std::string, std::string>> Claims() {
  return {{"CF-Connecting-IP", "1.1.1.1"},
          {"X-Real-IP", "1.1.1.1"},
          {"X-Forwarded-For", "192.0.2.1, 198.51.100.7"},
          {"X-Forwarded-Proto", "https"},
          {"CF-Visitor", "{\"scheme\":\"ftp\"}"},
          {"True-Client-IP", "1.1.1.1"},
          {"CF-IPCountry", "NL"}};
}

TEST(ClientIdentityTest, AScriptIsToldItsClient) {
  Worker worker(kTell);
  const std::string told = "http:|127.0.0.1|127.0.0.1|127.0.0.1|http|{\"scheme\":\"http\"}|-|-";
  EXPECT_EQ(Get(worker.url()).body, told);
  // What the client itself says about that is nobody's business.
  EXPECT_EQ(Get(worker.url(), Claims()).body, told);
}

TEST(ClientIdentityTest, ATrustedProxyIsBelieved) {
  Worker worker(kTell, {}, "trusted_proxies = [\"127.0.0.0/8\"]");
  EXPECT_EQ(Get(worker.url(), Claims()).body,
            "https:|198.51.100.7|198.51.100.7|198.51.100.7, 127.0.0.1|https|{\"scheme\":\"https\"}"
            "|1.1.1.1|NL");
  EXPECT_EQ(Get(worker.url()).body,
            "http:|127.0.0.1|127.0.0.1|127.0.0.1|http|{\"scheme\":\"http\"}|-|-");
}

TEST(ClientIdentityTest, OnlyTheNamedNetworksAreTrusted) {
  Worker worker(kTell, {"--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "unix"},
                "trusted_proxies = [\"127.0.0.0/8\"]");  // flags go before
  EXPECT_EQ(Get(worker.url(), Claims()).body,
            "http:|127.0.0.1|127.0.0.1|127.0.0.1|http|{\"scheme\":\"http\"}|-|-");
}

TEST(ClientIdentityTest, AUnixSocketHasNoAddress) {
  for (const bool trusted : {false, true}) {
    TempFolder folder;
    folder.Write("worker.js", kTell);
    std::vector<std::string> args = {"serve", "worker.js", "--listen", "unix:socket"};
    if (trusted) args.insert(args.end(), {"--trusted-proxy", "unix"});
    SedgeProcess process(args, folder.path());
    const auto url = process.WaitUntilListening();
    ASSERT_TRUE(url) << process.err();
    const auto ask = [&](const std::string& headers) {
      RawConnection client(*url);
      client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n");
      const std::string& all = client.ReadToEnd();
      return all.substr(all.find("\r\n\r\n") + 4);
    };
    EXPECT_EQ(ask(""), "http:|-|-|-|http|{\"scheme\":\"http\"}|-|-");
    EXPECT_EQ(ask("X-Forwarded-For: 1.1.1.1, 192.0.2.9\r\nX-Forwarded-Proto: https\r\n"),
              trusted ? "https:|192.0.2.9|192.0.2.9|192.0.2.9|https|{\"scheme\":\"https\"}|-|-"
                      : "http:|-|-|-|http|{\"scheme\":\"http\"}|-|-");
  }
}

TEST(ClientIdentityTest, EveryRequestHasARayOfItsOwn) {
  Worker worker(
      Worker::Handler("return new Response([request.headers.get('cf-ray'), new "
                      "Headers(request.headers).get('cf-ray')]);"));
  const std::string one = Get(worker.url()).body,
                    two = Get(worker.url(), {{"CF-Ray", "mine"}}).body;
  EXPECT_THAT(one, MatchesRegex("[0-9a-f]+-LOCAL,[0-9a-f]+-LOCAL"));
  EXPECT_EQ(one.substr(0, one.find(',')), one.substr(one.find(',') + 1));
  EXPECT_THAT(two, MatchesRegex("[0-9a-f]+-LOCAL,[0-9a-f]+-LOCAL"));
  EXPECT_NE(one, two);
}

// fetch(request) tells the origin who asked, as any proxy does.
TEST(ClientIdentityTest, TheOriginIsToldOfTheClient) {
  LocalServer origin([](const ServerRequest&) { return ServerResponse{.body = "origin"}; });
  Worker worker(Worker::Handler("return fetch(request);"), {"--origin", origin.url()},
                "trusted_proxies = [\"127.0.0.1\"]");
  EXPECT_EQ(Get(worker.url(), {{"Host", "www.example.com"},
                               {"X-Forwarded-For", "192.0.2.1"},
                               {"X-Forwarded-Proto", "https"}})
                .body,
            "origin");
  const ServerRequest seen = origin.requests().at(0);
  EXPECT_EQ(seen.Header("host"), "www.example.com");
  EXPECT_EQ(seen.Header("cf-connecting-ip"), "192.0.2.1");
  EXPECT_EQ(seen.Header("x-forwarded-for"), "192.0.2.1, 127.0.0.1");
  EXPECT_EQ(seen.Header("x-forwarded-proto"), "https");
  EXPECT_THAT(seen.head, Not(HasSubstr("X-Forwarded")));  // once each, in lower case
}

// A request that was answered is still told right.
TEST(ClientIdentityTest, HeadersCanBeReadInWaitUntil) {
  Worker worker(Worker::Handler(R"(
    ctx.waitUntil((async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.log("from", request.headers.get("cf-connecting-ip"));
    })());
    return new Response("ok");)"));
  EXPECT_EQ(Get(worker.url()).body, "ok");
  EXPECT_TRUE(worker.process().WaitForLog("from 127.0.0.1"));
}

TEST(ClientIdentityTest, RoutesSeeTheForwardedScheme) {
  TempFolder folder;
  folder.Write("a/index.js", "export default { fetch: () => new Response('secure') };");
  folder.Write("a/wrangler.toml",
               "routes = [\"https://example.com/*\"]\ntrusted_proxies = [\"127.0.0.1\"]");
  folder.Write("b/index.js", "export default { fetch: () => new Response('plain') };");
  folder.Write("b/wrangler.toml", "routes = [\"http://example.com/*\"]");
  SedgeProcess process({"serve", "a", "b", "--port", "0", "--threads", "1"}, folder.path());
  const auto url = process.WaitUntilListening();
  ASSERT_TRUE(url) << process.err();
  EXPECT_EQ(Get(*url, {{"Host", "example.com"}}).body, "plain");
  EXPECT_EQ(Get(*url, {{"Host", "example.com"}, {"X-Forwarded-Proto", "https"}}).body, "secure");
}

}  // namespace
}  // namespace sedge::e2e
