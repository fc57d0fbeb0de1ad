// SPDX-License-Identifier: Apache-2.0
// The test files in docs/test-library.md pass.
#include <gtest/gtest.h>

#include "tests/support/file_run.h"
#include "tests/support/markdown_blocks.h"

namespace sedge::worker {
namespace {

TEST(DocsTest, TheTestFilesOfThePagePass) {
  InitializeEngine();
  int snippets = 0;
  for (const MarkdownBlock& block : ReadMarkdownBlocks(SEDGE_SOURCE_DIR "/docs/test-library.md")) {
    if (block.language != "js") continue;
    const std::string& snippet = block.text;
    ++snippets;
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
  EXPECT_GE(snippets, 5);
}

}  // namespace
}  // namespace sedge::worker
