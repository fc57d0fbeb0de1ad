// SPDX-License-Identifier: Apache-2.0
// What a worker makes and lets go of leaves nothing behind: each test makes very many of one thing,
// and the process does not grow. A new interface that holds native or registered state gets a row
// of its own.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

// What V8's heap may take while it grows to the worker's limit of memory; beyond that requests
// fail.
constexpr size_t kAllowedGrowthBytes = 64u << 20;
constexpr int kChunk = 10'000;  // per request
constexpr int kMillion = 1'000'000;
// Of what takes microseconds to make, or many: it is larger, so that fewer of it would be noticed.
constexpr int kFewer = 200'000;
constexpr int kFewest = 100'000;

struct Thing {
  const char* name;
  int count;
  // Statements that make one; they see f, a function, kb, a kilobyte, and i.
  const char* make;
};

void PrintTo(const Thing& thing, std::ostream* out) { *out << thing.name; }

constexpr Thing kThings[] = {
    {"Nothing", kMillion, ""},
    {"DecoderInTheMiddleOfACharacter", kFewer,
     "new TextDecoder('utf-16le').decode(kb.subarray(0, 3), { stream: true });"},
    {"DecoderStream", kFewest, "new TextDecoderStream();"},
    {"AbortedSignal", kFewer, "const c = new AbortController(); c.signal.onabort = f; c.abort();"},
    {"LongTimeout", kMillion, "AbortSignal.timeout(600_000);"},
    {"LongTimeoutThatSomebodyWaitedFor", kMillion,
     "const s = AbortSignal.timeout(600_000); s.addEventListener('abort', f);"
     "s.removeEventListener('abort', f);"},
    {"LongTimeoutWithAnAbort", kFewest,
     "const c = new AbortController(); const s = AbortSignal.any([AbortSignal.timeout(600_000), "
     "c.signal]);"
     "s.addEventListener('abort', f); c.abort();"},
    {"DependentOfALongLivedSignal", kFewer, "AbortSignal.any([lasting.signal]);"},
    {"ShortTimeout", kFewest, "AbortSignal.timeout(1).onabort = f;"},
    {"ClosedMessageChannel", kFewest,
     "const { port1, port2 } = new MessageChannel(); port2.onmessage = f;"
     "port1.postMessage(i); port1.close();"},
    {"MessageChannelLeftOpen", kMillion, "new MessageChannel().port1.onmessage = f;"},
    {"TransferredPort", kFewer,
     "const { port1, port2 } = new MessageChannel(); port1.postMessage(0, [new "
     "MessageChannel().port1]);"
     "port2.close();"},
    {"ClearedTimer", kMillion, "clearTimeout(setTimeout(f, 600_000));"},
    {"ClearedInterval", kMillion, "clearInterval(setInterval(f, 600_000, i));"},
    {"FiredTimer", kFewer, "setTimeout(f, 0);"},
    {"TimerLeftBehind", kMillion, "setTimeout(f, 600_000);"},
    {"IntervalLeftBehind", kMillion, "setInterval(f, 600_000, i);"},
    {"WaitLeftBehind", kFewer, "scheduler.wait(600_000, { signal: lasting.signal });"},
    {"Blob", kMillion, "new Blob([kb]);"},
    {"FileOfBlobs", kFewer, "new File([new Blob([kb]), kb.subarray(1)], 'x').slice(1, 1500);"},
    {"UnreadStream", kFewer,
     "new ReadableStream({ start(c) { c.enqueue(kb); }, pull: f, cancel: f });"},
    {"UnreadTee", kFewest, "new ReadableStream({ start(c) { c.enqueue(1); c.close(); } }).tee();"},
    {"UnreadByteTee", kFewest,
     "new ReadableStream({ type: 'bytes', start(c) { c.enqueue(new Uint8Array(9)); } }).tee();"},
    {"TransformStream", kFewest, "new TransformStream({ transform: f });"},
    {"IdentityTransformStream", kFewer, "new IdentityTransformStream();"},
    {"UnreadResponse", kMillion, "new Response(kb);"},
    {"UnreadCloneOfAResponse", kFewer, "new Response(kb).clone();"},
    {"UnreadCloneOfAStream", kFewest, "new Response(new Response('x').body).clone().body;"},
    {"UnreadDataResponse", kFewer, "await fetch('data:,text');"},
    {"Headers", kMillion, "new Headers({ 'x-a': '1', 'x-b': '2' }).append('x-a', i);"},
    {"Url", kFewer, "new URL(`https://example.com/${i}?a=b`).searchParams.append('c', 'd');"},
    {"Request", kFewer, "new Request('https://example.com/', { method: 'POST', body: kb });"},
    {"RequestWithASignal", kFewer,
     "new Request('https://example.com/', { signal: lasting.signal });"},
    {"Clone", kFewer, "structuredClone({ a: [1, new Map([[1, 2]])], b: new Date(i), kb });"},
    {"TransferredBuffer", kFewer,
     "const buffer = new ArrayBuffer(64); structuredClone(buffer, { transfer: [buffer] });"},
    {"ListenerWithASignal", kFewer,
     "const c = new AbortController(); addEventListener('x', () => {}, { signal: c.signal }); "
     "c.abort();"},
    {"ListenerWithALongLivedSignal", kFewer,
     "const t = new EventTarget(); t.addEventListener('x', f, { signal: lasting.signal });"
     "t.removeEventListener('x', f);"},
    {"HandledRejection", kMillion, "Promise.reject(i).catch(f);"},
    {"LateHandledRejection", kFewer,
     "const p = Promise.reject(i); setTimeout(() => p.catch(f), 0); if (i % 100 === 0) await "
     "null;"},
    {"PerformanceObserver", kFewer,
     "const o = new PerformanceObserver(f); o.observe({ type: 'mark' }); performance.mark('m');"
     "o.disconnect(); performance.clearMarks();"},
};

