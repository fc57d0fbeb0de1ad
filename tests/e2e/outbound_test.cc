// SPDX-License-Identifier: Apache-2.0
// Where fetch() may connect, how often a request may fetch, and whom it trusts, through the real
// binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"
#include "tests/loop/test_certificates.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Fetches the URL that is its path, and gives the body or the failure.
const std::string kFetchPath = Worker::Handler(R"(
  try {
    return new Response(await (await fetch(request.url.slice(url.origin.length + 1))).text());
  } catch (error) {
    return new Response(`${error.name}: ${error.message}`);
  })");

ServerResponse Fine(const ServerRequest&) { return {.body = "fine"}; }

std::string PortOf(const LocalServer& server) { return ":" + std::to_string(server.port()); }

TEST(OutboundTest, ADeniedNetworkIsNotReachedUnderAnyName) {
  LocalServer inside(Fine);
  Worker worker(kFetchPath, {}, "[outbound]\ndeny = [\"loopback\"]");
  const std::string port = PortOf(inside);
  EXPECT_EQ(Get(worker.url() + "/http://127.0.0.1" + port + "/").body,
            "TypeError: fetch failed: connect EACCES 127.0.0.1" + port +
                ": denied by the rule \"loopback\" of outbound.deny");
  for (const std::string host : {"localhost", "127.1", "0x7f000001", "2130706433", "0.0.0.0",
                                 "[::ffff:127.0.0.1]", "[::1]", "[::]"}) {
    const std::string text = Get(worker.url() + "/http://" + host + port + "/").body;
    EXPECT_THAT(text, HasSubstr("fetch failed: connect EACCES ")) << host;
    EXPECT_THAT(text, HasSubstr("denied by the rule \"loopback\"")) << host;
  }
  EXPECT_EQ(Get(worker.url() + "/http://localhost" + port + "/").body.find("(localhost)") ==
                std::string::npos,
            false);
  EXPECT_THAT(inside.log(), IsEmpty());
}

TEST(OutboundTest, ARedirectIsCheckedLikeAnyRequest) {
  LocalServer inside(Fine);
  LocalServer outside([&](const ServerRequest&) {
    return ServerResponse{.status = 302,
                          .headers = {{"Location", "http://127.0.0.1" + PortOf(inside) + "/x"}}};
  });
  Worker worker(kFetchPath,
                {"--map", "out.test=" + outside.url(), "--outbound-deny", "127.0.0.0/8"});
  // A mapping is the word of who started the server.
  EXPECT_EQ(Get(worker.url() + "/http://out.test/").body,
            "TypeError: fetch failed: connect EACCES 127.0.0.1" + PortOf(inside) +
                ": denied by the rule \"127.0.0.0/8\" of --outbound-deny");
  EXPECT_EQ(outside.log().size(), 1u);
  EXPECT_THAT(inside.log(), IsEmpty());
}

TEST(OutboundTest, OnlyWhatIsAllowedIsReached) {
  LocalServer api(Fine);
  Worker worker(kFetchPath, {"--outbound-allow", "127.0.0.1"},
                "[outbound]\nallow = [\"loopback\"]\ndeny = [\"localhost\"]");
  const std::string port = PortOf(api);
  EXPECT_EQ(Get(worker.url() + "/http://127.0.0.1" + port + "/").body, "fine");
  EXPECT_EQ(Get(worker.url() + "/http://127.0.0.2" + port + "/").body,
            "TypeError: fetch failed: connect EACCES 127.0.0.2" + port +
                ": allowed by no rule of --outbound-allow");
  EXPECT_EQ(Get(worker.url() + "/http://localhost" + port + "/").body,
            "TypeError: fetch failed: connect EACCES localhost: denied by the rule \"localhost\" "
            "of outbound.deny");
  EXPECT_EQ(api.log().size(), 1u);
}

TEST(OutboundTest, WithoutRulesOnlyLinkLocalAddressesAreDenied) {
  LocalServer api(Fine);
  Worker worker(kFetchPath);
  EXPECT_EQ(Get(worker.url() + "/http://127.0.0.1" + PortOf(api) + "/").body, "fine");
  EXPECT_EQ(Get(worker.url() + "/http://169.254.169.254/latest/meta-data/").body,
            "TypeError: fetch failed: connect EACCES 169.254.169.254:80: denied by the rule "
            "\"link-local\" of outbound.deny (its default)");
}

