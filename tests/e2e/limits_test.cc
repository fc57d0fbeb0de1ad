// SPDX-License-Identifier: Apache-2.0
// Handlers that never yield or that eat memory, through the real binary: each is ended with a 503
// that names the limit, and the next request is served. Again and again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kRounds = 20;
const std::string kCpuLimit = "CPU time limit of 100 ms (limits.cpu_ms)";
const std::string kMemoryLimit = "memory limit of 64 MB (limits.memory_mb)";

std::string OrFine(const std::string& body) {
  return Worker::Handler("if (url.pathname === '/fine') return new Response('fine');\n" + body);
}

struct Hog {
  const char* name;
  const char* body;
};
void PrintTo(const Hog& hog, std::ostream* out) { *out << hog.name; }

// Requests that come together when little memory is left: those whose bodies do not fit are told
// so, and the others, with all that the worker holds, stay.
TEST(MemoryLimitTest, BodiesThatDoNotFitFailAlone) {
  Worker worker(R"(
    const held = [];
    export default { async fetch(request) {
      if (request.method === "GET") return new Response(String(held.length));
      if (new URL(request.url).pathname === "/hold") {
        for (let i = 0; i < 28; ++i) held.push(new Uint8Array(1e6).fill(1));
        for (let i = 0; i < 200_000; ++i) held.push({ i });
        return new Response("held");
      }
      try {
        return new Response("read " + (await request.arrayBuffer()).byteLength);
      } catch (error) {
        return new Response(error.name, { status: 413 });
      }
    } };)",
                {"--threads", "1"}, "[limits]\nmemory_mb = 48\ncpu_ms = 60000");
  ASSERT_EQ(Send("POST", worker.url() + "/hold", "").body, "held");
  std::vector<HttpResponse> responses(60);
  std::vector<std::thread> clients;
  for (HttpResponse& response : responses) {
    clients.emplace_back([&] { response = Send("POST", worker.url(), std::string(300'000, 'x')); });
  }
  for (std::thread& client : clients) client.join();
  for (const HttpResponse& response : responses) {
    EXPECT_EQ(response.body, response.status == 413 ? "RangeError" : "read 300000")
        << response.status << response.error;
  }
  EXPECT_EQ(Get(worker.url()).body, "200028");
}

class CpuHogTest : public testing::TestWithParam<Hog> {};

TEST_P(CpuHogTest, IsEndedAndTheNextRequestIsServed) {
  Worker worker(OrFine(GetParam().body), {"--kv", "KV"}, "[limits]\ncpu_ms = 100");
  for (int round = 0; round < 2; ++round) {
    const HttpResponse response = Get(worker.url());
    EXPECT_EQ(response.status, 503) << response.error << worker.process().err();
    EXPECT_THAT(response.body, HasSubstr(kCpuLimit));
    EXPECT_EQ(Get(worker.url() + "/fine").body, "fine");
  }
  EXPECT_TRUE(worker.process().WaitForLog(kCpuLimit + " worker=test request=GET /"));
}

constexpr Hog kCpuHogs[] = {
    {"Loop", "for (;;) {}"},
    {"LoopThatCatches", "for (;;) { try { for (;;) {} } catch {} finally { for (;;) {} } }"},
    {"Microtasks", "for (;;) await null;"},
    {"ChainedMicrotasks",
     "await new Promise(() => { const spin = () => queueMicrotask(spin); spin(); });"},
    {"LoopAfterAnAwait", "await new Promise((r) => setTimeout(r, 1)); for (;;) {}"},
    {"TimerCallback", "await new Promise(() => { setTimeout(() => { for (;;) {} }, 1); });"},
    {"IntervalCallback", "await new Promise(() => { setInterval(() => { for (;;) {} }, 1); });"},
    {"ManyShortRuns",
     "for (;;) { await new Promise((r) => setTimeout(r, 0)); const end = Date.now() + 30; while "
     "(Date.now() < end) {} }"},
    {"AfterKv", "await env.KV.put('k', 'v'); await env.KV.get('k'); for (;;) {}"},
    {"RegularExpression", "return new Response(String(/^(a+)+$/.test('a'.repeat(60) + 'b')));"},
    {"Sort", "const a = Array.from({ length: 1e5 }, Math.random); for (;;) a.sort();"},
    {"WebAssembly",  // (func (export "f") (loop (br 0)))
     "const code = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, "
     "5, 1, 1, 102, 0, 0,"
     " 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]);"
     "new WebAssembly.Instance(new WebAssembly.Module(code)).exports.f();"},
    {"HostileThenable", "return { get then() { for (;;) {} } };"},
    {"HostileToString", "throw { toString() { for (;;) {} } };"},
    {"ResponseHeadersIterator",
     "return new Response('x', { headers: { *[Symbol.iterator]() { for (;;) yield ['a', 'b']; } } "
     "});"},
};
INSTANTIATE_TEST_SUITE_P(LimitsTest, CpuHogTest, testing::ValuesIn(kCpuHogs),
                         [](const auto& info) { return info.param.name; });

TEST(LimitsTest, ALoopInAStreamsPullEndsTheConnection) {
  Worker worker(OrFine(R"(
    let n = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (++n === 3) for (;;) {}
        controller.enqueue(new TextEncoder().encode("piece"));
      },
    }));)"),
                {}, "[limits]\ncpu_ms = 100");
  for (int round = 0; round < 3; ++round) {
    const HttpResponse cut = Get(worker.url());
    EXPECT_EQ(cut.status, 200);
    EXPECT_EQ(cut.body, "piecepiece");
    EXPECT_NE(cut.error, "");
    EXPECT_EQ(Get(worker.url() + "/fine").body, "fine");
  }
  EXPECT_TRUE(worker.process().WaitForLog(kCpuLimit));
}