class MemoryTest : public testing::TestWithParam<Thing> {};

TEST_P(MemoryTest, DoesNotGrow) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep what was freed";
#endif
  const Thing& thing = GetParam();
  Worker worker(std::string(R"(
    const f = () => {};
    const kb = new Uint8Array(1024).fill(65);
    const lasting = new AbortController();
    addEventListener("unhandledrejection", (event) => event.preventDefault());
    export default { async fetch(request) {
      const count = Number(new URL(request.url).searchParams.get("n"));
      for (let i = 0; i < count; ++i) {
        {)") + thing.make +
                    R"(}
        if (i % 100 === 0) await null; // what waits for a microtask is alive until then
      }
      await new Promise((resolve) => setTimeout(resolve, 0)); // the tasks that were queued
      return new Response("made");
    } };)",
                {}, "[limits]\nmemory_mb = 32\ncpu_ms = 60000");
  const std::string url = worker.url() + "/?n=" + std::to_string(kChunk);
  size_t after_warm_up = 0;
  for (int made = 0; made < thing.count; made += kChunk) {
    ASSERT_EQ(Get(url).body, "made") << "after " << made << ": " << worker.process().err();
    if (made == thing.count / 5) after_warm_up = worker.process().ResidentBytes();
  }
  EXPECT_LT(worker.process().ResidentBytes(), after_warm_up + kAllowedGrowthBytes);
}

// What requests leave behind: each holds on to a large buffer with what its handler does.
struct Leaving {
  const char* name;
  int count;
  // Statements of a handler that sees request, ctx, big(object), which makes the object large,
  // lasting, an AbortController of the module, and kApi, the URL of 10 kB.
  const char* handle;
  int status = 200;
};

void PrintTo(const Leaving& leaving, std::ostream* out) { *out << leaving.name; }

constexpr int kRequests = 1'500;