// Connections are shared by the workers of a thread, rules are not.
TEST(OutboundTest, RulesOfOneWorkerDoNotHoldForAnother) {
  LocalServer api(Fine);
  const TempFolder folder;
  folder.Write("a/index.js", kFetchPath);
  folder.Write("a/wrangler.toml", "route = \"a.test/*\"\n");
  folder.Write("b/index.js", kFetchPath);
  folder.Write("b/wrangler.toml", "route = \"b.test/*\"\n[outbound]\ndeny = [\"private\"]\n");
  SedgeProcess process(
      {"serve", folder.path() + "/a", folder.path() + "/b", "--port", "0", "--threads", "1"});
  const std::string url = process.WaitUntilListening().value_or("");
  const std::string target = url + "/http://127.0.0.1" + PortOf(api) + "/";
  EXPECT_EQ(Get(target, {{"Host", "a.test"}}).body, "fine");
  EXPECT_THAT(Get(target, {{"Host", "b.test"}}).body, HasSubstr("denied by the rule \"private\""));
  EXPECT_EQ(Get(target, {{"Host", "a.test"}}).body, "fine");
  EXPECT_EQ(api.log().size(), 2u);
}

// --- Subrequests ---

// How many of 60 fetches worked, and how the others failed.
const std::string kCount = Worker::Handler(R"(
  const one = async () => (await fetch("http://api.test" + url.pathname)).text();
  const results = await Promise.allSettled(Array.from({ length: 60 }, one));
  const failures = results.filter((result) => result.status === "rejected");
  const texts = new Set(failures.map(({ reason }) => `${reason.name}: ${reason.message}`));
  return new Response([60 - failures.length, ...texts].join(" "));)");

TEST(OutboundTest, ARequestMakesSoManySubrequests) {
  LocalServer api(Fine);
  const std::string map = "api.test=" + api.url();
  Worker worker(kCount, {"--map", map});
  const std::string too_many =
      "50 Error: Too many subrequests. A request may make 50 (limits.subrequests).";
  EXPECT_EQ(Get(worker.url()).body, too_many);
  EXPECT_EQ(Get(worker.url()).body, too_many) << "each request counts for itself";
  EXPECT_EQ(api.log().size(), 100u);

  Worker more(kCount, {"--map", map}, "[limits]\nsubrequests = 60");
  EXPECT_EQ(Get(more.url()).body, "60");
  Worker none(kCount, {"--map", map}, "[limits]\nsubrequests = 0");
  EXPECT_THAT(Get(none.url()).body, HasSubstr("0 Error: Too many subrequests."));
}

TEST(OutboundTest, EachRedirectIsASubrequest) {
  LocalServer api([](const ServerRequest& request) {
    if (request.target == "/end") return ServerResponse{.body = "fine"};
    return ServerResponse{.status = 302, .headers = {{"Location", "/end"}}};
  });
  Worker worker(Worker::Handler(R"(
    let done = 0;
    try {
      for (;; ++done) await (await fetch("http://api.test/start")).text();
    } catch (error) {
      return new Response(`${done} ${error.name}: ${error.message}`);
    })"),
                {"--map", "api.test=" + api.url()}, "[limits]\nsubrequests = 7");
  EXPECT_THAT(Get(worker.url()).body, HasSubstr("3 Error: Too many subrequests."));
  EXPECT_EQ(api.log().size(), 7u);
}

// --- Connections ---

TEST(OutboundTest, APostIsNotLostOnAConnectionThatTheServerClosed) {
  std::atomic<int> posts = 0;
  LocalServer api([&](const ServerRequest& request) {
    if (request.method == "POST") ++posts;
    // Says nothing of closing, and closes.
    return ServerResponse{.raw = [](const WritePiece& write) {
      write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine");
    }};
  });
  Worker worker(Worker::Handler(R"(
    let text = "";
    for (let i = 0; i < 5; ++i) {
      text += await (await fetch("http://api.test/", { method: "POST", body: "x" })).text();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return new Response(text);)"),
                {"--map", "api.test=" + api.url()});
  EXPECT_EQ(Get(worker.url()).body, "finefinefinefinefine");
  EXPECT_EQ(posts, 5);
}

TEST(OutboundTest, TrustsTheAuthoritiesOfTheConfiguration) {
  const loop::TestCertificateFiles files;
  LocalServer blog(Fine, files.certificate_file(), files.key_file());
  Worker worker(kFetchPath, {"--map", "blog.example.com=" + blog.url()},
                "[outbound]\nca = [\"" + files.ca_file() + "\"]");
  EXPECT_EQ(Get(worker.url() + "/https://blog.example.com/").body, "fine");
}

}  // namespace
}  // namespace sedge::e2e
