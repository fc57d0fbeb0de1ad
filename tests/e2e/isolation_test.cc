// SPDX-License-Identifier: Apache-2.0
// What belongs to one request stays with it, and what belongs to the machine stays out of reach.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Two requests of different hosts wait for one promise: each goes on as itself, so its own host is its own.
TEST(IsolationTest, APromiseThatRequestsShareResumesEachAsItself) {
  LocalServer origin([](const ServerRequest& request) {
    return ServerResponse{.body = "origin of " + request.Header("host")};
  });
  Worker worker(R"(
    let release;
    const shared = new Promise((resolve) => { release = resolve; });
    let waiting = 0;
    export default { async fetch(request) {
      if (++waiting === 2) release();
      await shared;
      await null;
      return fetch(request);
    } };)",
                {"--origin", origin.url()});
  std::string first;
  std::thread other([&] { first = Get(worker.url(), {{"Host", "a.example.com"}}).body; });
  const std::string second = Get(worker.url(), {{"Host", "b.example.com"}}).body;
  other.join();
  EXPECT_EQ(first, "origin of a.example.com");
  EXPECT_EQ(second, "origin of b.example.com");
}

TEST(IsolationTest, BodiesThatNobodyReadsDoNotHoldTheirConnections) {
  LocalServer upstream([](const ServerRequest&) {
    return ServerResponse{.stream_bytes = 1 << 20};  // more than is held for a reader
  });
  Worker worker(Worker::Handler("const r = await fetch('http://up.example.com/');"
                                "return new Response(String(r.status));"),
                {"--map", "up.example.com=" + upstream.url()},
                "[limits]\nclient_connections_per_origin = 4");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get(worker.url()).body, "200") << i;
}

TEST(IsolationTest, AWorkerThatRunsReadsNoFilesButItsOwn) {
  TempFolder elsewhere;
  const std::string secret = elsewhere.Write("secret.txt", "hidden");
  Worker worker(Worker::Handler("try { return new Response((await import(url.searchParams.get('f'))).default); }"
                                "catch (error) { return new Response(error.message); }"));
  EXPECT_THAT(Get(worker.url() + "/?f=" + secret).body, HasSubstr("only relative paths"));
  const std::string up = "../../../../../../../../../../../..";
  const HttpResponse response = Get(worker.url() + "/?f=" + up + secret);
  EXPECT_THAT(response.body, Not(HasSubstr("hidden")));
  EXPECT_THAT(response.body, HasSubstr("cannot be resolved"));
}

TEST(IsolationTest, ALoopThroughOtherNamesOfTheMachineEnds) {
  // 127.0.0.2 and on are this machine too, where the server listens everywhere.
  Worker everywhere(Worker::Handler("const n = Number(url.searchParams.get('n') ?? 2);"
                                    "return fetch(`http://127.0.0.${n}:${url.port}/?n=${n + 1}`);"),
                    {"--host", "0.0.0.0"});
  const std::string port = everywhere.url().substr(everywhere.url().rfind(':'));
  const HttpResponse response = Get("http://127.0.0.1" + port);
  EXPECT_EQ(response.status, 508);
  EXPECT_THAT(response.body, HasSubstr("leads back to this server"));
}

TEST(IsolationTest, AnotherPortOfTheSameHostIsAnotherServer) {
  LocalServer other([](const ServerRequest&) { return ServerResponse{.body = "the other"}; });
  Worker worker(Worker::Handler("return fetch('" + other.url() + "/');"));
  EXPECT_EQ(Get(worker.url()).body, "the other");
}

TEST(IsolationTest, WorkersWithoutKvShareAFolder) {
  TempFolder folder;
  folder.Write("worker.js", "export default { fetch: () => new Response('x') };");
  SedgeProcess first({"serve", folder.path(), "--port", "0"});
  ASSERT_TRUE(first.WaitUntilListening()) << first.err();
  SedgeProcess second({"serve", folder.path(), "--port", "0"});
  EXPECT_TRUE(second.WaitUntilListening()) << second.err();
}

}  // namespace
}  // namespace sedge::e2e
