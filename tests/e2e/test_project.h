// SPDX-License-Identifier: Apache-2.0
// TestProject: a folder with a worker and tests of it, on which `sedge test` is run; a fixture.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {

// Built for debugging, on a busy machine.
inline constexpr int kTestDeadlineMs = 120'000;

inline constexpr const char* kTestedWorker = R"(
import { greet } from "./greet.js";
export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === "/count") {
      const n = Number(await env.KV.get("n")) + 1;
      await env.KV.put("n", String(n));
      return Response.json({ n });
    }
    if (pathname === "/later") {
      ctx.waitUntil(scheduler.wait(30).then(() => env.KV.put("later", "done")));
      return new Response("soon");
    }
    if (pathname === "/later-fails") {
      ctx.waitUntil(scheduler.wait(30).then(() => { throw new Error("work in vain"); }));
      return new Response("soon");
    }
    if (pathname === "/proxy") {
      const init = { method: "POST", body: await request.text() };
      const answer = await fetch("https://api.example.com/users/7", init);
      return new Response(answer.body, answer);
    }
    if (pathname === "/echo") {
      return new Response(request.body, { headers: { ip: request.headers.get("cf-connecting-ip") } });
    }
    if (pathname === "/broken") throw new Error("a broken handler");
    return new Response(greet(env.NAME) + pathname);
  },
};
)";

class TestProject : public ::testing::Test {
 protected:
  struct Outcome {
    int status = -1;
    std::string out;
    std::string err;
  };

  void WriteProject() {
    folder_.Write(
        "wrangler.toml",
        "name = \"front\"\nmain = \"src/index.js\"\nkv_namespaces = [{ binding = \"KV\", id = "
        "\"data\" }]\n[vars]\nNAME = \"Ann\"\n");
    folder_.Write("src/index.js", kTestedWorker);
    folder_.Write("src/greet.js", "export const greet = (name) => `hello ${name} `;\n");
  }
  // A test file that imports what most need.
  void WriteTest(const std::string& name, const std::string& code) {
    folder_.Write(name,
                  "import { test, describe, expect, beforeAll, beforeEach, SELF, env, seed, clock, "
                  "mock, worker,\n"
                  "  createExecutionContext, waitOnExecutionContext } from \"sedge:test\";\n" +
                      code);
  }
  Outcome Run(std::vector<std::string> words = {}) {
    words.insert(words.begin(), "test");
    SedgeProcess process(words, folder_.path());
    Outcome outcome;
    outcome.status = process.WaitForExit(kTestDeadlineMs).value_or(-1);
    outcome.out = process.out();
    outcome.err = process.err();
    return outcome;
  }
  // Runs one file whose tests all pass.
  void ExpectPasses(const std::string& code) {
    WriteProject();
    WriteTest("test/a_test.js", code);
    const Outcome run = Run();
    EXPECT_EQ(run.status, 0) << run.out << run.err;
  }
  // Runs one file of which something fails, and gives what was printed.
  std::string FailureOf(const std::string& code) {
    WriteProject();
    WriteTest("test/a_test.js", code);
    const Outcome run = Run();
    EXPECT_EQ(run.status, 1) << run.out << run.err;
    return run.out + run.err;
  }

  TempFolder folder_;
};

}  // namespace sedge::e2e
