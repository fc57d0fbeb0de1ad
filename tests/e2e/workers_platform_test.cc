// SPDX-License-Identifier: Apache-2.0
// What Workers have beyond the web's standards, through the real binary: bodies of known length,
// iterable bodies, request.cf, and what the log says of errors that nobody handles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

TEST(WorkersPlatformTest, AFixedLengthStreamHasAContentLength) {
  Worker worker(Worker::Handler(R"(
    const { readable, writable } = new FixedLengthStream(5);
    const writer = writable.getWriter();
    ctx.waitUntil(writer.write(new TextEncoder().encode("hello")).then(() => writer.close()));
    return new Response(readable);)"));
  const HttpResponse response = Get(worker.url());
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.Header("content-length"), "5");
  EXPECT_EQ(response.Header("transfer-encoding"), "");
}

TEST(WorkersPlatformTest, IterablesAreBodiesBothWays) {
  LocalServer api([](const ServerRequest& request) {
    return ServerResponse{.body = request.Header("transfer-encoding") + "|" + request.body};
  });
  Worker worker(Worker::Handler(R"(
    async function* slowly() {
      yield "one,";
      await scheduler.wait(1);
      yield new TextEncoder().encode("two");
    }
    if (url.pathname === "/response") return new Response(slowly());
    if (url.pathname === "/sync") return new Response(new Set(["a", "b"]));
    return fetch("http://api.test/", { method: "POST", body: slowly() });)"),
                {"--map", "api.test=" + api.url()});
  EXPECT_EQ(Get(worker.url() + "/response").body, "one,two");
  EXPECT_EQ(Get(worker.url() + "/sync").body, "ab");
  EXPECT_EQ(Get(worker.url() + "/upload").body, "chunked|one,two");
}

TEST(WorkersPlatformTest, AStreamIsARequestsBodyWithoutDuplex) {
  LocalServer api([](const ServerRequest& request) {
    return ServerResponse{.body = request.method + " " + request.body};
  });
  Worker worker(Worker::Handler(R"(
    const stream = () => new Blob(["streamed"]).stream();
    const first = await fetch("http://api.test/", { method: "PUT", body: stream() });
    const second = await fetch(new Request("http://api.test/", { method: "POST", body: stream() }));
    return new Response(await first.text() + "|" + await second.text());)"),
                {"--map", "api.test=" + api.url()});
  EXPECT_EQ(Get(worker.url()).body, "PUT streamed|POST streamed");
}

TEST(WorkersPlatformTest, CfGoesInAndOut) {
  LocalServer api([](const ServerRequest&) { return ServerResponse{.body = "answered"}; });
  Worker worker(Worker::Handler(R"(
    const own = new Request(request, { cf: { cacheTtl: 5 } });
    const response = await fetch("http://api.test/", { cf: { cacheEverything: true } });
    const passed = await fetch(new Request("http://api.test/", { cf: { image: { width: 1 } } }));
    return Response.json([request.cf.colo, request.cf === request.cf, new Request(request).cf.country, own.cf,
      request.clone().cf.colo, new Request("http://x/").cf ?? null, await response.text(), passed.status]);)"),
                {"--map", "api.test=" + api.url()});
  EXPECT_EQ(Get(worker.url()).body,
            R"(["LOCAL",true,"XX",{"cacheTtl":5},"LOCAL",null,"answered",200])");
}

TEST(WorkersPlatformTest, AFetchedBodyIsReadInRecords) {
  LocalServer api([](const ServerRequest&) {
    ServerResponse response;
    response.stream = [](const WritePiece& write) {
      return write("a") && write("bcd") && write("e");
    };
    return response;
  });
  Worker worker(Worker::Handler(R"(
    const response = await fetch("http://api.test/");
    const reader = response.body.getReader({ mode: "byob" });
    const records = [];
    for (;;) {
      const { value, done } = await reader.readAtLeast(2, new Uint8Array(2));
      if (done) return Response.json(records);
      records.push(new TextDecoder().decode(value));
    })"),
                {"--map", "api.test=" + api.url()});
  EXPECT_EQ(Get(worker.url()).body, R"(["ab","cd","e"])");
}

