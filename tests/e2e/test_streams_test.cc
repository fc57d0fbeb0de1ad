// SPDX-License-Identifier: Apache-2.0
// `sedge test`: answers whose bodies a worker streams.
#include <string>

#include "tests/e2e/test_project.h"

namespace sedge::e2e {
namespace {

class TestStreamsTest : public TestProject {};

// A read of the test's is answered by a write of the request's, in its entry.
TEST_F(TestStreamsTest, WhatFollowsAStreamedAnswerIsTheTestsOwn) {
  WriteProject();
  folder_.Write("src/index.js", R"(export default {
  fetch(request, env, context) {
    const { readable, writable } = new TransformStream();
    context.waitUntil((async () => {
      const writer = writable.getWriter();
      for (let i = 0; i < 3; i++) {
        await writer.write(new TextEncoder().encode("x"));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await writer.close();
    })());
    return new Response(readable);
  },
};
)");
  WriteTest("test/a_test.js", R"(
const sleep = () => new Promise((resolve) => setTimeout(resolve, 1));
test("reads", async () => {
  expect(await (await SELF.fetch("/")).text()).toBe("xxx");
});
test("has its timers", sleep);
test("has them in one test, too", async () => {
  const reader = (await SELF.fetch("/")).body.getReader();
  while (!(await reader.read()).done) await sleep();
  await sleep();
  expect(await (await SELF.fetch("/")).text()).toBe("xxx");
  await sleep();
});
)");
  const Outcome run = Run({});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
}

TEST_F(TestStreamsTest, AnAnswerThatATestDoesNotReadFailsNothing) {
  WriteProject();
  const std::string worker = R"(export default {
  fetch(request, env, context) {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const write = async () => {
      for (;;) await writer.write(new TextEncoder().encode("x"));
    };
    if (request.url.endsWith("/floating")) write();
    else if (request.url.endsWith("/vain")) context.waitUntil(write().catch(() => { throw new Error("in vain"); }));
    else context.waitUntil(write());
    return new Response(readable);
  },
};
)";
  folder_.Write("src/index.js", worker);
  folder_.Write("other/wrangler.toml", "name = \"other\"\nmain = \"index.js\"\n");
  folder_.Write("other/index.js", worker);
  WriteTest("test/a_test.js", R"(
for (const [name, target] of [["self", SELF], ["other", worker("other")]]) {
  test(name, async () => expect((await target.fetch("/")).status).toBe(200));
  test(name + " floating", async () => expect((await target.fetch("/floating")).status).toBe(200));
  test(name + " in vain", async () => expect((await target.fetch("/vain")).status).toBe(200));
}
)");
  const Outcome run = Run({"--config", ".", "--config", "other"});
  EXPECT_EQ(run.status, 1);
  EXPECT_NE(run.out.find("Tests 2 failed, 4 passed (6)"), std::string::npos) << run.out << run.err;
  EXPECT_EQ(run.out.find("the reader of this body"), std::string::npos) << run.out;
}

}  // namespace
}  // namespace sedge::e2e
