// SPDX-License-Identifier: Apache-2.0
// What runs of `sedge test` leave behind that were killed by SIGKILL: nothing, once another one
// ran.
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/test_project.h"

namespace sedge::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TestKilledTest : public TestProject {
 protected:
  TestKilledTest() {
    fs::create_directory(temporary_);
    const char* before = std::getenv("TMPDIR");
    before_ = before ? before : "";
    setenv("TMPDIR", temporary_.c_str(), 1);
  }
  ~TestKilledTest() override {
    if (before_.empty()) {
      unsetenv("TMPDIR");
    } else {
      setenv("TMPDIR", before_.c_str(), 1);
    }
  }

  std::vector<std::string> Left() const {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(temporary_)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  void WaitForFolder() const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kTestDeadlineMs);
    while (Left().empty() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  static void Kill(SedgeProcess& process) {
    process.Signal(SIGKILL);
    EXPECT_EQ(process.WaitForExit(kTestDeadlineMs), 128 + SIGKILL);
  }
  // A program in the place of esbuild.
  void InstallEsbuild(const std::string& script) {
    const std::string file = folder_.Write("node_modules/.bin/esbuild", "#!/bin/sh\n" + script);
    fs::permissions(file, fs::perms::owner_all);
  }

  const std::string temporary_ = folder_.path() + "/tmp";
  std::string before_;
};

TEST_F(TestKilledTest, TheNextRunRemovesTheKvOfOneThatWasKilled) {
  WriteProject();
  WriteTest("test/a_test.js",
            "test(\"waits\", async () => {\n"
            "  await env.KV.put(\"a\", \"b\");\n"
            "  await new Promise(() => {});\n"
            "}, 100_000);\n");
  WriteTest("test/b_test.js", "test(\"passes\", () => env.KV.put(\"a\", \"b\"));\n");
  SedgeProcess killed({"test", "test/a_test.js"}, folder_.path());
  WaitForFolder();
  const std::vector<std::string> held = Left();
  ASSERT_THAT(held, ElementsAre(HasSubstr("sedge-test-kv-")));

  Outcome run = Run({"test/b_test.js"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(Left(), held) << "the one that still runs keeps its own";
  Kill(killed);
  EXPECT_EQ(Left(), held);
  run = Run({"test/b_test.js"});
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(TestKilledTest, TheNextRunRemovesTheBundleOfOneThatWasKilled) {
  folder_.Write("wrangler.toml", "name = \"front\"\nmain = \"index.ts\"\n");
  folder_.Write("index.ts", "export default {};\n");
  WriteTest("test/a_test.js", "test(\"asks it\", () => SELF.fetch(\"/\"));\n");
  InstallEsbuild("exec sleep 1000\n");
  SedgeProcess killed({"test"}, folder_.path());
  WaitForFolder();
  Kill(killed);
  ASSERT_THAT(Left(), ElementsAre(HasSubstr("sedge-build-")));

  InstallEsbuild("exit 1\n");
  const Outcome run = Run();
  EXPECT_EQ(run.status, 1) << run.out << run.err;
  EXPECT_THAT(Left(), IsEmpty());
}

}  // namespace
}  // namespace sedge::e2e