TEST(LimitsTest, ALoopInWaitUntilIsEnded) {
  Worker worker(OrFine(R"(
    ctx.waitUntil((async () => { await new Promise((resolve) => setTimeout(resolve, 1)); for (;;) {} })());
    return new Response("answered");)"),
                {}, "[limits]\ncpu_ms = 100");
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(Get(worker.url()).body, "answered");
    EXPECT_EQ(Get(worker.url() + "/fine").body, "fine");
  }
  EXPECT_TRUE(worker.process().WaitForLog(kCpuLimit));
}

TEST(LimitsTest, ALoopInAnAbortListenerIsEnded) {
  Worker worker(OrFine(R"(
    request.signal.addEventListener("abort", () => { console.log("looping"); for (;;) {} });
    console.log("waiting");
    await new Promise(() => {});)"),
                {}, "[limits]\ncpu_ms = 100");
  RawConnection client(worker.url());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(worker.process().WaitForLog("waiting"));
  client.Reset();
  ASSERT_TRUE(worker.process().WaitForLog("looping"));
  EXPECT_EQ(Get(worker.url() + "/fine").body, "fine");
}

TEST(LimitsTest, DerivationsHaveALimitOfTheirOwn) {
  Worker worker(Worker::Handler(R"(
    const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
    const iterations = Number(url.searchParams.get("n"));
    const params = { name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(8), iterations };
    return new Response(await crypto.subtle.deriveBits(params, key, 256).then(() => "derived", String));)"),
                {}, "[limits]\npbkdf2_iterations = 1000");
  EXPECT_EQ(Get(worker.url() + "/?n=1000").body, "derived");
  EXPECT_THAT(Get(worker.url() + "/?n=1001").body,
              AllOf(HasSubstr("NotSupportedError"), HasSubstr("limits.pbkdf2_iterations")));
}

TEST(LimitsTest, WaitingDoesNotCount) {
  LocalServer slow([](const ServerRequest& request) {
    request.wait_for_close(300);
    return ServerResponse{.body = "slow"};
  });
  Worker worker(Worker::Handler(R"(
    await new Promise((resolve) => setTimeout(resolve, 300));
    return fetch("http://slow.test/");)"),
                {"--map", "slow.test=" + slow.url()}, "[limits]\ncpu_ms = 100");
  EXPECT_EQ(Get(worker.url()).body, "slow");
}

TEST(LimitsTest, FiftyOthersAreServedWhileOneLoops) {
  constexpr int kOthers = 50;
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/loop") for (;;) {}
    await new Promise((resolve) => setTimeout(resolve, url.pathname === "/before" ? 150 : 1));
    return new Response("served");)"),
                {"--threads", "2"}, "[limits]\ncpu_ms = 100");
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<RawConnection>> clients;
    const auto ask = [&](const std::string& path) {
      clients.push_back(std::make_unique<RawConnection>(worker.url()));
      clients.back()->Send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    };
    for (int i = 0; i < kOthers; ++i) ask("/before");
    ask("/loop");
    for (int i = 0; i < kOthers; ++i) ask("/after");
    for (size_t i = 0; i < clients.size(); ++i) {
      EXPECT_THAT(clients[i]->ReadToEnd(), HasSubstr(i == kOthers ? kCpuLimit : "served")) << i;
    }
  }
}

class MemoryHogTest : public testing::TestWithParam<Hog> {};

