// SPDX-License-Identifier: Apache-2.0
// docs/testing.md: the files that it shows are written, each under the name in its first line, and
// what it says of them is what `sedge test` does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"
#include "tests/support/markdown_blocks.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

constexpr int kDeadlineMs = 120'000;

TEST(TestingDocTest, WhatItShowsRuns) {
  const std::vector<MarkdownBlock> snippets =
      ReadMarkdownBlocks(SEDGE_SOURCE_DIR "/docs/testing.md");
  TempFolder folder;
  int tests = 0, commands = 0;
  for (const MarkdownBlock& snippet : snippets) {
    if (const std::string name = snippet.FileName(); !name.empty()) {
      folder.Write(name, snippet.text);
      tests += name.ends_with(".test.js");
    } else if (snippet.language == "console") {
      ++commands;
      std::istringstream lines(snippet.text);
      std::string command, line;
      std::getline(lines, command);
      ASSERT_EQ(command, "$ sedge test");
      SedgeProcess process({"test"}, folder.path());
      EXPECT_EQ(process.WaitForExit(kDeadlineMs), 0) << process.out() << process.err();
      while (std::getline(lines, line)) EXPECT_THAT(process.out(), HasSubstr(line));
    }
  }
  EXPECT_GE(tests, 5);
  EXPECT_GE(commands, 1);
  SedgeProcess all({"test"}, folder.path());
  EXPECT_EQ(all.WaitForExit(kDeadlineMs), 0) << all.out() << all.err();
  EXPECT_THAT(all.out(), HasSubstr(" Files " + std::to_string(tests) + " passed"));
}

}  // namespace
}  // namespace sedge::e2e
