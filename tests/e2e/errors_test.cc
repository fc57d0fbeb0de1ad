// SPDX-License-Identifier: Apache-2.0
// What users see when something is wrong: in a handler while it serves, and in scripts, flags,
// files and ports when it starts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/project.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::vector<std::pair<std::string, std::string>> kBrowser = {
    {"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};

TEST(ErrorsTest, AnExceptionIsAPageForBrowsersAndTextForOthers) {
  Project project({{"src/index.js",
                    "import { work } from './lib.js';\n"
                    "export default {\n"
                    "  async fetch(request) {\n"
                    "    if (request.url.endsWith('/fine')) return new Response('fine');\n"
                    "    return work({ tag: '<b>' });\n"
                    "  },\n"
                    "};\n"},
                   {"src/lib.js",
                    "export function work(thing) {\n"
                    "  return thing.missing('<i>');\n"
                    "}\n"},
                   {"wrangler.toml", "name = \"x\"\nmain = \"src/index.js\"\n"}});
  const std::string url = project.Serve();
  const HttpResponse page = Get(url, kBrowser);
  EXPECT_EQ(page.status, 500);
  EXPECT_THAT(page.Header("content-type"), StartsWith("text/html"));
  EXPECT_THAT(page.body, HasSubstr("TypeError: thing.missing is not a function"));
  EXPECT_THAT(page.body, HasSubstr("src/lib.js:2:16"));
  EXPECT_THAT(page.body, HasSubstr("return thing.missing('&lt;i&gt;');"));
  EXPECT_THAT(page.body, HasSubstr("at Object.fetch (src/index.js:5:12)"));
  EXPECT_THAT(page.body, Not(HasSubstr("<i>")));

  const HttpResponse text = Get(url);
  EXPECT_EQ(text.status, 500);
  EXPECT_THAT(text.Header("content-type"), StartsWith("text/plain"));
  EXPECT_THAT(text.body, HasSubstr("TypeError: thing.missing is not a function"));
  EXPECT_THAT(text.body, HasSubstr("src/lib.js:2:16"));
  EXPECT_THAT(text.body, HasSubstr("return thing.missing('<i>');"));

  EXPECT_TRUE(project.process().WaitForLog("at work (src/lib.js:2:16)"));
  EXPECT_TRUE(project.process().WaitForLog("at Object.fetch (src/index.js:5:12)"));
  EXPECT_EQ(Get(url + "/fine").body, "fine");
}

TEST(ErrorsTest, FailuresOfWhatIsAwaitedHaveThePlaceOfTheAwait) {
  Project project({{"index.js",
                    "async function rates(url) {\n"
                    "  const answer = await fetch(url);\n"
                    "  return answer.json();\n"
                    "}\n"
                    "export default {\n"
                    "  async fetch(request) {\n"
                    "    if (request.method === 'POST') return Response.json(await request.json());\n"
                    "    return Response.json(await rates('http://rates.invalid/'));\n"
                    "  },\n"
                    "};\n"}});
  const std::string url = project.Serve({"--map", "rates.invalid=http://127.0.0.1:1"});
  const HttpResponse failed = Get(url);
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, HasSubstr("TypeError: fetch failed"));
  EXPECT_THAT(failed.body, HasSubstr("at index.js:2:18"));
  EXPECT_THAT(failed.body, HasSubstr("2 |   const answer = await fetch(url);"));
  HttpRequest bad;
  bad.method = "POST";
  bad.url = url;
  bad.body = "{no";
  bad.has_body = true;
  const HttpResponse wrong = Fetch(bad);
  EXPECT_EQ(wrong.status, 500);
  EXPECT_THAT(wrong.body, HasSubstr("SyntaxError"));
  EXPECT_THAT(wrong.body, HasSubstr("7 |     if (request.method"));
  EXPECT_TRUE(project.process().WaitForLog("at async rates (index.js:2:18)"));
  EXPECT_TRUE(project.process().WaitForLog("at async Object.fetch (index.js:8:26)"));
}

