// SPDX-License-Identifier: Apache-2.0
// The forms in which workers are written, through the real binary: modules with their imports,
// service workers, what they find in env or as globals, and the configuration files that name it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/project.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const std::string kAddWasm(
    "\0asm\1\0\0\0\1\7\1\x60\2\x7f\x7f\1\x7f\3\2\1\0\7\7\1\3add\0\0\n\x9\1\7\0\x20\0\x20\1\x6a\x0b",
    41);

size_t Count(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(WorkerFormsTest, AModuleImportsItsSiblings) {
  Project project({
      {"src/index.js", R"(
        import { twice } from "./lib.js";
        import { half } from "./lib/half.mjs";
        import settings from "./settings.json";
        import text from "../texts/note.txt";
        import page from "../texts/page.html";
        import data from "./data.bin";
        import adder from "./add.wasm";
        export default { async fetch() {
          const later = await import("./later.js");
          const { add } = new WebAssembly.Instance(adder).exports;
          return Response.json([twice(4), half(4), settings.a[1], text, page, data instanceof ArrayBuffer,
            [...new Uint8Array(data)], add(2, 3), later.default, later.name,
            import.meta.url.startsWith("file:///")]);
        } };)"},
      {"src/lib.js",
       R"(import { one } from "./lib/half.mjs"; export const twice = (n) => n * 2 * one;)"},
      {"src/lib/half.mjs",
       R"(import "../lib.js"; export const half = (n) => n / 2; export const one = 1;)"},
      {"src/settings.json", R"({"a": [1, "zwei"]})"},
      {"src/later.js", "export default 'late'; export const name = 'later';"},
      {"texts/note.txt", "gr\xc3\xbc\xc3\x9f dich\n"},
      {"texts/page.html", "<p>hi</p>"},
      {"src/data.bin", std::string("\0\xff\1", 3)},
      {"src/add.wasm", kAddWasm},
      {"wrangler.toml", "name = \"forms\"\nmain = \"src/index.js\"\n"},
  });
  const HttpResponse response = Get(project.Serve());
  EXPECT_EQ(response.body,
            "[8,2,\"zwei\",\"gr\xc3\xbc\xc3\x9f dich\\n\",\"<p>hi</p>\",true,[0,255,1],5,\"late\","
            "\"later\",true]");
  EXPECT_EQ(response.Header("content-type"), "application/json");
}

TEST(WorkerFormsTest, TheDefaultExportMayBeAnyObjectWithAFetchMethod) {
  Project project(
      {{"object.mjs",
        "const worker = { fetch: () => new Response('object') }; export { worker as default };"},
       {"instance.mjs", R"(
                     class Base { async fetch(request) { return new Response(this.greet(request.method)); } }
                     class Derived extends Base { greet(method) { return `instance ${method}`; } }
                     export default new Derived();)"}});
  EXPECT_EQ(Get(project.Serve({"object.mjs"})).body, "object");
  EXPECT_EQ(Get(project.Serve({"instance.mjs"})).body, "instance GET");
}

TEST(WorkerFormsTest, AModuleFindsItsBindingsInEnvAlone) {
  Project project({
      {"index.js", R"(
        export default { async fetch(request, env) {
          await env.STORE.put("k", "v");
          return Response.json({ ...env, STORE: await env.STORE.get("k"), globals: [typeof STORE, typeof TEXT] });
        } };)"},
      {"wrangler.jsonc", R"({
        // as wrangler writes it
        "$schema": "node_modules/wrangler/config-schema.json",
        "name": "forms",
        "main": "index.js",
        "compatibility_date": "2026-01-31",
        "compatibility_flags": ["nodejs_compat"],
        "kv_namespaces": [{ "binding": "STORE", "id": "0f2ac74b498b48028cb68387c421e279" },],
        "vars": { "TEXT": "text", "NUMBER": 1.5, "OBJECT": { "deep": [true, null] } },
      })"},
      {".dev.vars", "TEXT=\"from .dev.vars\"\nSECRET=s3cret\n"},
  });
  const std::string url = project.Serve({"--var", "FLAG=from the flag"});
  EXPECT_EQ(
      Get(url).body,
      R"({"FLAG":"from the flag","NUMBER":1.5,"OBJECT":{"deep":[true,null]},"SECRET":"s3cret",)"
      R"("TEXT":"from .dev.vars","STORE":"v","globals":["undefined","undefined"]})");
  EXPECT_EQ(project.process().err().find("warn"), std::string::npos) << project.process().err();
}

TEST(WorkerFormsTest, AServiceWorkerFindsItsBindingsAsGlobals) {
  Project project({
      {"worker.js", R"(
        const atStart = [typeof STORE, TEXT];
        addEventListener("fetch", (event) => { event.respondWith(handle(event)); });
        async function handle(event) {
          await STORE.put("k", "v");
          return Response.json({ atStart, value: await STORE.get("k"), url: new URL(event.request.url).pathname,
            isEvent: event instanceof FetchEvent && event instanceof ExtendableEvent, type: event.type });
        })"},
      {"wrangler.toml", R"(
name = "forms"
main = "worker.js"
kv_namespaces = [{ binding = "STORE", id = "x" }]
[vars]
TEXT = "text"
)"},
  });
  EXPECT_EQ(
      Get(project.Serve() + "/path").body,
      R"({"atStart":["object","text"],"value":"v","url":"/path","isEvent":true,"type":"fetch"})");
}

TEST(WorkerFormsTest, TheFirstListenerThatRespondsAnswers) {
  Worker worker(R"(
    const seen = [];
    addEventListener("fetch", (event) => { seen.push("one"); });
    addEventListener("fetch", (event) => { event.respondWith(new Response(`two after ${seen}`)); });
    addEventListener("fetch", (event) => { event.respondWith(new Response("three")); });)");
  EXPECT_EQ(Get(worker.url()).body, "two after one");
}

TEST(WorkerFormsTest, RespondWithIsForTheTimeOfTheEventAndOnce) {
  Worker worker(R"(
    addEventListener("fetch", (event) => {
      if (event.request.url.endsWith("/twice")) {
        event.respondWith(new Response("first"));
        try { event.respondWith(new Response("second")); } catch (error) { console.log("twice:", error.name); }
        return;
      }
      event.waitUntil((async () => {
        await null;
        try { event.respondWith(new Response("late")); } catch (error) { console.log("late:", error.name); }
      })());
    });)");
  EXPECT_EQ(Get(worker.url() + "/twice").body, "first");
  EXPECT_TRUE(worker.process().WaitForLog("twice: InvalidStateError"));
  // Nobody responds: the request goes to the origin, and there is none.
  const HttpResponse unanswered = Get(worker.url() + "/late");
  EXPECT_EQ(unanswered.status, 502);
  EXPECT_THAT(unanswered.body, HasSubstr("--origin"));
  EXPECT_TRUE(worker.process().WaitForLog("late: InvalidStateError"));
}

TEST(WorkerFormsTest, WhatPassesThroughOnExceptionGoesToTheOrigin) {
  LocalServer origin([](const ServerRequest& request) {
    return ServerResponse{.status = 203, .body = "origin " + request.method + " " + request.target};
  });
  Worker module(R"(
    export default { async fetch(request, env, ctx) {
      const { pathname } = new URL(request.url);
      if (pathname !== "/not") ctx.passThroughOnException();
      if (pathname === "/later") await new Promise((resolve) => setTimeout(resolve, 1));
      throw new Error("broken on purpose");
    } };)",
                {"--origin", origin.url()});
  EXPECT_EQ(Get(module.url() + "/now?a=1").body, "origin GET /now?a=1");
  EXPECT_EQ(Get(module.url() + "/later").status, 203);
  EXPECT_EQ(Get(module.url() + "/not").status, 500);
  EXPECT_TRUE(module.process().WaitForLog("broken on purpose"));

  Worker service(R"(
    addEventListener("fetch", (event) => {
      event.passThroughOnException();
      if (event.request.url.endsWith("/sync")) throw new Error("thrown by the listener");
      event.respondWith(Promise.reject(new Error("rejected")));
    });)",
                 {"--origin", origin.url()});
  EXPECT_EQ(Get(service.url() + "/sync").body, "origin GET /sync");
  EXPECT_EQ(Get(service.url() + "/async").body, "origin GET /async");
}

