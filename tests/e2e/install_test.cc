// SPDX-License-Identifier: Apache-2.0
// What `cmake --install` gives, as a project outside the tree uses it: tools/fixture/example is
// configured, built and run with the installed program and fixtures.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/e2e/harness/child_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {
namespace {

constexpr int kBuildMs = 240'000;

// Runs a shell script that shall succeed.
void Shell(const std::string& script) {
  ChildProcess process({"bash", "-c", "exec 2>&1; set -e; unset SEDGE_BINARY; " + script});
  const std::optional<int> status = process.WaitForExit(kBuildMs);
  ASSERT_EQ(status, 0) << script << "\n" << process.out();
}

TEST(InstallTest, AProjectOutsideTheTreeTestsItsWorkerWithTheInstalledFixtures) {
  const TempFolder folder;
  const std::string prefix = folder.path() + "/prefix", project = folder.path() + "/project";
  ASSERT_NO_FATAL_FAILURE(
      Shell("cmake --install '" SEDGE_BUILD_DIR "' --prefix '" + prefix + "' >/dev/null"));
  // It is found where it is, not where it was made.
  const std::string moved = folder.path() + "/moved";
  std::filesystem::rename(prefix, moved);
  ASSERT_NO_FATAL_FAILURE(Shell("'" + moved + "/bin/sedge' version >/dev/null"));
  std::filesystem::copy(SEDGE_SOURCE_DIR "/tools/fixture/example", project,
                        std::filesystem::copy_options::recursive);
  ASSERT_NO_FATAL_FAILURE(Shell("cmake -G Ninja -S '" + project + "' -B '" + project +
                                "/build' -DCMAKE_PREFIX_PATH='" + moved + "' && cmake --build '" +
                                project + "/build'"));
  Shell("ctest --test-dir '" + project + "/build' --output-on-failure");
}

TEST(InstallTest, TheFixturesShowNothingOfV8OrRocksDb) {
  Shell("! grep -rilE 'v8\\.h|rocksdb|nlohmann|uv\\.h' '" SEDGE_SOURCE_DIR
        "/tools/fixture/include'");
}

}  // namespace
}  // namespace sedge::e2e
