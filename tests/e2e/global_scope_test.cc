// SPDX-License-Identifier: Apache-2.0
// What a worker may do to the global scope: no code from strings, and nothing that it overwrites
// breaks requests, fetch, KV or streams.
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

TEST(GlobalScopeTest, StringsAreNotCode) {
  Worker worker(Worker::Handler(R"(
    const tries = [() => eval("1"), () => (0, eval)("1"), () => new Function("return 1"), () => Function("return 1"),
      () => (async () => {}).constructor("return 1"), () => (function* () {}).constructor("yield 1"),
      () => setTimeout("1", 0)];
    return new Response(tries.map((attempt) => {
      try { return `made ${typeof attempt()}`; } catch (error) { return error.name; }
    }).join());)"));
  EXPECT_EQ(Get(worker.url()).body,
            "EvalError,EvalError,EvalError,EvalError,EvalError,EvalError,TypeError");
}

// Every method of these, and everything on the global object that is not needed to write the
// worker.
constexpr const char* kVandal = R"(
  const poison = (what) => function poisoned() { throw new Error(`poisoned ${what}`); };
  const prototypes = { Array, Promise, Map, Set, WeakMap, WeakSet, String, RegExp, Function, Number, Date, ArrayBuffer,
    TypedArray: Object.getPrototypeOf(Uint8Array), Uint8Array, Error, Symbol, BigInt, DataView };
  const defineProperty = Object.defineProperty, getDescriptor = Object.getOwnPropertyDescriptor;
  const keysOf = Reflect.ownKeys, { species } = Symbol;
  const iterators = [[][Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](),
    ""[Symbol.iterator](), (function* () {})(), (async function* () {})()].map(Object.getPrototypeOf);
  const targets = [];
  for (const name of Object.keys(prototypes)) {
    targets.push([`${name}.prototype`, prototypes[name].prototype], [name, prototypes[name]]);
  }
  iterators.forEach((prototype, i) => targets.push([`iterator ${i}`, prototype]));
  targets.push(["JSON", JSON], ["Math", Math], ["Reflect", Reflect], ["Object", Object]);
  const jobs = [];
  for (const [name, target] of targets) {
    for (const key of keysOf(target)) {
      const descriptor = getDescriptor(target, key);
      // V8's own operations look up constructors and species: they are part of what a builtin calls.
      if (!descriptor.configurable || key === "constructor" || key === species) continue;
      const what = `${name}.${key.toString()}`;
      if (typeof descriptor.value === "function") jobs.push([target, key, { ...descriptor, value: poison(what) }]);
      else if (descriptor.get) jobs.push([target, key, { ...descriptor, get: poison(what) }]);
    }
  }
  for (let i = 0; i < jobs.length; ++i) defineProperty(jobs[i][0], jobs[i][1], jobs[i][2]);
  // Whatever is resolved with an array or with bytes takes them for promises.
  defineProperty(prototypes.Array.prototype, "then", { value: poison("then of arrays") });
  defineProperty(prototypes.TypedArray.prototype, "then", { value: poison("then of bytes") });
  Object = Array = Promise = Map = Uint8Array = JSON = Reflect = undefined;
  defineProperty(globalThis, "Symbol", { value: undefined });
)";

// What every object inherits from now on: names that options, descriptors and records have.
constexpr const char* kPolluter = R"(
  const names = ["get", "set", "value", "writable", "enumerable", "configurable", "done", "status", "statusText",
    "headers", "body", "method", "signal", "redirect", "cf", "encodeBody", "webSocket", "type", "size", "highWaterMark",
    "start", "pull", "cancel", "write", "close", "abort", "flush", "transform", "metadata", "expiration", "expirationTtl",
    "cacheTtl", "prefix", "limit", "cursor", "list_complete", "kind", "source", "used", "watch", "pump", "url", "list",
    "reader", "controller", "requestId", "handle", "callback", "interval", "error", "reason", "promise", "detail", "name",
    "message", "code", "depth", "listener", "once", "capture", "passive", "preventClose", "preventAbort", "preventCancel",
    "extras", "redirected", "cache", "keepalive", "integrity", "follows", "abortReason", "bytes", "first", "last"];
  for (let i = 0; i < names.length; ++i) {
    const poisoned = () => { throw new Error(`poisoned ${names[i]} of an object`); };
    Object.defineProperty(Object.prototype, names[i], { __proto__: null, get: poisoned, set: poisoned });
  }
  for (let i = 0; i < 5; ++i) Object.defineProperty(Object.prototype, i, { __proto__: null, value: "lie", writable: true });
)";

struct Vandal {
  const char* name;
  const char* script;
};
class TamperedWorkerTest : public ::testing::TestWithParam<Vandal> {};

INSTANTIATE_TEST_SUITE_P(Vandals, TamperedWorkerTest,
                         ::testing::Values(Vandal{"Methods", kVandal},
                                           Vandal{"Objects", kPolluter}),
                         [](const auto& info) { return std::string(info.param.name); });

