// SPDX-License-Identifier: Apache-2.0
// The fixture of tests that bundle with the real esbuild: installs it with npm into the cache,
// once. They are skipped, with the reason, where it cannot be installed.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/harness/project.h"
#include "tests/e2e/harness/shell.h"

namespace sedge::e2e {

class BundleTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto [status, said] = RunShell(SEDGE_SOURCE_DIR "/tests/e2e/clients/install_esbuild.sh");
    (status == 0 ? packages_ : reason_) = said;
    EXPECT_TRUE(status == 0 || status == 77) << said;
  }
  void SetUp() override {
    if (packages_.empty()) GTEST_SKIP() << reason_;
  }

  // The project sees the installed packages as its own.
  static void Install(const std::string& folder) {
    std::filesystem::create_directory_symlink(packages_ + "/node_modules",
                                              folder + "/node_modules");
  }
  // What `sedge ARGS`, which ends by itself, prints in the project.
  static std::string Run(Project& project, std::vector<std::string> args, int status) {
    SedgeProcess process(std::move(args), project.folder().path());
    EXPECT_EQ(process.WaitForExit(60'000), status) << process.out() << process.err();
    return process.out() + process.err();
  }

 private:
  static inline std::string packages_;
  static inline std::string reason_;
};

}  // namespace sedge::e2e
