// SPDX-License-Identifier: Apache-2.0
// `sedge test` with the real binary: what it runs, what tests reach, what is taken back, and what
// it says and returns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "tests/e2e/test_project.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TestCommandTest : public TestProject {};

TEST_F(TestCommandTest, FetchesFromTheWorkerOfTheConfiguration) {
  ExpectPasses(R"(
test("answers", async () => {
  const response = await SELF.fetch("https://example.com/x");
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("hello Ann /x");
  expect(await (await SELF.fetch("/path")).text()).toBe("hello Ann /path");
});
test("takes bodies and says who asks", async () => {
  const init = { method: "POST", body: "x".repeat(200000), headers: { "CF-Connecting-IP": "203.0.113.7" } };
  const response = await SELF.fetch("/echo", init);
  expect((await response.text()).length).toBe(200000);
  expect(response.headers.get("ip")).toBe("203.0.113.7");
});
test("gives the page of a failed handler", async () => {
  expect((await SELF.fetch("/broken")).status).toBe(500);
});
test("has env", () => expect(env.NAME).toBe("Ann"));
)");
}

TEST_F(TestCommandTest, RequestsHaveTheCfThatTheyAreGiven) {
  folder_.Write("other/wrangler.toml", "name = \"other\"\nmain = \"index.js\"\n");
  folder_.Write("other/index.js",
                "addEventListener('fetch', (event) => "
                "event.respondWith(Response.json(event.request.cf)));\n");
  WriteProject();
  folder_.Write("src/index.js",
                R"(export default { fetch: (request) => new URL(request.url).pathname === "/copy" ?
  Response.json(new Request(new Request(request), { headers: {} }).cf) : Response.json(request.cf) };)");
  WriteTest("test/a_test.js", R"(
const cf = { country: "DE", city: "K\u00f6ln \u{1F600}", asn: 1 };
const read = async (response) => (await response).json();
test("the worker itself", async () => {
  expect(await read(SELF.fetch("/", { cf }))).toEqual(cf);
  expect(await read(SELF.fetch(new Request("http://localhost/", { cf })))).toEqual(cf);
  expect(await read(SELF.fetch("/copy", { cf }))).toEqual(cf);
  expect(await read(SELF.fetch("/"))).toMatchObject({ colo: "LOCAL" });
  expect(await read(SELF.fetch("/copy"))).toMatchObject({ colo: "LOCAL" });
});
test("another", async () => {
  const all = ["DE", "FR"].map((country) => read(worker("other").fetch("/", { cf: { country } })));
  expect(await Promise.all(all)).toEqual([{ country: "DE" }, { country: "FR" }]);
});
)");
  const Outcome run = Run({"--config", ".", "--config", "other", "test"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
}

TEST_F(TestCommandTest, TakesKvBackAfterEachTest) {
  ExpectPasses(R"(
for (const round of [1, 2, 3]) {
  test(`counts from the start, ${round}`, async () => {
    expect(await (await SELF.fetch("/count")).json()).toEqual({ n: 1 });
    expect(await (await SELF.fetch("/count")).json()).toEqual({ n: 2 });
    expect(await env.KV.get("n")).toBe("2");
  });
}
describe("a suite", () => {
  beforeAll(() => env.KV.put("n", "40"));
  for (const round of [1, 2]) {
    test(`goes on from what beforeAll wrote, ${round}`, async () => {
      expect(await (await SELF.fetch("/count")).json()).toEqual({ n: 41 });
    });
  }
});
test("is empty behind the suite", async () => expect(await env.KV.get("n")).toBe(null));
test("writes a lot", async () => {
  const writes = [];
  for (let i = 0; i < 3000; ++i) writes.push(env.KV.put(`key ${i}`, "v"));
  await Promise.all(writes);
  expect((await env.KV.list()).keys.length).toBe(1000);
});
test("which is gone too", async () => expect((await env.KV.list()).keys).toEqual([]));
)");
}

TEST_F(TestCommandTest, SeedsKv) {
  folder_.Write("test/seed.json", R"([{"key":"n","value":"6","metadata":{"by":"file"}}])");
  ExpectPasses(R"(
describe("seeded", () => {
  beforeAll(() => seed("KV", "seed.json"));
  test("from a file", async () => {
    expect(await (await SELF.fetch("/count")).json()).toEqual({ n: 7 });
    expect((await env.KV.getWithMetadata("n")).metadata).toBe(null);
  });
  test("each test anew", async () => {
    expect(await env.KV.getWithMetadata("n")).toMatchObject({ value: "6", metadata: { by: "file" } });
    expect(await seed("KV", { n: "1", list: [1, 2] })).toBe(2);
    expect(await env.KV.get("list", "json")).toEqual([1, 2]);
  });
});
test("says what is wrong", async () => {
  await expect(seed("NO", {})).rejects.toThrow("no KV namespace");
  await expect(seed("KV", "none.json")).rejects.toThrow("none.json");
});
)");
}

TEST_F(TestCommandTest, AnswersInTheNetworksPlace) {
  ExpectPasses(R"(
test("with an object", async () => {
  mock.fetch("https://api.example.com/users/:id", { status: 201, json: { id: 7 } }, { method: "POST" });
  const response = await SELF.fetch("/proxy", { method: "POST", body: "question" });
  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({ id: 7 });
  const [call] = mock.fetch.calls();
  expect(call.method).toBe("POST");
  expect(call.url).toBe("https://api.example.com/users/7");
  expect(await call.request.text()).toBe("question");
});
test("with a function of the request, as often as is said", async () => {
  mock.fetch("api.example.com/*", "always");
  mock.fetch("api.example.com/*", async (request) => new Response(await request.text() + "!"), { times: 1 });
  expect(await (await SELF.fetch("/proxy", { method: "POST", body: "a" })).text()).toBe("a!");
  expect(await (await SELF.fetch("/proxy", { method: "POST", body: "b" })).text()).toBe("always");
});
test("with a failure", async () => {
  mock.fetch("https://api.example.com/*", new Error("cable cut"));
  await expect(fetch("https://api.example.com/")).rejects.toThrow("cable cut");
});
test("and forgets it", async () => {
  expect(mock.fetch.calls()).toEqual([]);
  await expect(fetch("https://api.example.com/x")).rejects.toThrow("GET https://api.example.com/x is not mocked");
});
)");
}

TEST_F(TestCommandTest, AnUnmockedFetchFailsAndSaysHowToMockIt) {
  const std::string out = FailureOf(R"(
test("reaches out", async () => {
  const response = await SELF.fetch("/proxy", { method: "POST", body: "a" });
  expect(response.status).toBe(200);
});
)");
  EXPECT_THAT(out, HasSubstr("POST https://api.example.com/users/7 is not mocked"));
  // The worker's own error need not say what to do once more.
  const std::string advice = "tests do not reach the network";
  EXPECT_EQ(out.find(advice), out.rfind(advice)) << out;
  EXPECT_THAT(
      out,
      HasSubstr(
          R"(mock.fetch("https://api.example.com/users/7", { json: {} }, { method: "POST" });)"));
}

TEST_F(TestCommandTest, ATestIsOverWhenItsWaitUntilWorkIs) {
  const std::string out = FailureOf(R"(
const seen = [];
test("begins work", async () => { await SELF.fetch("/later"); });
test("begins work in vain", async () => { await SELF.fetch("/later-fails"); });
test("and goes on", () => {});
)");
  EXPECT_THAT(out, HasSubstr("work in vain"));
  EXPECT_THAT(
      out, AllOf(HasSubstr("begins work in vain"), HasSubstr("2 passed"), HasSubstr("1 failed")));
}

TEST_F(TestCommandTest, HandlersCanBeCalledDirectly) {
  ExpectPasses(R"(
import handler from "../src/index.js";
test("with a context", async () => {
  const context = createExecutionContext();
  const response = await handler.fetch(new Request("https://a/later"), env, context);
  expect(await response.text()).toBe("soon");
  expect(await env.KV.get("later")).toBe(null);
  await waitOnExecutionContext(context);
  expect(await env.KV.get("later")).toBe("done");
});
test("shares modules and globals with SELF", async () => {
  mock.method(globalThis, "fetch", async () => new Response("mine"));
  expect(await (await SELF.fetch("/proxy", { method: "POST", body: "" })).text()).toBe("mine");
});
)");
}

TEST_F(TestCommandTest, MovesTheClock) {
  ExpectPasses(R"(
test("of Date, timers, performance and KV", async () => {
  clock.set("2030-01-01T00:00:00Z");
  const start = performance.now();
  expect(new Date().toISOString()).toBe("2030-01-01T00:00:00.000Z");
  await env.KV.put("short", "1", { expirationTtl: 60 });
  const fired = [];
  setTimeout(() => fired.push(`59 s: ${Date.now() - Date.parse("2030-01-01")}`), 59_000);
  const interval = setInterval(() => fired.push("20 s"), 20_000);
  await clock.tick(59_999);
  expect(fired).toEqual(["20 s", "20 s", "59 s: 59000"]);
  expect(await env.KV.get("short")).toBe("1");
  await clock.tick(1);
  expect(await env.KV.get("short")).toBe(null);
  expect(performance.now() - start).toBe(60_000);
  clearInterval(interval);
});
test("which goes on afterwards", async () => {
  expect(new Date().getFullYear()).toBeLessThan(2030);
  const before = Date.now();
  await scheduler.wait(5);
  expect(Date.now()).toBeGreaterThan(before);
});
)");
}

TEST_F(TestCommandTest, ReachesOtherWorkersByName) {
  WriteProject();
  folder_.Write(
      "auth/wrangler.toml",
      "name = \"auth\"\nmain = \"index.js\"\nkv_namespaces = [{ binding = \"USERS\", id = "
      "\"data\" }]\n");
  folder_.Write(
      "auth/index.js",
      "addEventListener('fetch', (event) => event.respondWith(answer(event.request)));\n"
      "async function answer(request) { return new Response('auth ' + await USERS.get('n')); }\n");
  WriteTest("test/a_test.js", R"(
test("of the configuration", async () => {
  await SELF.fetch("/count");
  expect(await (await worker("auth").fetch("/")).text()).toBe("auth 1");
  expect(await (await worker("front").fetch("/count")).json()).toEqual({ n: 2 });
  expect(() => worker("none")).toThrow("there are 'front', 'auth'");
});
)");
  const Outcome run = Run({"--config", ".", "--config", "auth"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
}

TEST_F(TestCommandTest, AnUnmockedFetchOfAnotherWorkersRouteSaysHowToGetThere) {
  WriteProject();
  folder_.Write("api/wrangler.toml",
                "name = \"api\"\nmain = \"index.js\"\nroutes = [\"*.example.com/users/*\"]\n");
  folder_.Write(
      "api/index.js",
      "export default { async fetch(request) {\n"
      "  return new Response(request.method + ' ' + request.url + await request.text());\n"
      "} };\n");
  WriteTest("test/a_test.js", R"(
const ask = async () => (await SELF.fetch("/proxy", { method: "POST", body: "!" })).text();
test("not followed", ask);
test("followed", async () => {
  mock.fetch("https://api.example.com/*", (request) => worker("api").fetch(request));
  expect(await ask()).toBe("POST https://api.example.com/users/7!");
});
)");
  const Outcome run = Run({"--config", ".", "--config", "api"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("The worker \"api\" has a route for it."),
                             HasSubstr("mock.fetch(\"https://api.example.com/*\", (request) => "
                                       "worker(\"api\").fetch(request));")));
}

TEST_F(TestCommandTest, FilesRunApartAndDoNotShareKv) {
  WriteProject();
  for (int i = 0; i < 6; ++i) {
    WriteTest("test/f" + std::to_string(i) + "_test.js", R"(
import { greet } from "../src/greet.js";
globalThis.seen = (globalThis.seen ?? 0) + 1;
beforeAll(() => env.KV.put("mine", import.meta.url));
test("finds its own alone", async () => {
  expect(globalThis.seen).toBe(1);
  await scheduler.wait(20);
  expect(await env.KV.get("mine")).toBe(import.meta.url);
  expect((await env.KV.list()).keys.length).toBe(1);
});
)");
  }
  const Outcome run = Run({"--threads", "3"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("6 passed"));
}

TEST_F(TestCommandTest, WhatNobodyCatchesFailsTheTest) {
  const std::string out = FailureOf(R"(
test("rejects", async () => { Promise.reject(new Error("nobody waits for this")); await scheduler.wait(1); });
test("throws later", async () => { setTimeout(() => { throw new Error("from a timer"); }, 1); await scheduler.wait(20); });
test("is fine", () => {});
)");
  EXPECT_THAT(out, AllOf(HasSubstr("nobody waits for this"), HasSubstr("from a timer"),
                         HasSubstr("2 failed"), HasSubstr("1 passed")));
}

TEST_F(TestCommandTest, AFileThatCannotBeLoadedFails) {
  WriteProject();
  folder_.Write(
      "test/a_test.js",
      "import { test } from \"sedge:test\";\nimport \"./missing.js\";\ntest('x', () => {});\n");
  folder_.Write("test/b_test.js", "this is no JavaScript\n");
  WriteTest("test/c_test.js", "test(\"runs all the same\", () => {});\n");
  const Outcome run = Run();
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out + run.err,
              AllOf(HasSubstr("missing.js"), HasSubstr("test/b_test.js:1"), HasSubstr("1 passed")));
}

TEST_F(TestCommandTest, ATestThatHangsIsEndedByForce) {
  WriteProject();
  WriteTest("test/a_test.js",
            "test(\"passes\", () => console.log(\"of another\"));\n"
            "describe(\"suite\", () => test(\"hangs\", () => {\n"
            "  console.log(\"last words\");\n"
            "  let n = 0;\n"
            "  for (;;) n += 1;\n"
            "}));\n");
  WriteTest("test/b_test.js", "test(\"waits for ever\", () => new Promise(() => {}));\n");
  const Outcome run = Run({"--timeout", "200", "--threads", "2"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("console of suite > hangs\n     last words\n"),
                    HasSubstr("FAIL test/a_test.js > suite > hangs\n"
                              "  The test computed on without letting go"),
                    HasSubstr("> 7 |   for (;;) n += 1;"), HasSubstr("    at test/a_test.js:7:"),
                    HasSubstr("2 failed, 1 passed (3)"), HasSubstr("took longer than 200 ms")));
  EXPECT_THAT(run.out, Not(HasSubstr("Errors"))) << run.err;
}

TEST_F(TestCommandTest, ATestThatNeedsTooMuchMemoryIsToldWithWhatItPrinted) {
  WriteProject();
  WriteTest("test/a_test.js",
            "test(\"hoards\", () => {\n"
            "  console.warn(\"last words\");\n"
            "  const all = [];\n"
            "  for (;;) all.push(new Uint8Array(1 << 24));\n"
            "});\n");
  Outcome run = Run();
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, AllOf(HasSubstr("console of hoards\n     last words\n"),
                             HasSubstr("FAIL test/a_test.js > hoards\n  The test needs more than "),
                             HasSubstr("> 6 |   for (;;) all.push(new"),
                             HasSubstr("    at test/a_test.js:6:"), HasSubstr("1 failed (1)")))
      << run.err;
  // Of V8's own heap.
  const std::string hoard = "  for (const all = [];;) all.push(new Array(1 << 20).fill(1));\n";
  WriteTest("test/a_test.js", "test(\"hoards\", () => {\n" + hoard + "});\n");
  run = Run();
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("FAIL test/a_test.js > hoards\n  The test needs more "),
                    HasSubstr("> 4 |   for (const all"), HasSubstr("    at test/a_test.js:4:")))
      << run.err;
  // Where a collection has asked for the place, and the next buffer ends the test before it.
  WriteTest("test/a_test.js",
            "test(\"hoards\", async () => {\n"
            "  for (const all = [];;) all.push(new Uint8Array(1 << 20));\n"
            "});\n");
  run = Run();
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("> 4 |   for (const all"), HasSubstr("    at test/a_test.js:4:")))
      << run.err;
  // Of a worker.
  folder_.Write("src/index.js", "export default { fetch() {\n" + hoard + "} };\n");
  WriteTest("test/a_test.js", "test(\"asks\", async () => { await SELF.fetch(\"/\"); });\n");
  run = Run();
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, AllOf(HasSubstr("FAIL test/a_test.js > asks\n"),
                             HasSubstr("> 2 |   for (const all"), HasSubstr("src/index.js:2:")))
      << run.err;
}