TEST(WorkerFormsTest, WaitUntilGoesOnAfterTheResponseAndAfterTheClientLeft) {
  const std::string script = R"(
    async function work(name) {
      for (let i = 0; i < 5; ++i) await new Promise((resolve) => setTimeout(resolve, 2));
      console.log(`done: ${name}`);
    })";
  Worker module(script + R"(
    export default { async fetch(request, env, ctx) {
      const { pathname } = new URL(request.url);
      ctx.waitUntil(work(`${request.method} ${pathname}`));
      ctx.waitUntil(Promise.reject(new Error("the second one failed")));
      if (pathname === "/left") { console.log("waiting"); await new Promise(() => {}); }
      return new Response("answered");
    } };)");
  EXPECT_EQ(Get(module.url() + "/stayed").body, "answered");
  EXPECT_TRUE(module.process().WaitForLog("done: GET /stayed"));
  EXPECT_TRUE(module.process().WaitForLog("the second one failed"));
  RawConnection client(module.url());
  client.Send("GET /left HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(module.process().WaitForLog("waiting"));
  client.Reset();
  EXPECT_TRUE(module.process().WaitForLog("done: GET /left"));

  Worker service(script + R"(
    addEventListener("fetch", (event) => {
      event.respondWith(new Response("answered"));
      event.waitUntil(work("service"));
    });)");
  EXPECT_EQ(Get(service.url()).body, "answered");
  EXPECT_TRUE(service.process().WaitForLog("done: service"));
}