TEST_P(MemoryHogTest, IsEndedAndTheNextRequestIsServed) {
  Worker worker(OrFine(GetParam().body), {"--kv", "KV"}, "[limits]\nmemory_mb = 64");
  for (int round = 0; round < 2; ++round) {
    const HttpResponse response = Get(worker.url());
    EXPECT_EQ(response.status, 503) << response.error << response.body << worker.process().err();
    EXPECT_THAT(response.body, HasSubstr(kMemoryLimit));
    EXPECT_EQ(Get(worker.url() + "/fine").body, "fine");
  }
  EXPECT_TRUE(worker.process().WaitForLog(kMemoryLimit));
}

constexpr Hog kMemoryHogs[] = {
    {"Strings", "const all = []; for (;;) all.push('x'.repeat(1000) + all.length);"},
    {"FlatStrings", "const all = []; for (;;) all.push('x'.repeat(1 << 20).split(''));"},
    {"Arrays", "const all = []; for (;;) all.push(new Array(1000).fill(1.5));"},
    {"OneArray", "const all = []; for (;;) all.push(all.length);"},
    {"TypedArrays", "const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1));"},
    {"OneTypedArray", "return new Response(new Uint8Array(1 << 30));"},
    {"Keys",
     "const all = []; const raw = new Uint8Array(65); for (;;) all.push(await "
     "crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']));"},
    {"PendingJobs",
     "const key = await crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-CBC', true, "
     "['encrypt']); const data = new Uint8Array(1 << 20); for (;;) crypto.subtle.encrypt({ name: "
     "'AES-CBC', iv: data.subarray(0, 16) }, key, data);"},
    {"TypedArraysThatCatch",
     "const all = []; for (;;) { try { all.push(new Uint8Array(10 << 20)); } catch {} }"},
    {"Map", "const all = new Map(); for (let i = 0;; ++i) all.set(i, { i });"},
    {"Object", "const all = {}; for (let i = 0;; ++i) all[`k${i}`] = { i };"},
    {"Promises",
     "const all = []; for (;;) { all.push(new Promise(() => {})); if (all.length % 10000 === 0) "
     "await null; }"},
    {"Timers", "for (;;) setTimeout(() => {}, 1e6);"},
    {"WebAssembly",
     "const all = []; for (;;) all.push(new Uint8Array(new WebAssembly.Memory({ initial: 100 "
     "}).buffer).fill(1));"},
    {"Clones",
     "const big = Array.from({ length: 1e4 }, (_, i) => ({ i })); const all = []; for (;;) "
     "all.push(structuredClone(big));"},
    {"AcrossAwaits",
     "const all = []; for (;;) { all.push(new Array(10000).fill(1.5)); await new Promise((r) => "
     "setTimeout(r, 0)); }"},
};
INSTANTIATE_TEST_SUITE_P(LimitsTest, MemoryHogTest, testing::ValuesIn(kMemoryHogs),
                         [](const auto& info) { return info.param.name; });

TEST(LimitsTest, GarbageDoesNotCount) {
  Worker worker(Worker::Handler(R"(
    let n = 0;
    for (let i = 0; i < 400; ++i) n += new Uint8Array(1 << 20).fill(1).length;
    for (let i = 0; i < 20; ++i) n += new Uint8Array(40 << 20).length;
    for (let i = 0; i < 200_000; ++i) n += new Array(100).fill(1.5).length;
    return new Response(String(n));)"),
                {}, "[limits]\nmemory_mb = 64");
  EXPECT_EQ(Get(worker.url()).body, "1278291200") << worker.process().err();
}

TEST(LimitsTest, TwentyInARowLeakNothing) {
  Worker worker(OrFine(R"(
    if (url.pathname === "/loop") for (;;) {}
    if (url.pathname === "/wait") ctx.waitUntil(new Promise(() => {}));
    if (url.pathname === "/wait") { await null; for (;;) {} }
    const all = [];
    for (;;) all.push(new Array(1000).fill(1.5));)"),
                {}, "[limits]\ncpu_ms = 50\nmemory_mb = 32");
  size_t after_warm_up = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const std::string path : {"/loop", "/wait", "/memory"}) {
      EXPECT_EQ(Get(worker.url() + path).status, 503) << worker.process().err();
    }
    EXPECT_EQ(Get(worker.url() + "/fine").body, "fine");
    if (round == 4) after_warm_up = worker.process().ResidentBytes();
  }
  EXPECT_LT(worker.process().ResidentBytes(), after_warm_up + (48u << 20));
}

TEST(LimitsTest, BlockingWaitsAreRefused) {
  Worker worker(Worker::Handler(R"(
    try { Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0); return new Response("waited"); }
    catch (error) { return new Response(error.name); })"));
  EXPECT_EQ(Get(worker.url()).body, "TypeError");
}

}  // namespace
}  // namespace sedge::e2e