TEST_F(TestCommandTest, WorkersThatHangAreEndedByForce) {
  WriteProject();
  folder_.Write("loop/wrangler.toml", "name = \"loop\"\nmain = \"index.js\"\n");
  folder_.Write("loop/index.js",
                "addEventListener('fetch', () => { console.log('it begins'); for (;;); });\n");
  WriteTest("test/a_test.js",
            "test(\"asks another\", async () => { await worker(\"loop\").fetch(\"/\"); });\n");
  folder_.Write("loop/b_test.js",
                "import { test, SELF } from \"sedge:test\";\n"
                "test(\"asks its own\", async () => { await SELF.fetch(\"/\"); });\n");
  Outcome run = Run({"--timeout", "200", "--config", ".", "--config", "loop", "test"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(
      run.out + run.err,
      AllOf(HasSubstr("loop: it begins"), HasSubstr("FAIL test/a_test.js > asks another"),
            HasSubstr("The test computed on without letting go"), HasSubstr("    at index.js:1:")));
  run = Run({"--timeout", "200", "loop"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out + run.err, AllOf(HasSubstr("FAIL loop/b_test.js > asks its own"),
                                       HasSubstr("The test computed on without letting go")));
}

TEST_F(TestCommandTest, ASignalEndsAFileThatHangsWhileItIsLoaded) {
  WriteProject();
  folder_.Write("test/a_test.js", "console.error(\"it runs\");\nfor (;;);\n");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"test"}, std::vector<std::string>{"test", "--watch"}}) {
    SedgeProcess process(words, folder_.path());
    EXPECT_TRUE(process.WaitForLog("it runs"));
    process.Signal(SIGINT);
    EXPECT_EQ(process.WaitForExit(kTestDeadlineMs), 1) << process.err();
  }
}

