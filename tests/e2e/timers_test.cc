// SPDX-License-Identifier: Apache-2.0
// Timers and the requests that set them, through the real binary.
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

// /ran waits until everything that was set before it has been due.
constexpr char kScript[] = R"(
const ran = [];
let shared;
export default { async fetch(request, env, ctx) {
  switch (new URL(request.url).pathname) {
    case "/left":
      setTimeout(() => ran.push("timeout"), 20);
      setInterval(() => ran.push("interval"), 20);
      scheduler.wait(20).then(() => ran.push("wait"));
      shared = AbortSignal.timeout(20);
      shared.onabort = () => ran.push("signal");
      return new Response("ok");
    case "/kept": {
      setTimeout(() => ran.push("kept"), 20);
      const interval = setInterval(() => {
        ran.push("kept interval");
        clearInterval(interval);
      }, 30);
      ctx.waitUntil(scheduler.wait(45).then(() => {
        ran.push("kept wait");
        setTimeout(() => ran.push("later"), 20);
      }));
      return new Response("ok");
    }
    case "/streamed":
      return new Response(new ReadableStream({
        async pull(controller) {
          await scheduler.wait(30);
          controller.enqueue(new TextEncoder().encode("streamed"));
          controller.close();
        },
      }));
    case "/ran":
      await scheduler.wait(150);
      return new Response(ran.join());
  }
} };)";

TEST(TimersTest, ThoseOfARequestThatIsOverDoNotRun) {
  Worker worker(kScript);
  EXPECT_EQ(Get(worker.url() + "/left").body, "ok");
  EXPECT_EQ(Get(worker.url() + "/ran").body, "signal");
}

TEST(TimersTest, WaitUntilKeepsThem) {
  Worker worker(kScript);
  EXPECT_EQ(Get(worker.url() + "/kept").body, "ok");
  EXPECT_EQ(Get(worker.url() + "/ran").body, "kept,kept interval,kept wait");
}

TEST(TimersTest, AResponseThatIsBeingMadeKeepsThem) {
  Worker worker(kScript);
  EXPECT_EQ(Get(worker.url() + "/streamed").body, "streamed");
}

TEST(TimersTest, ThoseOfTheGlobalScopeBelongToNoRequest) {
  Worker worker(R"(
    let count = 0;
    setInterval(() => ++count, 5);
    export default { async fetch() {
      const before = count;
      await scheduler.wait(50);
      return new Response(String(count > before));
    } };)");
  EXPECT_EQ(Get(worker.url()).body, "true");
  EXPECT_EQ(Get(worker.url()).body, "true");
}

TEST(TimersTest, ThoseThatNobodyWillRunHoldNoMemory) {
  // All of them together would not fit.
  Worker worker(R"(
    let requests = 0;
    export default { fetch() {
      for (let i = 0; i < 200; ++i) {
        const held = new Uint8Array(20_000).fill(1);
        setTimeout(() => held, 3_600_000);
        setInterval(() => held, 3_600_000);
      }
      return new Response(String(++requests));
    } };)");
  for (int i = 1; i <= 40; ++i) ASSERT_EQ(Get(worker.url()).body, std::to_string(i));
}

TEST(TimersTest, OneThatStartsItselfWithoutADelayLeavesTheThreadToOthers) {
  Worker worker(R"(
let isOver = false;
export default { async fetch(request, env, ctx) {
  if (new URL(request.url).pathname === "/end") {
    isOver = true;
    return new Response("over");
  }
  let end;
  ctx.waitUntil(new Promise((resolve) => { end = resolve; }));
  const again = () => { if (isOver) end(); else setTimeout(again, 0); };
  again();
  return new Response("begun");
} };)");
  EXPECT_EQ(Get(worker.url() + "/begin").body, "begun");
  EXPECT_EQ(Get(worker.url() + "/end").body, "over");
}

}  // namespace
}  // namespace sedge::e2e
