// SPDX-License-Identifier: Apache-2.0
// `sedge test --watch`: what a saved file makes run again, and that it survives what is broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kDeadline{120};

class TestWatchTest : public ::testing::Test {
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

  void Start() {
    process_ = std::make_unique<SedgeProcess>(
        std::vector<std::string>{"test", "--watch", "--reporter", "tap"}, folder_.path());
  }
  // What was printed since the last call, once a run is over.
  std::string NextRun() {
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    ++runs_;
    while (Count(process_->err(), "Waiting for changes") < runs_) {
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "no run came to its end\n" << process_->out() << process_->err();
        return "";
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const std::string all = process_->out();
    const std::string part = all.substr(shown_);
    shown_ = all.size();
    return part;
  }
  static size_t Count(const std::string& text, const std::string& word) {
    size_t count = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
      ++count;
    return count;
  }

  TempFolder folder_;
  std::unique_ptr<SedgeProcess> process_;
  size_t runs_ = 0;
  size_t shown_ = 0;
};

TEST_F(TestWatchTest, RunsWhatAChangeConcerns) {
  Start();
  std::string run = NextRun();
  EXPECT_THAT(run, HasSubstr("uses the worker"));
  EXPECT_THAT(run, HasSubstr("uses the number"));

  folder_.Write("number.js", "export const number = 2;\n");
  run = NextRun();
  EXPECT_THAT(run, HasSubstr("not ok 1 - uses the number"));
  EXPECT_THAT(run, Not(HasSubstr("uses the worker")));

  folder_.Write("number.js", "export const number = ;\n");
  run = NextRun();
  EXPECT_THAT(run, HasSubstr("number.js:1"));

  folder_.Write("number.js", "export const number = 1;\n");
  run = NextRun();
  EXPECT_THAT(run, HasSubstr("ok 1 - uses the number"));

  // Renamed over it, as many editors save.
  const std::string fresh =
      folder_.Write("index.js.new", "export default { fetch: () => new Response(\"one\") };\n");
  std::filesystem::rename(fresh, folder_.path() + "/index.js");
  run = NextRun();
  EXPECT_THAT(run, HasSubstr("uses the worker"));
  EXPECT_THAT(run, Not(HasSubstr("uses the number"))) << process_->err();

  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->WaitForExit(), 0) << process_->err();
}

TEST_F(TestWatchTest, RunsNewFilesAndAllWhenTheConfigurationChanges) {
  Start();
  NextRun();
  folder_.Write("deeper/c_test.js",
                "import { test } from \"sedge:test\";\ntest(\"is new\", () => {});\n");
  std::string run = NextRun();
  EXPECT_THAT(run, HasSubstr("is new"));
  EXPECT_THAT(run, Not(HasSubstr("uses the")));

  folder_.Write("wrangler.toml", "name = \"a\"\nmain = \"index.js\"\n[vars]\nWORD = \"two\"\n");
  run = NextRun();
  EXPECT_THAT(run, HasSubstr("uses the worker"));
  EXPECT_THAT(run, HasSubstr("uses the number"));
  EXPECT_THAT(run, HasSubstr("is new"));

  // In the folder itself, which no path names.
  folder_.Write("d_test.js",
                "import { test } from \"sedge:test\";\ntest(\"is at the top\", () => {});\n");
  run = NextRun();
  EXPECT_THAT(run, HasSubstr("is at the top"));
  EXPECT_THAT(run, Not(HasSubstr("uses the")));
  std::filesystem::rename(folder_.path() + "/d_test.js", folder_.path() + "/e_test.js");
  EXPECT_THAT(NextRun(), HasSubstr("is at the top"));
  process_->Signal(SIGINT);
  EXPECT_EQ(process_->WaitForExit(), 0) << process_->err();
}

TEST_F(TestWatchTest, EndsWhileTestsRun) {
  folder_.Write("c_test.js",
                "import { test } from \"sedge:test\";\ntest(\"takes long\", () => new Promise(() "
                "=> {}), 60_000);\nconsole.error(\"it runs\");\n");
  Start();
  EXPECT_TRUE(process_->WaitForLog("it runs"));
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->WaitForExit(), 1) << process_->err();
}

}  // namespace
}  // namespace sedge::e2e
