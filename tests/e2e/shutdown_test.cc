// SPDX-License-Identifier: Apache-2.0
// How the server ends: SIGTERM lets what runs finish, a second one ends at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

// Answers /held once /release was asked for, which a test does when it likes.
const std::string kHeld = R"(
let release;
const released = new Promise((resolve) => { release = resolve; });
export default { async fetch(request, env, ctx) {
  const { pathname } = new URL(request.url);
  console.log("got", pathname);
  if (pathname === "/held") {
    for (let i = 0; i < 20; ++i) await new Promise((resolve) => setTimeout(resolve, 10));
    return new Response("finished");
  }
  if (pathname === "/stuck") await new Promise(() => {});
  if (pathname === "/wait") {
    ctx.waitUntil((async () => {
      for (let i = 0; i < 20; ++i) await new Promise((resolve) => setTimeout(resolve, 10));
      console.log("waited until the end");
    })());
  }
  return new Response("ok");
} };)";

std::string RequestFor(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

TEST(ShutdownTest, SigtermLetsARunningRequestFinish) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Worker worker(kHeld);
    RawConnection idle(worker.url());
    idle.Send(RequestFor("/"));
    idle.ReadUntil("ok");
    RawConnection busy(worker.url());
    busy.Send(RequestFor("/held"));
    ASSERT_TRUE(worker.process().WaitForLog("got /held"));
    worker.process().Signal(signal);
    ASSERT_TRUE(worker.process().WaitForLog("stopping"));
    const std::string answer = busy.ReadToEnd();
    EXPECT_THAT(answer, HasSubstr("finished"));
    EXPECT_THAT(answer, HasSubstr("onnection: close"));
    EXPECT_EQ(worker.process().WaitForExit(), 0);
  }
}

TEST(ShutdownTest, SigtermOfAnIdleServerEndsItAtOnce) {
  Worker worker(kHeld, {"--threads", "4"});
  EXPECT_EQ(Get(worker.url()).body, "ok");
  worker.process().Signal(SIGTERM);
  EXPECT_EQ(worker.process().WaitForExit(5'000), 0);
}

TEST(ShutdownTest, SigtermWaitsForWhatWaitUntilWasGiven) {
  Worker worker(kHeld);
  EXPECT_EQ(Get(worker.url() + "/wait").body, "ok");
  worker.process().Signal(SIGTERM);
  EXPECT_EQ(worker.process().WaitForExit(), 0);
  EXPECT_THAT(worker.process().err(), HasSubstr("waited until the end"));
}

TEST(ShutdownTest, ARequestThatDoesNotEndHoldsItForTheDeadlineOnly) {
  Worker worker(kHeld, {}, "[limits]\nshutdown_timeout_ms = 200");
  RawConnection busy(worker.url());
  busy.Send(RequestFor("/stuck"));
  ASSERT_TRUE(worker.process().WaitForLog("got /stuck"));
  worker.process().Signal(SIGTERM);
  EXPECT_EQ(worker.process().WaitForExit(5'000), 0);
}

TEST(ShutdownTest, ARequestThatDoesNotEndHoldsNothingOnceItsClientHasLeft) {
  Worker worker(kHeld, {}, "[limits]\nshutdown_timeout_ms = 60000");
  {
    RawConnection gone(worker.url());
    gone.Send(RequestFor("/stuck"));
    ASSERT_TRUE(worker.process().WaitForLog("got /stuck"));
  }
  worker.process().Signal(SIGTERM);
  EXPECT_EQ(worker.process().WaitForExit(10'000), 0);
}

TEST(ShutdownTest, ASecondSignalEndsAtOnce) {
  Worker worker(kHeld, {}, "[limits]\nshutdown_timeout_ms = 60000");
  RawConnection busy(worker.url());
  busy.Send(RequestFor("/stuck"));
  ASSERT_TRUE(worker.process().WaitForLog("got /stuck"));
  worker.process().Signal(SIGTERM);
  ASSERT_TRUE(worker.process().WaitForLog("stopping"));
  worker.process().Signal(SIGTERM);
  EXPECT_EQ(worker.process().WaitForExit(5'000), 128 + SIGTERM);
}

TEST(ShutdownTest, ALoopingHandlerDoesNotHoldIt) {
  Worker worker("export default { fetch() { console.log('looping'); for (;;) {} } };", {},
                "[limits]\nshutdown_timeout_ms = 200\ncpu_ms = 60000");
  RawConnection busy(worker.url());
  busy.Send(RequestFor("/"));
  ASSERT_TRUE(worker.process().WaitForLog("looping"));
  worker.process().Signal(SIGTERM);
  EXPECT_EQ(worker.process().WaitForExit(10'000), 0);
}

TEST(ShutdownTest, AStreamInProgressEndsWell) {
  Worker worker(R"(
export default { fetch(request) {
  let n = 0;
  return new Response(new ReadableStream({ async pull(controller) {
    if (n === 0) console.log("streaming");
    await new Promise((resolve) => setTimeout(resolve, 10));
    controller.enqueue(new TextEncoder().encode(`<${++n}>`));
    if (n === 30) controller.close();
  } }));
} };)");
  RawConnection client(worker.url());
  client.Send(RequestFor("/"));
  ASSERT_TRUE(worker.process().WaitForLog("streaming"));
  worker.process().Signal(SIGTERM);
  const std::string all = client.ReadToEnd();
  EXPECT_THAT(all, HasSubstr("<30>"));
  EXPECT_TRUE(all.ends_with("0\r\n\r\n")) << all;
  EXPECT_EQ(worker.process().WaitForExit(), 0);
}

TEST(ShutdownTest, AStreamWithoutEndIsCutAtTheDeadline) {
  Worker worker(R"(
export default { fetch(request) {
  return new Response(new ReadableStream({ async pull(controller) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    controller.enqueue(new TextEncoder().encode("tick"));
  } }));
} };)",
                {}, "[limits]\nshutdown_timeout_ms = 300");
  RawConnection client(worker.url());
  client.Send(RequestFor("/"));
  client.ReadUntil("tick");
  worker.process().Signal(SIGTERM);
  EXPECT_FALSE(client.ReadToEnd().ends_with("0\r\n\r\n"));
  EXPECT_EQ(worker.process().WaitForExit(5'000), 0);
}

// What runs natively beside the loop cannot be ended; it is left behind.
TEST(ShutdownTest, AKeyDerivationDoesNotHoldIt) {
  Worker worker(R"(
export default { async fetch() {
  const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
  console.log("deriving");
  await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-512", salt: new Uint8Array(8),
    iterations: 1_000_000_000 }, key, 512);
  return new Response("derived");
} };)",
                {}, "[limits]\nshutdown_timeout_ms = 200\npbkdf2_iterations = 1000000000");
  RawConnection client(worker.url());
  client.Send(RequestFor("/"));
  ASSERT_TRUE(worker.process().WaitForLog("deriving"));
  worker.process().Signal(SIGTERM);
  EXPECT_EQ(worker.process().WaitForExit(10'000), 0);
  EXPECT_THAT(worker.process().err(), HasSubstr("it is given up"));
}

}  // namespace
}  // namespace sedge::e2e