TEST(ErrorsTest, WhatIsNoResponseHasThePlaceOfTheHandlerAndAdvice) {
  Project project({{"index.js",
                    "const answers = { '/text': 'x', '/object': {}, '/number': 1 };\n"
                    "export default {\n"
                    "  async fetch(request) {\n"
                    "    const { pathname } = new URL(request.url);\n"
                    "    return pathname === '/request' ? request : answers[pathname];\n"
                    "  },\n"
                    "};\n"},
                   {"listener.js",
                    "addEventListener('fetch', (event) => {\n"
                    "  event.respondWith(undefined);\n"
                    "});\n"}});
  const std::string url = project.Serve({"index.js"});
  const std::pair<std::string, std::string> cases[] = {
      {"/", "look for a branch without return"},
      {"/text", "return new Response(text);"},
      {"/object", "return Response.json(object);"},
      {"/number", "Write return new Response(...)."},
      {"/request", "return fetch(request);"}};
  for (const auto& [path, advice] : cases) {
    EXPECT_THAT(Get(url + path).body, AllOf(HasSubstr("  at index.js:3:14\n"),
                                            HasSubstr("3 |   async fetch(request) {\n"),
                                            HasSubstr(advice)));
  }
  EXPECT_TRUE(project.process().WaitForLog("at fetch (index.js:3:14)")) << project.process().err();
  EXPECT_TRUE(project.process().WaitForLog("look for a branch without return"));
  EXPECT_THAT(Get(url, kBrowser).body, HasSubstr("look for a branch without return"));
  EXPECT_THAT(Get(project.Serve({"listener.js"})).body, HasSubstr("  at listener.js:1:"));
}

struct WrongHandler {
  const char* name;
  const char* body;
  const char* says;
};
void PrintTo(const WrongHandler& wrong, std::ostream* out) { *out << wrong.name; }

class WrongHandlerTest : public testing::TestWithParam<WrongHandler> {};

TEST_P(WrongHandlerTest, IsA500ThatSaysSo) {
  const std::string module =
      Worker::Handler(std::string("if (url.pathname === '/fine') return new Response('fine');\n") +
                      GetParam().body);
  Worker worker(module);
  const HttpResponse response = Get(worker.url());
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr(GetParam().says));
  EXPECT_TRUE(worker.process().WaitForLog(GetParam().says)) << worker.process().err();
  EXPECT_EQ(Get(worker.url(), kBrowser).status, 500);
  EXPECT_EQ(Get(worker.url() + "/fine").body, "fine");
}

constexpr WrongHandler kWrongHandlers[] = {
    {"ReturnsNothing", "await null;", "The handler returned nothing (undefined)"},
    {"ReturnsNull", "return null;", "The handler returned null"},
    {"ReturnsAString", "return 'hello';", "The handler returned a string"},
    {"ReturnsAnObject", "return { status: 200 };",
     "The handler returned an object that is no Response"},
    {"ReturnsTheRequest", "return request;", "The handler returned a Request"},
    {"ReturnsAFakeResponse", "return Object.create(Response.prototype);",
     "an object that is no Response"},
    {"ThrowsAString", "throw 'just text';", "just text"},
    {"ThrowsNothing", "throw undefined;", "undefined"},
    {"ThrowsAnObject", "throw { code: 42 };", "42"},
    {"ThrowsAHostileObject", "throw { get stack() { throw 1; }, toString() { throw 2; } };",
     "thrown"},
    {"ThrowsAHostileError",
     "const e = new Error('hostile'); Object.defineProperty(e, 'stack', { get() { throw 1; } }); "
     "throw e;",
     "hostile"},
    {"ThrowsLater", "await new Promise((r) => setTimeout(r, 1)); throw new RangeError('later');",
     "RangeError: later"},
    {"ReturnsAUsedBody", "const r = new Response('x'); await r.text(); return r;", "used"},
    {"RecursesForEver", "const f = (n) => f(n + 1) + 1; return new Response(f(0));",
     "RangeError: Maximum call stack size exceeded"},
    {"RecursesInARejection",
     "const f = async (n) => { await f(n + 1); }; await f(0); return new Response('x');",
     "RangeError: Maximum call stack size exceeded"},
    {"ReturnsResponseError", "return Response.error();", "Response.error() cannot be sent"},
};
INSTANTIATE_TEST_SUITE_P(ErrorsTest, WrongHandlerTest, testing::ValuesIn(kWrongHandlers),
                         [](const auto& info) { return info.param.name; });