TEST_F(TestCommandTest, ARequestWithoutAnEndFailsItsOwnTestAlone) {
  WriteProject();
  folder_.Write("src/index.js", R"(
let open = 0;
export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/open") return new Response(String(open));
    if (pathname === "/waits") ctx.waitUntil(new Promise(() => {}));
    if (pathname === "/waits") return new Response("soon");
    if (pathname === "/out") return fetch("https://api.example.com/", { signal: request.signal });
    ++open;
    request.signal.addEventListener("abort", () => --open);
    ctx.waitUntil(Promise.resolve());
    return new Response(new ReadableStream({ async pull(controller) {
      await scheduler.wait(1);
      controller.enqueue(new TextEncoder().encode("data: x\n\n"));
    } }));
  },
};
)");
  WriteTest("test/a_test.js", R"(
test("hangs", async () => {
  mock.fetch("https://api.example.com/", () => new Promise(() => {}));
  await SELF.fetch("/out");
}, 200);
test("next", () => {});
test("waits in vain", async () => { await SELF.fetch("/waits"); });
test("next but one", async () => { expect(await (await SELF.fetch("/open")).text()).toBe("0"); });
test("leaves a body unread", async () => { expect((await SELF.fetch("/events")).status).toBe(200); });
test("reads a part", async () => { await (await SELF.fetch("/events")).body.getReader().read(); });
test("leaves a mock's body unread", async () => {
  mock.fetch("https://api.example.com/", { body: "x".repeat(100000) });
  await SELF.fetch("/out");
});
test("last", async () => { expect(await (await SELF.fetch("/open")).text()).toBe("0"); });
)");
  const Outcome run = Run({"--timeout", "1000", "--reporter", "tap"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, AllOf(HasSubstr("not ok 1 - hangs"), HasSubstr("not ok 3 - waits in vain"),
                             HasSubstr("# pass 6\n# fail 2")));
}