TEST(WorkerFormsTest, AllThreeConfigurationSyntaxesSayTheSame) {
  Project project({
      {"w.js", R"(export default { fetch: (request, env) => Response.json(env.V) };)"},
      {"a.toml", R"(
name = "same"
main = "./w.js"
compatibility_date = "2026-01-31"
route = { pattern = "example.com/*", zone_name = "example.com" }
[dev]
port = 0
ip = "127.0.0.1"
[vars]
V = { n = 1, b = [{ z = 2, a = 3 }] }
)"},
      {"b.json", R"({"name": "same", "main": "./w.js", "routes": ["example.com/*"],
                     "dev": {"port": 0, "ip": "127.0.0.1"}, "vars": {"V": {"n": 1, "b": [{"z": 2, "a": 3}]}}})"},
      {"c.jsonc",
       R"({"name": "same", /* JSON with comments */ "main": "./w.js", "route": "example.com/*",
                      "dev": {"port": 0, "ip": "127.0.0.1",}, "vars": {"V": {"n": 1, "b": [{"z": 2, "a": 3}]}}})"},
  });
  for (const std::string file : {"a.toml", "b.json", "c.jsonc"}) {
    SedgeProcess process({"serve", file}, project.folder().path());
    const auto url = process.WaitUntilListening();
    ASSERT_TRUE(url) << file << process.err();
    EXPECT_THAT(*url, Not(HasSubstr(":8787"))) << file;
    EXPECT_EQ(Get(*url).body, R"({"n":1,"b":[{"z":2,"a":3}]})") << file;
    EXPECT_EQ(process.err(), "") << file;
  }
}

TEST(WorkerFormsTest, UnknownKeysAreNamedInOneWarning) {
  Project project({{"w.js", "export default { fetch: () => new Response('x') };"},
                   {"wrangler.toml",
                    "name = \"x\"\nmain = \"w.js\"\nqueues = []\n[dev]\nport = 0\nhost = "
                    "\"x\"\n[var]\nA = 1\n"}});
  project.Serve();
  const std::string log = project.process().err();
  EXPECT_EQ(Count(log, "warn"), 1u) << log;
  EXPECT_THAT(log, HasSubstr("queues (line 3)"));
  EXPECT_THAT(log, HasSubstr("dev.host (line 6)"));
  EXPECT_THAT(log, HasSubstr("var (line 7; did you mean vars?)"));
}

}  // namespace
}  // namespace sedge::e2e
