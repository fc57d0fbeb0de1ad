// SPDX-License-Identifier: Apache-2.0
// The npm package (tools/npm) as its users have it: packed by npm, unpacked as node_modules/sedge,
// under node:test, vitest, jest and tsc. Skipped, with the reason, where Node or npm is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/shell.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

constexpr int kMinNodeMajor = 20;
constexpr int kSkipped = 77;

class NpmTest : public testing::Test {
 protected:
  void SetUp() override {
    const ShellOutcome node = RunShell("node --version");
    if (node.status != 0) GTEST_SKIP() << "node is not installed";
    if (std::stoi(node.output.substr(1)) < kMinNodeMajor) {
      GTEST_SKIP() << "node " << node.output << " is too old: the package needs " << kMinNodeMajor;
    }
    if (RunShell("command -v npm").status != 0) GTEST_SKIP() << "npm is not installed";
    const ShellOutcome packed =
        Shell("npm pack --silent --offline --cache '" + folder_.path() +
              "/cache' '" SEDGE_SOURCE_DIR
              "/tools/npm' && mkdir -p node_modules && tar -xzf sedge-*.tgz && mv package "
              "node_modules/sedge && cp -r '" SEDGE_SOURCE_DIR "/tests/e2e/npm/.' .");
    ASSERT_EQ(packed.status, 0) << packed.output;
  }

  // In the folder of the test, where the package is.
  ShellOutcome Shell(const std::string& command) {
    return RunShell("cd '" + folder_.path() + "' && export SEDGE_BINARY='" +
                    SedgeProcess::SedgeBinary() + "' NO_COLOR=1 CI=1 && unset NODE_OPTIONS && " +
                    command);
  }
  // Puts packages of the registry beside ours. False (and the test is skipped) where they cannot be
  // installed.
  void Install(const std::string& name, const std::string& packages) {
    const ShellOutcome installed =
        RunShell(SEDGE_SOURCE_DIR "/tests/e2e/clients/npm_cache.sh " + name + " " + packages);
    if (installed.status == kSkipped) GTEST_SKIP() << installed.output;
    ASSERT_EQ(installed.status, 0) << installed.output;
    const ShellOutcome linked = Shell("ln -s '" + installed.output +
                                      "'/node_modules/* node_modules/ && "
                                      "ln -s '" +
                                      installed.output + "/node_modules/.bin' node_modules/");
    ASSERT_EQ(linked.status, 0) << linked.output;
  }
  static bool HasStopped() { return IsSkipped() || HasFatalFailure(); }

  TempFolder folder_;
};

TEST_F(NpmTest, ThePackageHasItsFilesAndNoOthers) {
  const ShellOutcome files = Shell("cd node_modules/sedge && find . -maxdepth 1 | sort | xargs");
  EXPECT_EQ(files.output,
            ". ./LICENSE ./README.md ./index.d.mts ./index.d.ts ./index.js ./index.mjs ./lib "
            "./package.json");
}

TEST_F(NpmTest, WorksUnderNodesTestRunner) {
  const ShellOutcome outcome =
      Shell("node --test worker_test.mjs kv_test.mjs admin_client_test.cjs");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST_F(NpmTest, NothingOutlivesWhoStartedIt) {
  const ShellOutcome outcome = Shell("node --test orphan_test.mjs");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST_F(NpmTest, WorksInVitest) {
  Install("vitest-3.2.7", "vitest@3.2.7");
  if (HasStopped()) return;
  folder_.Write("vitest.config.mjs",
                "export default { test: { include: ['sample.vitest.mjs'] } };\n");
  for (const std::string pool : {"forks", "threads"}) {
    const ShellOutcome outcome = Shell("node node_modules/vitest/vitest.mjs run --pool " + pool);
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("2 passed"));
  }
}

TEST_F(NpmTest, WorksInJest) {
  Install("jest-30.5.2", "jest@30.5.2");
  if (HasStopped()) return;
  folder_.Write("jest.config.json", R"({"testMatch": ["**/sample.jest.js"], "watchman": false})");
  const ShellOutcome outcome = Shell("node node_modules/jest/bin/jest.js --detectOpenHandles");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("3 passed"));
}

TEST_F(NpmTest, TheSnippetsOfTheReadmeWork) {
  std::ifstream file(SEDGE_SOURCE_DIR "/tools/npm/README.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string page = text.str();
  const std::string before = "<!-- tested: ";
  int count = 0;
  for (size_t at = page.find(before); at != std::string::npos; at = page.find(before, at + 1)) {
    const size_t start = page.find("```js\n", at) + 6;
    folder_.Write("snippet.mjs", page.substr(start, page.find("```", start) - start));
    const ShellOutcome outcome = Shell("node snippet.mjs");
    EXPECT_EQ(outcome.status, 0) << page.substr(at, 40) << "\n" << outcome.output;
    ++count;
  }
  EXPECT_EQ(count, 3);
}

TEST_F(NpmTest, IsInstalledFromACheckoutAsTheReadmeSays) {
  const ShellOutcome outcome = Shell(
      "mkdir project && cd project && npm install --offline --no-audit --no-fund --save-dev "
      "'" SEDGE_SOURCE_DIR
      "/tools/npm' --cache ../cache && node --input-type=module -e "
      "'import { startWorker } from \"sedge\"; const w = await startWorker({ script: "
      "\"export default { fetch() { return new Response(); } }\" }); await w.stop();'");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST_F(NpmTest, TheTypesAreRight) {
  Install("typescript-5.9.3", "typescript@5.9.3 @types/node@20.19.43");
  if (HasStopped()) return;
  const ShellOutcome outcome = Shell(
      "node node_modules/typescript/bin/tsc --strict --noEmit --target es2022 --module nodenext "
      "--lib es2022,esnext.disposable --types node types.ts types_cjs.cts");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

}  // namespace
}  // namespace sedge::e2e