TEST(ErrorsTest, AStackOverflowHasItsLines) {
  Worker worker("function recurse(n) {\n  return recurse(n + 1) + 1;\n}\n" +
                Worker::Handler("return new Response(recurse(0));"));
  EXPECT_THAT(Get(worker.url()).body, HasSubstr("worker.js:2:3"));
  EXPECT_TRUE(worker.process().WaitForLog("at recurse (worker.js:2:10)"));
}

TEST(ErrorsTest, WhatNobodyCatchesIsLoggedAndTheServerStaysUp) {
  Worker worker(Worker::Handler(R"(
    const wait = (ms) => scheduler.wait(ms); // or the request's timers would end with it
    switch (url.pathname) {
      case "/rejection": Promise.reject(new Error("nobody handles this")); break;
      case "/late": setTimeout(() => Promise.reject(new Error("a late rejection")), 1); await wait(2); break;
      case "/timer": setTimeout(() => { throw new Error("thrown in a timer"); }, 1); await wait(2); break;
      case "/microtask": queueMicrotask(() => { throw new Error("thrown in a microtask"); }); break;
      case "/value": Promise.reject({ code: 7 }); break;
      case "/handled": Promise.reject(new Error("handled in time")).catch(() => {}); break;
    }
    return new Response("fine");)"));
  const std::pair<std::string, std::string> cases[] = {{"/rejection", "nobody handles this"},
                                                       {"/late", "a late rejection"},
                                                       {"/timer", "thrown in a timer"},
                                                       {"/microtask", "thrown in a microtask"},
                                                       {"/value", "code: 7"}};
  for (const auto& [path, text] : cases) {
    EXPECT_EQ(Get(worker.url() + path).body, "fine");
    EXPECT_TRUE(worker.process().WaitForLog(text)) << path;
  }
  EXPECT_TRUE(worker.process().WaitForLog("worker.js:"));
  EXPECT_EQ(Get(worker.url() + "/handled").body, "fine");
  EXPECT_THAT(worker.process().err(), Not(HasSubstr("handled in time")));
}

TEST(ErrorsTest, AnUnhandledRejectionIsLoggedOnceWithItsStackAfterTheMicrotasks) {
  Worker worker(Worker::Handler(R"(
    const told = Promise.reject(new Error("told once"));
    const handled = Promise.reject(new Error("handled in a microtask"));
    queueMicrotask(() => {
      console.log("a microtask");
      handled.catch(() => {});
      queueMicrotask(() => console.log("a later microtask"));
    });
    setTimeout(() => { told.catch(() => {}); console.log("the end"); }, 1);
    await scheduler.wait(2);
    return new Response("fine");)"));
  EXPECT_EQ(Get(worker.url()).body, "fine");
  EXPECT_TRUE(worker.process().WaitForLog("the end"));
  const std::string log = worker.process().err();
  const size_t rejection = log.find("Uncaught (in promise) Error: told once");
  ASSERT_NE(rejection, std::string::npos) << log;
  EXPECT_LT(log.find("a later microtask"), rejection);
  EXPECT_LT(rejection, log.find("the end"));
  EXPECT_THAT(log.substr(rejection), HasSubstr("worker.js:4:"));
  EXPECT_EQ(log.find("told once", rejection + 40), std::string::npos) << log;
  EXPECT_EQ(log.find("handled in a microtask"), std::string::npos) << log;
}

TEST(ErrorsTest, AStreamThatFailsCutsTheResponseAndNoMore) {
  Worker worker(Worker::Handler(R"(
    if (url.pathname === "/fine") return new Response("fine");
    let n = 0;
    return new Response(new ReadableStream({
      pull(controller) {
        if (n++ === 3) throw new Error("the stream broke");
        controller.enqueue(new TextEncoder().encode("piece"));
      },
    }));)"));
  const HttpResponse cut = Get(worker.url());
  EXPECT_NE(cut.error, "");  // chunked, without its end
  EXPECT_TRUE(worker.process().WaitForLog("the stream broke")) << worker.process().err();
  EXPECT_EQ(Get(worker.url() + "/fine").body, "fine");
}

// ---------------------------------------------------------------------------------- at start

struct BadStart {
  const char* name;
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> args;
  int status;
  std::vector<std::string> says;
};
void PrintTo(const BadStart& bad, std::ostream* out) { *out << bad.name; }

class BadStartTest : public testing::TestWithParam<BadStart> {};

TEST_P(BadStartTest, IsOneClearMessage) {
  Project project({});
  for (const auto& [name, text] : GetParam().files) project.folder().Write(name, text);
  EXPECT_EQ(project.Fails(GetParam().args), GetParam().status);
  const std::string err = project.process().err();
  for (const std::string& text : GetParam().says) EXPECT_THAT(err, HasSubstr(text));
  EXPECT_EQ(project.process().out(), "");
  EXPECT_THAT(err, Not(HasSubstr("    at ")));  // no stack
  EXPECT_THAT(err, Not(HasSubstr("terminate")));
  EXPECT_THAT(err, StartsWith("sedge"));
  EXPECT_EQ(err.find("\nsedge"), std::string::npos) << err;  // said once
}

const std::string kFine = "export default { fetch: () => new Response('x') };";

const BadStart kBadStarts[] = {
    {"SyntaxError",
     {{"w.js", "export default {\n  fetch() { return new Response('x' }\n};\n"}},
     {"w.js"},
     1,
     {"w.js:2:33: SyntaxError: missing ) after argument list", "2 |   fetch() {"}},
    {"SyntaxErrorOfAScript",
     {{"w.js", "addEventListener('fetch', (event) => {\n  let let = 1;\n});"}},
     {"w.js"},
     1,
     {"w.js:2:7: SyntaxError: Unexpected strict mode"}},
    {"SyntaxErrorOfAnImport",
     {{"w.js", "import './a.js';\n" + kFine}, {"a.js", "\n\nlet x = ;"}},
     {"w.js"},
     1,
     {"a.js:3:9: SyntaxError: Unexpected token ';'"}},
    {"ImportThatDoesNotResolve",
     {{"w.js", "\nimport x from './nothing.js';\n" + kFine}},
     {"w.js"},
     1,
     {"w.js:2:15: import of \"./nothing.js\"", "there is no file", "2 | import x from './nothing.js';"}},
    {"ImportOfAPackage",
     {{"w.js", "import { Hono } from 'hono';\n" + kFine}},
     {"w.js"},
     1,
     {"w.js:1:22: import of \"hono\" in w.js", "1 | import { Hono } from 'hono';",
      "npm install --save-dev esbuild && npm install hono"}},
    {"ImportOfANodeModule",
     {{"w.js", "import fs from 'node:fs';\n" + kFine}},
     {"w.js"},
     1,
     {"w.js:1:16: import of \"node:fs\" in w.js", "no modules of Node.js", "1 | import fs", "\"alias\""}},
    {"ImportOfANodeModuleByItsBareName",
     {{"w.js", "import fs from 'fs/promises';\n" + kFine}},
     {"w.js"},
     1,
     {"w.js:1:16: import of \"fs/promises\" in w.js", "no modules of Node.js", "1 | import fs", "\"alias\""}},
    {"ImportOfCloudflareWorkers",
     {{"w.js", "import { env } from 'cloudflare:workers';\n" + kFine}},
     {"w.js"},
     1,
     {"w.js:1:21: import of", "not there yet", "the second argument of fetch(request, env, ctx)"}},
    {"ImportFromTheNetwork",
     {{"w.js", "import x from 'https://example.com/x.js';\n" + kFine}},
     {"w.js"},
     1,
     {"w.js:1:15: import of", "not loaded from the network", "npm"}},
    {"ImportOfAMissingName",
     {{"w.js", "import { nope } from './a.js';\n" + kFine}, {"a.js", "export const a = 1;"}},
     {"w.js"},
     1,
     {"w.js:1:10: SyntaxError", "'nope'"}},
    {"BadJson",
     {{"w.js", "import j from './j.json';\n" + kFine}, {"j.json", "{"}},
     {"w.js"},
     1,
     {"j.json:1:2: SyntaxError: j.json is not JSON"}},
    {"BadJsonInALaterLine",
     {{"w.js", "import j from './j.json';\n" + kFine}, {"j.json", "{\n  \"a\": 1,\n  b\n}"}},
     {"w.js"},
     1,
     {"j.json:3:3: SyntaxError", "3 |   b\n    |   ^"}},
    {"NoDefaultExport",
     {{"w.js", "export const handler = 1;\nexport async function fetch() {}"}},
     {"w.js"},
     1,
     {"w.js: the module has no default export (it exports fetch, handler)",
      "export default { async fetch(request, env, ctx)"}},
    {"DefaultExportIsAFunction",
     {{"w.js", "export default async function (request) {}"}},
     {"w.js"},
     1,
     {"sedge: w.js: Handler", "the default export is a function; write: export default {"}},
    {"HandlerIsNoFunction",
     {{"w.js", "export default { fetch: 'x' };"}},
     {"w.js"},
     1,
     {"sedge: w.js: Handler", "its fetch is a string; write: export default {"}},
    {"ThrowsAtTheTop",
     {{"w.js", "const a = 1;\nundefinedFunction();\n" + kFine}},
     {"w.js"},
     1,
     {"w.js:2:1: ReferenceError: undefinedFunction is not defined"}},
    {"LoopsAtTheTop",
     {{"w.js", "for (;;) {}\n" + kFine},
      {"wrangler.toml", "main = \"w.js\"\nlimits = { cpu_ms = 100 }"}},
     {"."},
     1,
     {"exceeded its CPU time limit of 100 ms (limits.cpu_ms) while it loaded"}},
    {"LoopsWhenItsHandlerIsLookedUp",
     {{"w.js", "export default { get fetch() { for (;;) {} } };"},
      {"wrangler.toml", "main = \"w.js\"\nlimits = { cpu_ms = 100 }"}},
     {"."},
     1,
     {"w.js: the worker exceeded its CPU time limit of 100 ms (limits.cpu_ms) while it loaded"}},
    {"LoopsInMicrotasksAtTheTop",
     {{"w.js", "(async () => { for (;;) await 0; })();\n" + kFine},
      {"wrangler.toml", "main = \"w.js\"\nlimits = { cpu_ms = 100 }"}},
     {"."},
     1,
     {"exceeded its CPU time limit of 100 ms (limits.cpu_ms) while it loaded"}},
    {"EatsMemoryAtTheTop",
     {{"w.js", "const a = []; for (;;) a.push(new Array(1000).fill(1.5));\n" + kFine},
      {"wrangler.toml", "main = \"w.js\"\nlimits = { memory_mb = 32 }"}},
     {"."},
     1,
     {"exceeded its memory limit of 32 MB (limits.memory_mb) while it loaded"}},
    {"NoHandler", {{"w.js", "export default { scheduled() {} };"}}, {"w.js"}, 1, {"w.js", "fetch"}},
    {"NoListener", {{"w.js", "const a = 1;"}}, {"w.js"}, 1, {"w.js", "addEventListener"}},
    {"AwaitsForEver",
     {{"w.mjs", "await new Promise(() => {});\n" + kFine}},
     {"w.mjs"},
     1,
     {"w.mjs", "top-level await"}},
    {"AwaitsLongCryptography",
     {{"w.mjs",
       "await crypto.subtle.generateKey({ name: 'RSA-PSS', modulusLength: 2048, hash: 'SHA-256',"
       " publicExponent: new Uint8Array([1, 0, 1]) }, false, ['sign', 'verify']);\n" +
           kFine}},
     {"w.mjs"},
     1,
     {"w.mjs", "timers, requests or long cryptography"}},
    {"MissingFile", {}, {"nowhere.js"}, 1, {"nowhere.js: there is no such file or folder"}},
    {"EmptyFolder", {}, {"."}, 1, {"the folder has no worker"}},
    {"MissingMain",
     {{"wrangler.toml", "name = \"x\"\n\nmain = \"gone.js\"\n"}},
     {"."},
     1,
     {"wrangler.toml:3: main", "gone.js"}},
    {"CorruptToml",
     {{"wrangler.toml", "name = \"x\"\nmain = = 3\n"}, {"index.js", kFine}},
     {"."},
     1,
     {"wrangler.toml:2"}},
    {"CorruptJson",
     {{"wrangler.jsonc", "{\n  \"main\": \"index.js\"\n  \"name\": 1\n}"}, {"index.js", kFine}},
     {"."},
     1,
     {"wrangler.jsonc:3"}},
    {"WrongKind",
     {{"wrangler.toml", "main = \"w.js\"\n[dev]\nport = \"a\"\n"}, {"w.js", kFine}},
     {"."},
     1,
     {"wrangler.toml:3: dev.port", "0 to 65535", "\n  3 | port = \"a\""}},
    {"UnknownFlag", {{"w.js", kFine}}, {"w.js", "--thread", "3"}, 2, {"--thread"}},
    {"BadPort", {{"w.js", kFine}}, {"w.js", "--port", "70000"}, 2, {"--port", "70000", "65535"}},
    {"BadThreads", {{"w.js", kFine}}, {"w.js", "--threads", "none"}, 2, {"--threads", "none"}},
    {"TwoCatchAlls",
     {{"a.js", kFine}, {"b.js", kFine}},
     {"a.js", "b.js"},
     1,
     {"a.js", "b.js", "routes"}},
    {"BadHost", {{"w.js", kFine}}, {"w.js", "--host", "192.0.2.1"}, 1, {"192.0.2.1"}},
};
INSTANTIATE_TEST_SUITE_P(ErrorsTest, BadStartTest, testing::ValuesIn(kBadStarts),
                         [](const auto& info) { return info.param.name; });

TEST(ErrorsTest, APortInUseIsNamed) {
  Worker first(Worker::Handler("return new Response('first');"));
  const std::string port = first.url().substr(first.url().rfind(':') + 1);
  Project project({{"w.js", kFine}});
  SedgeProcess second({"serve", "w.js", "--port", port}, project.folder().path());
  EXPECT_EQ(second.WaitForExit(), 1);
  EXPECT_THAT(second.err(),
              AllOf(StartsWith("sedge: "), HasSubstr("127.0.0.1:" + port), HasSubstr("--port")));
  EXPECT_EQ(Get(first.url()).body, "first");
}

TEST(ErrorsTest, ADataFolderInUseIsNamed) {
  Project project({{"w.js", kFine}});
  project.Serve({"w.js", "--kv", "KV"});
  SedgeProcess second({"serve", "w.js", "--kv", "KV", "--port", "0"}, project.folder().path());
  EXPECT_EQ(second.WaitForExit(), 1);
  EXPECT_THAT(second.err(),
              AllOf(StartsWith("sedge: "), HasSubstr(".sedge"), HasSubstr("--data-dir"),
                    HasSubstr("in use by process " + std::to_string(project.process().pid()))));
}

}  // namespace
}  // namespace sedge::e2e