TEST(WorkersPlatformTest, PerformanceObserversEndWithTheirRequest) {
  LocalServer api([](const ServerRequest&) { return ServerResponse{.body = "x"}; });
  Worker worker(
      "const calls = { global: 0, local: 0 };\n"
      "new PerformanceObserver(() => { ++calls.global; }).observe({ type: 'mark' });\n" +
          Worker::Handler(R"(
    const observer = new PerformanceObserver(async () => {
      ++calls.local;
      await (await fetch("http://api.test/")).text(); // in the name of this request
      observer.told();
    });
    const told = new Promise((resolve) => { observer.told = resolve; });
    if (url.pathname !== "/mark") observer.observe({ entryTypes: ["mark"] });
    if (url.pathname === "/wait") {
      ctx.waitUntil(told);
      return new Response("waits");
    }
    performance.mark("m");
    await scheduler.wait(5);
    if (url.pathname === "/observe") await told;
    return Response.json(calls);)"),
      {"--map", "api.test=" + api.url()});
  EXPECT_EQ(Get(worker.url() + "/observe").body, R"({"global":1,"local":1})");
  EXPECT_EQ(Get(worker.url() + "/mark").body, R"({"global":2,"local":1})");
  EXPECT_EQ(Get(worker.url() + "/observe").body, R"({"global":3,"local":2})");
  EXPECT_EQ(Get(worker.url() + "/wait").body, "waits");
  EXPECT_EQ(Get(worker.url() + "/mark").body, R"({"global":4,"local":3})");
}

TEST(WorkersPlatformTest, AnUnhandledRejectionIsLoggedOnceWithItsStack) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/end") {
      console.log("the end");
      return new Response();
    }
    const late = Promise.reject(new RangeError("handled in time"));
    Promise.resolve().then(() => late.catch(() => {}));
    Promise.reject(new RangeError("nobody cares"));
    async function failing() { await null; throw new TypeError("from inside"); }
    failing();
    const inner = Promise.reject("no error at all");
    inner.then(() => {});
    return new Response("answered");)"));
  EXPECT_EQ(Get(worker.url()).body, "answered");
  EXPECT_TRUE(worker.process().WaitForLog("no error at all"));
  EXPECT_EQ(Get(worker.url() + "/end").body, "");
  EXPECT_TRUE(worker.process().WaitForLog("the end"));
  const std::string log = worker.process().err();
  EXPECT_EQ(CountOf(log, "Uncaught (in promise) RangeError: nobody cares"), 1u)
      << log;  // two requests
  EXPECT_EQ(CountOf(log, "Uncaught (in promise) TypeError: from inside"), 1u) << log;
  EXPECT_EQ(CountOf(log, "no error at all"), 1u) << log;
  EXPECT_THAT(log, Not(HasSubstr("handled in time")));
  EXPECT_THAT(log, HasSubstr("at failing (worker.js:"));
}

TEST(WorkersPlatformTest, AListenerKeepsARejectionOutOfTheLog) {
  Worker worker(std::string(R"(
    const seen = [];
    addEventListener("unhandledrejection", (event) => { seen.push(event.reason); event.preventDefault(); });
    self.onrejectionhandled = (event) => seen.push(`handled ${event.reason}`);
    self.onerror = (message) => { seen.push(message); return true; };
    let kept;
    export default { async fetch(request) {
      if (request.url.endsWith("/seen")) return Response.json(seen);
      if (request.url.endsWith("/late")) kept.catch(() => {});
      else kept = Promise.reject("first");
      if (request.url.endsWith("/late")) reportError(new RangeError("reported"));
      return new Response();
    } };)"));
  Get(worker.url());
  Get(worker.url() + "/late");
  EXPECT_EQ(Get(worker.url() + "/seen").body,
            R"(["first","Uncaught RangeError: reported","handled first"])");
  EXPECT_THAT(worker.process().err(), Not(HasSubstr("Uncaught")));
}

TEST(WorkersPlatformTest, ABrokenStreamNamesItsErrorInTheLog) {
  Worker worker(Worker::Handler(R"(
    const fail = () => { throw new RangeError("the source of " + url.pathname + " broke"); };
    if (url.pathname === "/at-once") return new Response(new ReadableStream({ pull: fail }));
    if (url.pathname === "/iterable") return new Response((function* () { yield "x"; fail(); })());
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    writer.write(new TextEncoder().encode("x"));
    try { fail(); } catch (error) { writer.abort(error); }
    return new Response(readable);)"));
  for (const std::string path : {"/at-once", "/iterable", "/transform"}) {
    EXPECT_NE(Get(worker.url() + path).error, "") << path;
    EXPECT_TRUE(worker.process().WaitForLog("the source of " + path + " broke"))
        << path << worker.process().err();
  }
}

}  // namespace
}  // namespace sedge::e2e