TEST_F(TestCommandTest, WhatDoesNotTestAnythingDoesNotPass) {
  WriteProject();
  WriteTest("test/a_test.js", R"(
test("expects in an answer", async () => {
  mock.fetch("https://api.example.com/*", () => { expect(1).toBe(2); });
  await fetch("https://api.example.com/").catch(() => {});
});
test("passes", () => {});
)");
  Outcome run = Run({"-t", "expects"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, HasSubstr("Expected: 2"));
  run = Run({"-t", "pases"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("-t pases: no test of such a name was run"));
  EXPECT_EQ(Run({"-t", "passes"}).status, 0);
  WriteTest("test/b_test.js", "");
  run = Run({"-t", "passes"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, HasSubstr("test/b_test.js: there is no test in this file"));
}

TEST_F(TestCommandTest, ChoosesTestsByName) {
  WriteProject();
  WriteTest("test/a_test.js", R"(
describe("users", () => { test("sign in", () => {}); test("sign out", () => { throw new Error("no"); }); });
)");
  WriteTest("test/b_test.js", "test(\"posts\", () => {});\n");
  const Outcome in = Run({"-t", "sign in"});
  EXPECT_EQ(in.status, 0);
  EXPECT_THAT(in.out, AllOf(HasSubstr("\u2193 test/b_test.js"),
                            HasSubstr(" Files 1 passed, 1 skipped (2)\n")));
  EXPECT_EQ(Run({"-t", "sign out"}).status, 1);
  EXPECT_EQ(Run({"--filter", "/^users sign (in)$/"}).status, 0);
}

TEST_F(TestCommandTest, EndsAtTheFirstFailureWhenAsked) {
  WriteProject();
  WriteTest("test/a_test.js",
            "test(\"one\", () => { throw new Error(\"first\"); });\ntest(\"two\", () => { throw "
            "new Error(\"second\"); });\n");
  WriteTest("test/b_test.js", "test(\"three\", () => { throw new Error(\"third\"); });\n");
  const Outcome run = Run({"--bail", "--threads", "1"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, AllOf(HasSubstr("Error: first"), HasSubstr(" Tests 1 failed, 1 skipped (2)"),
                             HasSubstr(" Files 1 failed, 1 skipped (2)")));
}

TEST_F(TestCommandTest, SaysWhatIsWrongWithItsArguments) {
  WriteProject();
  Outcome run = Run({"none/"});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("none/: there is no such file or folder"));
  run = Run({"src"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("there is no test file here"));
  run = Run({"--threads", "0"});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("--threads 0: allowed is a number from 1 to"));
}

TEST_F(TestCommandTest, WritesReportsToFiles) {
  WriteProject();
  WriteTest("test/a_test.js", "test(\"one\", () => {});\n");
  const Outcome run = Run({"--reporter", "tap", "--output", "report.tap"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.out, "");
  std::ifstream file(folder_.path() + "/report.tap");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_THAT(text, HasSubstr("ok 1 - one"));
}

TEST_F(TestCommandTest, AReportThatCannotBeWrittenIsAFailure) {
  WriteProject();
  WriteTest("test/a_test.js", "test(\"one\", () => {});\n");
  const Outcome run = Run({"--output", "/dev/full"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("the report cannot be written to /dev/full"));
}

TEST_F(TestCommandTest, AHangupEndsARunAndItsFolderGoes) {
  WriteProject();
  const std::string temporary = folder_.path() + "/tmp";
  std::filesystem::create_directory(temporary);
  WriteTest("test/a_test.js",
            "beforeAll(() => env.KV.put(\"a\", \"b\"));\n"
            "test(\"waits\", () => new Promise(() => {}), 100_000);\n"
            "console.error(\"it runs\");\n");
  setenv("TMPDIR", temporary.c_str(), 1);
  SedgeProcess process({"test"}, folder_.path());
  unsetenv("TMPDIR");
  EXPECT_TRUE(process.WaitForLog("it runs"));
  process.Signal(SIGHUP);
  EXPECT_EQ(process.WaitForExit(kTestDeadlineMs), 1) << process.err();
  EXPECT_TRUE(std::filesystem::is_empty(temporary));
}

TEST_F(TestCommandTest, RunsWhatWasWrittenForCloudflaresPool) {
  WriteProject();
  folder_.Write("test/a.test.js", R"(
import { SELF, env, fetchMock, createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { describe, it, expect, vi, beforeAll, afterEach } from "vitest";
import worker from "../src/index.js";

beforeAll(() => {
  fetchMock.activate();
  fetchMock.disableNetConnect();
});
afterEach(() => fetchMock.assertNoPendingInterceptors());

describe("worker", () => {
  it("unit style", async () => {
    const ctx = createExecutionContext();
    const response = await worker.fetch(new Request("http://example.com/"), env, ctx);
    await waitOnExecutionContext(ctx);
    expect(await response.text()).toMatch(/^hello/);
  });
  it("integration style", async () => {
    fetchMock.get("https://api.example.com").intercept({ path: "/users/7", method: "POST" }).reply(200, { ok: true });
    const response = await SELF.fetch("http://example.com/proxy", { method: "POST", body: "x" });
    expect(await response.json()).toEqual({ ok: true });
  });
  it("spies", async () => {
    const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("spied"));
    expect(await (await SELF.fetch("http://example.com/proxy", { method: "POST", body: "x" })).text()).toBe("spied");
    expect(spy).toHaveBeenCalledTimes(1);
    spy.mockRestore();
  });
  it("inline snapshots", async () => {
    const response = await SELF.fetch("https://example.com/x");
    expect(await response.text()).toMatchInlineSnapshot(`"hello Ann /x"`);
  });
});
)");
  const Outcome run = Run();
  EXPECT_EQ(run.status, 0) << run.out << run.err;
}

}  // namespace
}  // namespace sedge::e2e