// The worker itself uses syntax alone: nothing that the vandal broke.
TEST_P(TamperedWorkerTest, IsServed) {
  LocalServer api([](const ServerRequest& request) {
    if (request.target == "/coded") {
      return ServerResponse{.headers = {{"Content-Encoding", "gzip"}}, .body = request.body};
    }
    return ServerResponse{.headers = {{"X-Api", "yes"}},
                          .body = "api " + request.method + " " + request.body};
  });
  Worker worker(std::string(R"(
    const encoder = new TextEncoder();
    const Bytes = Uint8Array;
    const pieces = [encoder.encode("one "), encoder.encode("two")];
    const poisonAll = () => {)") +
                    GetParam().script + R"(};
    let isPoisoned = false;
    export default { async fetch(request, env, ctx) {
      if (!isPoisoned) { isPoisoned = true; poisonAll(); }
      const url = new URL(request.url);
      const path = url.pathname;
      ctx.waitUntil(env.KV.put("later", "x"));
      if (path === "/echo") return new Response(request.body, { __proto__: null,
        headers: { __proto__: null, "x-echo": request.headers.get("x-in") } });
      if (path === "/text") return new Response(request.method + " " + url.searchParams.get("q") + " " + await request.text());
      if (path === "/json") return Response.json({ a: "b" });
      if (path === "/fetch") {
        const response = await fetch("http://api.test/", { __proto__: null, method: "POST", body: "body" });
        return new Response(response.status + " " + response.headers.get("x-api") + " " + await response.text());
      }
      if (path === "/kv") {
        await env.KV.put("key", "value", { __proto__: null, metadata: { __proto__: null, m: 1 } });
        const { value, metadata } = await env.KV.getWithMetadata("key");
        const { keys } = await env.KV.list({ __proto__: null, prefix: "ke" });
        return new Response(value + " " + metadata.m + " " + keys[0].name);
      }
      if (path === "/stream") {
        let i = 0;
        const source = new ReadableStream({
          __proto__: null,
          pull(controller) { if (i === 2) controller.close(); else controller.enqueue(pieces[i++]); },
        });
        return new Response(source.pipeThrough(new TransformStream()));
      }
      if (path === "/timer") {
        const { readable, writable } = new TransformStream();
        const writer = writable.getWriter();
        setTimeout(() => { writer.write(pieces[1]); writer.close(); }, 1);
        return new Response(readable);
      }
      if (path === "/coded") {
        const body = request.body.pipeThrough(new CompressionStream("gzip"));
        const response = await fetch("http://api.test/coded", { __proto__: null, method: "POST", body });
        return new Response(await response.text());
      }
      if (path === "/late") {
        const { groups } = new URLPattern({ __proto__: null, pathname: "/:name" }).exec(request.url).pathname;
        const digest = new Bytes(await crypto.subtle.digest("SHA-256", pieces[0]));
        return new Response(groups.name + " " + digest[0]);
      }
      throw new TypeError("no such path");
    } };)",
                {"--kv", "KV", "--map", "api.test=" + api.url()});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Send("POST", worker.url() + "/echo", "echoed", {{"X-In", "1"}}).body, "echoed")
        << worker.process().err();
    EXPECT_EQ(Send("POST", worker.url() + "/text?q=%20a", "text").body, "POST  a text")
        << worker.process().err();
    EXPECT_EQ(Get(worker.url() + "/json").body, R"({"a":"b"})") << worker.process().err();
    EXPECT_EQ(Get(worker.url() + "/fetch").body, "200 yes api POST body") << worker.process().err();
    EXPECT_EQ(Get(worker.url() + "/kv").body, "value 1 key") << worker.process().err();
    EXPECT_EQ(Get(worker.url() + "/stream").body, "one two") << worker.process().err();
    EXPECT_EQ(Get(worker.url() + "/timer").body, "two") << worker.process().err();
    EXPECT_EQ(Send("POST", worker.url() + "/coded", "packed").body, "packed")
        << worker.process().err();
    EXPECT_EQ(Get(worker.url() + "/late").body, "late 104") << worker.process().err();
    const HttpResponse failed = Get(worker.url() + "/nothing");
    EXPECT_EQ(failed.status, 500);
    EXPECT_NE(failed.body.find("TypeError: no such path"), std::string::npos) << failed.body;
  }
}

TEST_P(TamperedWorkerTest, IsServedInTheServiceWorkerForm) {
  Worker worker(std::string(R"(
    const poisonAll = () => {)") +
                    GetParam().script + R"(};
    let isPoisoned = false;
    const answer = async (event) => {
      const { request } = event;
      event.waitUntil(KV.put("later", "x"));
      const text = await request.text();
      const value = await KV.get("key");
      return new Response(request.method + " " + text + " " + value);
    };
    addEventListener("fetch", (event) => {
      if (!isPoisoned) { isPoisoned = true; poisonAll(); }
      event.respondWith(answer(event));
    });)",
                {"--kv", "KV"});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Send("POST", worker.url(), "body").body, "POST body null") << worker.process().err();
  }
}

}  // namespace
}  // namespace sedge::e2e
