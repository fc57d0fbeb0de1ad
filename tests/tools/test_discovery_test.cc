// SPDX-License-Identifier: Apache-2.0
// Which files are tests, and which worker is theirs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/e2e/harness/temp_folder.h"
#include "tools/test/discovery.h"

namespace sedge::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TestDiscoveryTest, KnowsTestsByTheirNames) {
  for (const char* name : {"a.test.js", "a_test.js", "a.test.mjs", "a_test.ts", "a.spec.js",
                           "a.b.test.tsx", "x_test.jsx", "y.test.mts"}) {
    EXPECT_TRUE(IsTestFile(name)) << name;
  }
  for (const char* name : {"a.js", "test.js", "_test.js", ".test.js", "a.test.json",
                           "a.test.js.map", "contest.js", "a_test.cc", "atest.js"}) {
    EXPECT_FALSE(IsTestFile(name)) << name;
  }
}

TEST(TestDiscoveryTest, FindsTestsBelowFoldersButThoseOfOthers) {
  e2e::TempFolder folder;
  const std::string a = folder.Write("b/a_test.js", "");
  const std::string b = folder.Write("a.test.js", "");
  folder.Write("node_modules/p/p_test.js", "");
  folder.Write(".cache/c_test.js", "");
  folder.Write("b/helper.js", "");
  const auto files = FindTestFiles({folder.path()});
  ASSERT_TRUE(files.ok());
  EXPECT_THAT(*files, ElementsAre(b, a));
}

TEST(TestDiscoveryTest, TakesFilesByAnyNameAndEachOnce) {
  e2e::TempFolder folder;
  const std::string any = folder.Write("checks.js", "");
  const std::string test = folder.Write("a_test.js", "");
  const auto files = FindTestFiles({any, folder.path(), test});
  ASSERT_TRUE(files.ok());
  EXPECT_THAT(*files, ElementsAre(any, test));
}

TEST(TestDiscoveryTest, SaysThatAPathIsNotThere) {
  const auto files = FindTestFiles({"/no/such/folder"});
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(files.status().message(),
              HasSubstr("/no/such/folder: there is no such file or folder"));
}

TEST(TestDiscoveryTest, TheNearestWorkerAboveIsTheOneUnderTest) {
  e2e::TempFolder folder;
  folder.Write("wrangler.toml", "name = \"a\"\nmain = \"a.js\"\n");
  folder.Write("inner/worker.js", "");
  EXPECT_EQ(FindWorkerFolder(folder.path() + "/test/deep/x_test.js"), folder.path());
  EXPECT_EQ(FindWorkerFolder(folder.path() + "/inner/x_test.js"), folder.path());
  std::filesystem::create_directory(folder.path() + "/repository");
  std::filesystem::create_directory(folder.path() + "/repository/.git");
  folder.Write("repository/script/worker.js", "");
  EXPECT_EQ(FindWorkerFolder(folder.path() + "/repository/x_test.js"), "");
  EXPECT_EQ(FindWorkerFolder(folder.path() + "/repository/script/x_test.js"),
            folder.path() + "/repository/script");
}

}  // namespace
}  // namespace sedge::tools
