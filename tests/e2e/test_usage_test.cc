// SPDX-License-Identifier: Apache-2.0
// What `sedge test` says to those who hold it wrong: arguments, imports and files that are no
// tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/test_project.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TestUsageTest : public TestProject {};

TEST_F(TestUsageTest, WordsThatAreNotImportedAreNamedWithTheirImport) {
  WriteProject();
  folder_.Write("test/a_test.js", "test(\"x\", () => {});\n");
  folder_.Write("test/b_test.js", "const { test } = require(\"sedge:test\");\n");
  folder_.Write("test/c_test.js",
                "import { test, jest } from \"vitest\";\ntest(\"x\", () => {});\n");
  const Outcome run = Run();
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, AllOf(HasSubstr("ReferenceError: test is not defined"),
                             HasSubstr("import { test } from \"sedge:test\";"),
                             HasSubstr("write import instead of require"),
                             HasSubstr("import { jest } from \"@jest/globals\"")));
}

TEST_F(TestUsageTest, AMistypedImportIsTakenForTheWordThatIsMeant) {
  WriteProject();
  folder_.Write("test/a_test.js",
                "import { test, expct } from \"vitest\";\ntest(\"x\", () => {});\n");
  const Outcome run = Run();
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, HasSubstr("Did you mean expect? Write import { expect } from \"vitest\";"));
}

TEST_F(TestUsageTest, ASeedThatGoesNowhereSaysWhatThereIs) {
  const std::string out = FailureOf(R"(
test("binding", () => seed("KVX", {}));
test("file", () => seed("KV", "none.json"));
)");
  EXPECT_THAT(out, AllOf(HasSubstr("no KV namespace with that binding; there are 'KV'"),
                         HasSubstr("none.json"), HasSubstr("path is relative to the test file")));
}

TEST_F(TestUsageTest, ATimeOutUnderAHeldClockSaysSo) {
  const std::string out = FailureOf(R"(
test("one", async () => {
  clock.set(0);
  await new Promise((resolve) => setTimeout(resolve, 1000));
}, 20);
test("none", async () => {
  clock.set(0);
  await new Promise(() => {});
}, 20);
test("free", () => new Promise(() => {}), 20);
)");
  EXPECT_THAT(
      out, AllOf(HasSubstr("took longer than 20 ms. The clock is held, and 1 timer waits for it: "
                           "await clock.tick"),
                 HasSubstr("took longer than 20 ms. The clock is held: await"),
                 HasSubstr("took longer than 20 ms. test(name, fn, milliseconds) allows more.")));
}

TEST_F(TestUsageTest, ATestForNodeIsKnownForOne) {
  WriteProject();
  folder_.Write("test/a_test.mjs",
                "import test from \"node:test\";\nimport fs from \"node:fs\";\n"
                "test(\"x\", () => fs.readFileSync(\"x\"));\n");
  const Outcome run = Run();
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("test/a_test.mjs:2:"), HasSubstr("sedge has no modules of Node.js"),
                    HasSubstr("Run it with node --test")));
}

TEST_F(TestUsageTest, AFilterThatIsNoExpressionIsWrongUsage) {
  WriteProject();
  WriteTest("test/a_test.js", "test(\"one (1)\", () => {});\n");
  Outcome run = Run({"-t", "/(/"});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("-t /(/: this is no regular expression"),
                             HasSubstr("Unterminated group"),
                             HasSubstr("Without the slashes it is a part of a name")));
  EXPECT_EQ(Run({"-t", "(1"}).status, 0);
  EXPECT_EQ(Run({"-t", "/(?<=e) \\(\\d/i"}).status, 0);
}

TEST_F(TestUsageTest, AFilterThatIsAPathIsAPartOfTheName) {
  WriteProject();
  WriteTest("test/a_test.js",
            "test(\"GET /api/users\", () => {});\ntest(\"GET /api/posts\", () => {});\n"
            "test(\"/x/gg\", () => {});\n");
  for (const char* filter : {"/api/users", "/api/posts", "/x/gg"}) {
    const Outcome run = Run({"-t", filter});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("1 passed, 2 skipped")) << filter;
  }
}

TEST_F(TestUsageTest, AWorkerThatCannotBeLoadedIsToldInFullOnce) {
  WriteProject();
  folder_.Write("src/index.js", "export default {\n  fetch() { return new Response(a }\n};\n");
  WriteTest("test/a_test.js",
            "test(\"one\", () => SELF.fetch(\"/\"));\ntest(\"two\", () => SELF.fetch(\"/\"));\n"
            "test(\"three\", () => SELF.fetch(\"/\"));\n");
  const Outcome run = Run();
  EXPECT_EQ(run.status, 1);
  const auto count = [&](const std::string& text) {
    size_t found = 0;
    for (size_t at = 0; (at = run.out.find(text, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  EXPECT_EQ(count("src/index.js:2:"), 3u) << run.out;
  EXPECT_EQ(count("2 |   fetch() {"), 1u) << run.out;
  EXPECT_EQ(count("has all of this error"), 2u) << run.out;
}

TEST_F(TestUsageTest, TimersWithoutEndFailTheTestThatTicks) {
  WriteProject();
  WriteTest("test/a_test.js", R"(
test("ticks for ever", async () => {
  const again = () => setTimeout(again, 0);
  again();
  await clock.tick(10);
});
test("goes on", async () => {
  let rounds = 0;
  const interval = setInterval(() => ++rounds, 1);
  await clock.tick(20_000);
  expect(rounds).toBe(20_000);
  clearInterval(interval);
});
)");
  const Outcome run = Run({"--timeout", "60000"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("clock.tick(): timers without a delay go on starting timers"),
                    HasSubstr("1 failed, 1 passed")));
}

}  // namespace
}  // namespace sedge::e2e
