// SPDX-License-Identifier: Apache-2.0
// The test files in docs/test-library.md pass.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/file_run.h"

namespace sedge::worker {
namespace {

// The contents of the page's blocks that begin with ```js.
std::vector<std::string> Snippets(const std::string& page) {
  std::ifstream stream(std::string(SEDGE_SOURCE_DIR) + "/docs/" + page);
  std::vector<std::string> snippets;
  bool inside = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("```")) {
      inside = line == "```js";
      if (inside) snippets.emplace_back();
    } else if (inside) {
      snippets.back() += line + "\n";
    }
  }
  return snippets;
}

TEST(DocsTest, TheTestFilesOfThePagePass) {
  InitializeEngine();
  const std::vector<std::string> snippets = Snippets("test-library.md");
  EXPECT_GE(snippets.size(), 5u);
  for (const std::string& snippet : snippets) {
    FileRun run;
    run.set_source(snippet);
    const Result<test::TestTotals> totals =
        run.Run("/docs/snippet_test.js", [&](const test::TestRecord& record) {
          EXPECT_NE(record.status, test::TestStatus::kFail) << record.FullName() << "\n"
                                                            << record.message;
        });
    ASSERT_TRUE(totals.ok()) << totals.status().message() << "\n" << snippet;
    EXPECT_GT(totals->passed, 0u) << snippet;
  }
}

}  // namespace
}  // namespace sedge::worker
