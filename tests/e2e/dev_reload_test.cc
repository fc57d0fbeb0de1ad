// SPDX-License-Identifier: Apache-2.0
// `sedge dev`: changes come into the running server, and nothing that runs is cut off by them.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/dev_project.h"
#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/server_state.h"

namespace sedge::e2e {
namespace {

constexpr const char* kRequest = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
constexpr const char* kKvConfig =
    "name = \"test\"\nmain = \"worker.js\"\nkv_namespaces = [{ binding = \"KV\" }]\n";

// A worker that answers /version with `version`. /slow, /stream and /late go on until somebody puts
// the key "go".
std::string Versioned(const std::string& version) {
  return "const version = \"" + version + "\";\n" + R"(
async function untilGo(env) {
  while (await env.KV.get("go") === null) await new Promise((resolve) => setTimeout(resolve, 5));
}
export default {
  async fetch(request, env, ctx) {
    const path = new URL(request.url).pathname;
    if (path === "/slow") {
      await env.KV.put("began", version);
      await untilGo(env);
    }
    if (path === "/stream") {
      const encoder = new TextEncoder();
      return new Response(new ReadableStream({
        async start(controller) {
          controller.enqueue(encoder.encode("first of " + version + ";"));
          await untilGo(env);
          controller.enqueue(encoder.encode("last of " + version + ";"));
          controller.close();
        },
      }));
    }
    if (path === "/late") {
      ctx.waitUntil((async () => { await untilGo(env); await env.KV.put("late", version); })());
    }
    if (path === "/go") await env.KV.put("go", "1");
    if (path === "/key") return new Response(await env.KV.get(new URL(request.url).search.slice(1)));
    return new Response(version);
  },
};
)";
}

TEST(DevReloadTest, AHandlerThatComputesOnIsEndedForTheReload) {
  DevProject project(
      {{"index.js",
        "export default { fetch(request) {\n"
        "  if (request.url.endsWith(\"/loop\")) { console.log(\"for ever\"); for (;;); }\n"
        "  return new Response(\"one\"); } };\n"}});
  RawConnection looping(project.Start());
  looping.Send("GET /loop HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(project.WaitForLog("for ever"));
  project.Replace("index.js", Answers("two"));
  EXPECT_EQ(project.WaitForBody("two"), "two");
  const std::string answer = looping.ReadToEnd();
  EXPECT_NE(answer.find("HTTP/1.1 503"), std::string::npos) << answer;
  EXPECT_NE(answer.find("ended for the reload"), std::string::npos) << answer;
  ASSERT_TRUE(project.WaitForLog("ended for the reload"));
  EXPECT_TRUE(project.WaitForLog("GET /loop"));
}

// Together they keep the thread for longer than one of them may, and so does the load.
TEST(DevReloadTest, ShortHandlersAreNotEndedForTheReload) {
  const auto spinning = [](const std::string& text) {
    return "function spin(ms) { const end = Date.now() + ms; while (Date.now() < end); }\n"
           "spin(550);\n"
           "export default { fetch() { spin(60); return new Response(\"" +
           text + "\"); } };\n";
  };
  DevProject project({{"index.js", spinning("0")}});
  const std::string url = project.Start();
  std::atomic<bool> done{false};
  std::atomic<int> failed{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back([&] {
      while (!done) failed += Get(url + "/").status != 200;
    });
  }
  for (const char* text : {"1", "2", "3"}) {
    project.Replace("index.js", spinning(text));
    EXPECT_EQ(project.WaitForBody(text), text);
  }
  done = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(failed, 0) << project.process().err();
}

TEST(DevReloadTest, AChangeIsServedOnTheSameConnection) {
  DevProject project({{"index.js", Answers("one")}});
  RawConnection connection(project.Start());
  connection.Send(kRequest);
  connection.ReadUntil("one");
  project.Write("index.js", Answers("two"));
  EXPECT_TRUE(project.WaitForLog("Reloaded in"));
  EXPECT_TRUE(project.WaitForLog("(index.js)")) << project.process().err();
  connection.Send(kRequest);
  EXPECT_NE(connection.ReadUntil("two").find("two"), std::string::npos);
  EXPECT_EQ(project.Body(), "two");
}

TEST(DevReloadTest, EveryWayOfSavingIsSeen) {
  DevProject project({{"index.js", Answers("0")}});
  project.Start();
  for (int i = 1; i <= 6; ++i) {
    const std::string text = std::to_string(i);
    if (i % 3 == 0) {
      project.Replace("index.js", Answers(text));
    } else if (i % 3 == 1) {
      project.Write("index.js", Answers(text));
    } else {
      std::filesystem::rename(project.Path("index.js"), project.Path("index.js~"));
      project.Write("index.js", Answers(text));
    }
    EXPECT_EQ(project.WaitForBody(text), text);
  }
}

TEST(DevReloadTest, WhatIsImportedIsWatched) {
  DevProject project({{"src/index.js",
                       "import { a } from \"./a.js\"; import json from \"./c.json\";\n"
                       "export default { fetch: () => new Response(a + json) };"},
                      {"src/a.js", "export { b as a } from \"../lib/b\";"},
                      {"lib/b.js", "export const b = \"b1\";"},
                      {"src/c.json", "\"c1\""}});
  project.Start();
  EXPECT_EQ(project.Body(), "b1c1");
  project.Write("lib/b.js", "export const b = \"b2\";");
  EXPECT_EQ(project.WaitForBody("b2c1"), "b2c1");
  project.Write("src/c.json", "\"c2\"");
  EXPECT_EQ(project.WaitForBody("b2c2"), "b2c2");
  project.Write("src/a.js", "export const a = \"a\";");
  EXPECT_EQ(project.WaitForBody("ac2"), "ac2");
}

TEST(DevReloadTest, WhatIsImportedLaterIsWatchedFromThenOn) {
  DevProject project(
      {{"index.js",
        "export default { async fetch(request) {\n"
        "  if (new URL(request.url).pathname === \"/x\") return new Response(\"x\");\n"
        "  return new Response((await import(\"./later.js\")).default); } };"},
       {"later.js", "export default \"one\";"}});
  project.Start();
  EXPECT_EQ(project.Body("/x"), "x");
  EXPECT_EQ(project.Body(), "one");
  project.Write("later.js", "export default \"two\";");
  EXPECT_EQ(project.WaitForBody("two"), "two");
}

TEST(DevReloadTest, KvAndRunningRequestsStay) {
  DevProject project({{"wrangler.toml", kKvConfig}, {"worker.js", Versioned("one")}});
  project.Start();
  auto slow = std::async(std::launch::async, [&] { return project.Body("/slow"); });
  EXPECT_EQ(project.WaitForBody("one", "/key?began"), "one");
  project.Write("worker.js", Versioned("two"));
  EXPECT_EQ(project.WaitForBody("two"), "two");
  EXPECT_EQ(project.Body("/key?began"), "one");  // what the version before put
  EXPECT_EQ(project.Body("/go"), "two");
  EXPECT_EQ(slow.get(), "one");
}

TEST(DevReloadTest, StreamsGoOnThroughSeveralChanges) {
  DevProject project({{"wrangler.toml", kKvConfig}, {"worker.js", Versioned("one")}});
  RawConnection stream(project.Start());
  stream.Send("GET /stream HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  stream.ReadUntil("first of one;");
  for (const char* version : {"two", "three", "four"}) {
    project.Write("worker.js", Versioned(version));
    EXPECT_EQ(project.WaitForBody(version), version);
  }
  EXPECT_EQ(project.Body("/go"), "four");
  EXPECT_NE(stream.ReadToEnd().find("last of one;"), std::string::npos) << stream.received();
}

TEST(DevReloadTest, WaitUntilGoesOn) {
  DevProject project({{"wrangler.toml", kKvConfig}, {"worker.js", Versioned("one")}});
  project.Start();
  EXPECT_EQ(project.Body("/late"), "one");
  project.Write("worker.js", Versioned("two"));
  EXPECT_EQ(project.WaitForBody("two"), "two");
  EXPECT_EQ(project.Body("/go"), "two");
  EXPECT_EQ(project.WaitForBody("one", "/key?late"), "one");
}

TEST(DevReloadTest, EveryThreadServesTheChange) {
  DevProject project({{"index.js", Answers("one")}});
  project.Start({"--threads", "4"});
  for (int i = 0; i < 16; ++i) EXPECT_EQ(project.Body(), "one");
  project.Write("index.js", Answers("two"));
  ASSERT_TRUE(project.WaitForLog("Reloaded in"));
  for (int i = 0; i < 32; ++i) EXPECT_EQ(project.Body(), "two");
}

TEST(DevReloadTest, SeveralWorkersAreReloadedTogether) {
  DevProject project(
      {{"a/wrangler.toml", "name = \"a\"\nmain = \"a.js\"\n"},
       {"a/a.js", Answers("a1")},
       {"b/wrangler.toml", "name = \"b\"\nmain = \"b.js\"\nroutes = [\"b.test/*\"]\n"},
       {"b/b.js", Answers("b1")}});
  const std::string url = project.Start({"a", "b"});
  const auto of_b = [&] { return Get(url, {{"Host", "b.test"}}).body; };
  EXPECT_EQ(project.Body(), "a1");
  EXPECT_EQ(of_b(), "b1");
  project.Write("b/b.js", Answers("b2"));
  ASSERT_TRUE(project.WaitForLog("Reloaded in"));
  EXPECT_EQ(of_b(), "b2");
  EXPECT_EQ(project.Body(), "a1");
  // Routes are taken, too.
  project.Write("b/wrangler.toml", "name = \"b\"\nmain = \"b.js\"\nroutes = [\"c.test/*\"]\n");
  ASSERT_TRUE(project.WaitForLog("Reloaded in", 2));
  EXPECT_EQ(of_b(), "a1");
  EXPECT_EQ(Get(url, {{"Host", "c.test"}}).body, "b2");
}

TEST(DevReloadTest, WhatNobodyUsesAnyMoreIsGivenBack) {
  DevProject project({{"index.js", Answers("0")}});
  project.Start();
  for (int i = 1; i <= 30; ++i) {
    const std::string text = std::to_string(i);
    project.Write("index.js", Answers(text));
    ASSERT_EQ(project.WaitForBody(text), text);
  }
  EXPECT_EQ(WaitForState(project.process(), {{"isolates", 1}}), "");
}

TEST(DevReloadTest, ABodyThatIsPassedOnOutlivesTheCodeThatPassedItOn) {
  std::promise<void> go;
  std::shared_future<void> told(go.get_future());
  LocalServer origin([told](const ServerRequest&) {
    return ServerResponse{.stream = [told](const WritePiece& write) {
      write("first;");
      told.wait();
      return write("last;");
    }};
  });
  DevProject project(
      {{"index.js", "export default { fetch() { return fetch(\"" + origin.url() + "/\"); } };"}});
  RawConnection stream(project.Start());
  stream.Send("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  stream.ReadUntil("first;");
  project.Write("index.js", Answers("two"));
  ASSERT_TRUE(project.WaitForLog("Reloaded in"));  // the code before would answer without an end
  EXPECT_EQ(project.Body(), "two");
  EXPECT_EQ(WaitForState(project.process(), {{"isolates", 1}}), "");
  go.set_value();
  EXPECT_NE(stream.ReadToEnd().find("last;"), std::string::npos) << stream.received();
}

TEST(DevReloadTest, ItEndsAtOnceWhileAPageWaitsAndAStreamIsOpen) {
  DevProject project({{"wrangler.toml", kKvConfig}, {"worker.js", Versioned("one")}});
  RawConnection stream(project.Start());
  stream.Send("GET /stream HTTP/1.1\r\nHost: test\r\n\r\n");
  stream.ReadUntil("first of one;");
  project.process().Signal(SIGTERM);
  EXPECT_EQ(project.process().WaitForExit(), 0) << project.process().err();
}

}  // namespace
}  // namespace sedge::e2e
