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

using ::testing::AnyOf;
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
  // Another file renamed over it, as many editors save: it is whole at every moment.
  void Save(const std::string& name, const std::string& text) {
    const std::string fresh = folder_.Write(".saved", text);
    std::filesystem::create_directories(
        std::filesystem::path(folder_.path() + "/" + name).parent_path());
    std::filesystem::rename(fresh, folder_.path() + "/" + name);
  }
  // What was printed since the last call, up to the end of a run that printed `text`.
  std::string RunWith(const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    for (;;) {
      const std::string part = process_->out().substr(shown_);
      const size_t found = part.find(text);
      const size_t end = found == std::string::npos ? found : part.find("# todo ", found);
      if (end != std::string::npos) {
        shown_ += end;
        return part.substr(0, end);
      }
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "nothing printed " << text << "\n" << part << process_->err();
        return "";
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  TempFolder folder_;
  std::unique_ptr<SedgeProcess> process_;
  size_t shown_ = 0;
};

TEST_F(TestWatchTest, RunsWhatAChangeConcerns) {
  Start();
  EXPECT_THAT(RunWith("uses the number"), HasSubstr("uses the worker"));

  Save("index.js", "export default { fetch: () => new Response(\"one\") };\n");
  EXPECT_THAT(RunWith("uses the worker"), Not(HasSubstr("uses the number")));

  Save("number.js", "export const number = 2;\n");
  RunWith("not ok 1 - uses the number");

  Save("number.js", "export const number = ;\n");
  RunWith("number.js:1");

  Save("number.js", "export const number = 1;\n");
  RunWith(" ok 1 - uses the number");

  // In place, as others save.
  folder_.Write("number.js", "export const number = 1; // and more\n");
  RunWith("uses the number");

  process_->Signal(SIGTERM);
  // 1 when a run was under way: a save may be told of twice.
  EXPECT_THAT(process_->WaitForExit(), AnyOf(0, 1)) << process_->err();
}

TEST_F(TestWatchTest, RunsNewFilesAndAllWhenTheConfigurationChanges) {
  Start();
  RunWith("uses the number");
  Save("deeper/c_test.js", "import { test } from \"sedge:test\";\ntest(\"is new\", () => {});\n");
  EXPECT_THAT(RunWith("is new"), Not(HasSubstr("uses the")));

  Save("wrangler.toml", "name = \"a\"\nmain = \"index.js\"\n[vars]\nWORD = \"two\"\n");
  const std::string run = RunWith("is new");
  EXPECT_THAT(run, HasSubstr("uses the worker"));
  EXPECT_THAT(run, HasSubstr("uses the number"));

  // In the folder itself, which no path names.
  Save("d_test.js", "import { test } from \"sedge:test\";\ntest(\"is at the top\", () => {});\n");
  EXPECT_THAT(RunWith("is at the top"), Not(HasSubstr("uses the")));
  process_->Signal(SIGINT);
  // 1 when a run was under way: a save may be told of twice.
  EXPECT_THAT(process_->WaitForExit(), AnyOf(0, 1)) << process_->err();
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