constexpr Leaving kLeft[] = {
    {"SignalOfARequest", kRequests, "big(request).signal; return new Response('x');"},
    {"SignalOfARequestThatFailed", kRequests, "big(request).signal; throw new Error('meant');",
     500},
    {"SignalOfARequestWithoutAResponse", kRequests, "big(request).signal; return 'nothing';", 500},
    {"SignalOfAStreamedRequest", kRequests,
     "big(request).signal; return new Response(new Response('x').body.pipeThrough(new "
     "TransformStream()));"},
    {"SignalThatIsFirstReadAfterTheAnswer", kRequests,
     "big(request); ctx.waitUntil(scheduler.wait(1).then(() => request.signal)); return new "
     "Response('x');"},
    {"FetchReadAsAStream", kRequests,
     "const { body } = big(await fetch(kApi, { signal: lasting.signal })); big(body);"
     "for await (const chunk of body); return new Response('x');"},
    {"FetchReadAsText", kRequests,
     "return new Response(await big(await fetch(kApi, { signal: lasting.signal })).text());"},
    {"FetchCancelled", kRequests,
     "const { body } = await fetch(kApi, { signal: lasting.signal }); await big(body).cancel();"
     "return new Response('x');"},
    {"FetchReturned", kRequests, "return big(await fetch(kApi, { signal: lasting.signal }));"},
    {"FetchReturnedAfterItsBodyWasAskedFor", kRequests,
     "const r = await fetch(kApi, { signal: lasting.signal }); big(r.body); return r;"},
    {"FetchUnread", kRequests,
     "big((await fetch(kApi, { signal: lasting.signal })).body); return new Response('x');"},
    {"FetchWithATimeout", kRequests,
     "const signal = big(AbortSignal.timeout(600_000));"
     "for await (const chunk of (await fetch(kApi, { signal })).body); return new Response('x');"},
    {"FetchWithATimeoutReturned", kRequests,
     "return fetch(kApi, { signal: big(AbortSignal.timeout(600_000)) });"},
    {"FetchSentOn", kRequests,
     "const { body } = await fetch(kApi, { signal: lasting.signal }); big(body);"
     "await (await fetch(kApi, { method: 'POST', body })).text(); return new Response('x');"},
    {"FetchMoved", kRequests,
     "const { body } = await fetch(kApi, { signal: lasting.signal }); big(body);"
     "const moved = new Request(new Request('http://x/', { method: 'POST', body }));"
     "return new Response(await moved.text());"},
};

class RequestMemoryTest : public testing::TestWithParam<Leaving> {};

TEST_P(RequestMemoryTest, DoesNotGrow) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep what was freed";
#endif
  const Leaving& leaving = GetParam();
  Worker api(Worker::Handler("return new Response('x'.repeat(10_000));"));
  Worker worker(std::string(R"(
    const kApi = "http://api.test/";
    const lasting = new AbortController();
    const big = (object) => Object.assign(object, { big: new Uint8Array(100_000).fill(1) });
    export default { async fetch(request, env, ctx) { )") +
                    leaving.handle + "} };",
                {"--map", "api.test=" + api.url()}, "[limits]\nmemory_mb = 128\ncpu_ms = 60000");
  size_t after_warm_up = 0;
  for (int i = 0; i < leaving.count; ++i) {
    const auto response = Get(worker.url());
    const std::string err = worker.process().err();  // or its log would fill the pipe
    ASSERT_EQ(response.status, leaving.status) << "after " << i << ": " << err;
    if (leaving.status == 200) {
      ASSERT_FALSE(response.body.empty());
      ASSERT_EQ(response.body.find_first_not_of('x'), std::string::npos) << response.body;
    }
    if (i == leaving.count / 5) after_warm_up = worker.process().ResidentBytes();
  }
  EXPECT_LT(worker.process().ResidentBytes(), after_warm_up + kAllowedGrowthBytes);
}

// Its body is still being sent when its client goes.
TEST(ClientMemoryTest, AFetchThatIsReturnedDoesNotGrow) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep what was freed";
#endif
  Worker api(Worker::Handler(
      "return new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(9)); } }));"));
  Worker worker(R"(
    const lasting = new AbortController();
    export default { async fetch(request) {
      const response = await fetch("http://api.test/", { signal: lasting.signal });
      response.body.big = new Uint8Array(100_000).fill(1);
      return response;
    } };)",
                {"--map", "api.test=" + api.url()}, "[limits]\nmemory_mb = 128\ncpu_ms = 60000");
  size_t after_warm_up = 0;
  for (int i = 0; i < kRequests; ++i) {
    RawConnection client(worker.url());
    client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    client.ReadUntil("\r\n\r\n");
    client.Reset();
    for (ChildProcess* process : {&api.process(), &worker.process()}) process->err();
    if (i == kRequests / 5) after_warm_up = worker.process().ResidentBytes();
  }
  EXPECT_LT(worker.process().ResidentBytes(), after_warm_up + kAllowedGrowthBytes);
}

INSTANTIATE_TEST_SUITE_P(Requests, RequestMemoryTest, testing::ValuesIn(kLeft),
                         [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(Things, MemoryTest, testing::ValuesIn(kThings),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace sedge::e2e
