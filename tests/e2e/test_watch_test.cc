// SPDX-License-Identifier: Apache-2.0
// `sedge test --watch`: what a saved file makes run again, once, and that it survives what is
// broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "tests/e2e/watched_tests.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TestWatchTest : public WatchedTests {
 protected:
  TestWatchTest() {
    folder_.Write("wrangler.toml", "name = \"a\"\nmain = \"index.js\"\n[vars]\nWORD = \"one\"\n");
    folder_.Write("index.js",
                  "export default { fetch: (request, env) => new Response(env.WORD) };\n");
    folder_.Write("number.js", "export const number = 1;\n");
    folder_.Write("a_test.js",
                  "import { test, expect, SELF, env } from \"sedge:test\";\n"
                  "test(\"uses the worker\", async () => expect(await (await "
                  "SELF.fetch(\"/\")).text()).toBe(env.WORD));\n");
    folder_.Write(
        "b_test.js",
        "import { test, expect } from \"sedge:test\";\nimport { number } from \"./number.js\";\n"
        "test(\"uses the number\", () => expect(number).toBe(1));\n");
  }
};

TEST_F(TestWatchTest, RunsWhatAChangeConcernsOnce) {
  Start();
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("uses the worker"), HasSubstr("uses the number")));

  Save("index.js", "export default { fetch: () => new Response(\"one\") };\n");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("uses the worker"), Not(HasSubstr("uses the number"))));

  Save("number.js", "export const number = 2;\n");
  EXPECT_THAT(NextRun(), HasSubstr("not ok 1 - uses the number"));

  Save("number.js", "export const number = ;\n");
  EXPECT_THAT(NextRun(), HasSubstr("number.js:1"));
  ExpectRest();
  ExpectEnd(SIGTERM, 1);

  Start();
  EXPECT_THAT(NextRun(), HasSubstr("number.js:1"));
  Save("number.js", "export const number = 1;\n");
  EXPECT_THAT(NextRun(), HasSubstr(" ok 1 - uses the number"));
  ExpectRest();
  ExpectEnd(SIGTERM, 0);
}

// As others save; the file is empty in between.
TEST_F(TestWatchTest, SeesAFileThatIsWrittenInPlace) {
  Start();
  NextRun();
  folder_.Write("number.js", "export const number = 2;\n");
  EXPECT_TRUE(WaitUntil(
      [&] { return process_->out().find("not ok 1 - uses the number") != std::string::npos; }));
}

TEST_F(TestWatchTest, RunsNewFilesAndAllWhenTheConfigurationChanges) {
  Start();
  NextRun();
  Save("deeper/c_test.js", "import { test } from \"sedge:test\";\ntest(\"is new\", () => {});\n");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("is new"), Not(HasSubstr("uses the"))));

  Save("wrangler.toml", "name = \"a\"\nmain = \"index.js\"\n[vars]\nWORD = \"two\"\n");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("is new"), HasSubstr("uses the worker"),
                               HasSubstr("uses the number")));

  // In the folder itself, which no path names.
  Save("d_test.js", "import { test } from \"sedge:test\";\ntest(\"is at the top\", () => {});\n");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("is at the top"), Not(HasSubstr("uses the"))));
  ExpectRest();
  ExpectEnd(SIGINT, 0);
}

// What was read after the save is not run for again, and what was read before is.
TEST_F(TestWatchTest, ASaveWhileTestsRunIsRunForOnce) {
  folder_.Write(
      "c_test.js",
      "import { test, expect } from \"sedge:test\";\nimport { number } from "
      "\"./number.js\";\nconsole.error(\"it runs\");\n"
      "test(\"waits\", async () => { if (number === 1) await scheduler.wait(3_000); });\n");
  folder_.Write("d_test.js", "import { test } from \"sedge:test\";\ntest(\"other\", () => {});\n");
  Start({"--threads", "1"});
  EXPECT_TRUE(process_->WaitForLog("it runs"));
  Save("number.js", "export const number = 3;\n");
  Save("d_test.js", "import { test } from \"sedge:test\";\ntest(\"saved\", () => {});\n");
  EXPECT_TRUE(WaitUntil([&] { return Count(process_->out(), "\n# todo ") >= 2; }));
  const std::string out = process_->out();
  const std::string second = out.substr(out.find("\n# todo ") + 1);
  EXPECT_THAT(second, AllOf(HasSubstr("waits"), HasSubstr("not ok 1 - uses the number"),
                            Not(HasSubstr("saved")), Not(HasSubstr("uses the worker"))));
  runs_ = 2;
  ExpectRest();
}

TEST_F(TestWatchTest, EndsWhileTestsRun) {
  folder_.Write("c_test.js",
                "import { test } from \"sedge:test\";\ntest(\"takes long\", () => new Promise(() "
                "=> {}), 60_000);\nconsole.error(\"it runs\");\n");
  Start();
  EXPECT_TRUE(process_->WaitForLog("it runs"));
  ExpectEnd(SIGTERM, 1);
}

}  // namespace
}  // namespace sedge::e2e
