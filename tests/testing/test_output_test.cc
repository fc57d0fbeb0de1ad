// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/test_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::test {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Texts(TestOutput& output) {
  std::vector<std::string> texts;
  for (const ConsoleLine& line : output.Take()) texts.push_back(line.level + " " + line.text);
  return texts;
}

TestRecord RecordOf(std::vector<std::string> path) {
  TestRecord record;
  record.path = std::move(path);
  return record;
}

TEST(TestOutputTest, IsThatOfTheTestThatRunsWithAllItsAttempts) {
  TestOutput output;
  output.Begin(JoinPath({"suite", "a"}));
  output.Add(1, "first attempt");
  output.Begin(JoinPath({"suite", "a"}));
  output.Add(4, "second attempt");
  output.End(RecordOf({"suite", "a", "a test in it"}));
  EXPECT_THAT(Texts(output), ElementsAre("log first attempt", "error second attempt"));
  output.Add(1, "more");
  output.End(RecordOf({"suite", "a"}));
  output.Begin(JoinPath({"suite", "a"}));  // another test of the same name
  EXPECT_THAT(Texts(output), ElementsAre());
  output.Add(2, "x");
  output.Begin(JoinPath({"suite", "b"}));
  EXPECT_THAT(Texts(output), ElementsAre());
}

TEST(TestOutputTest, WhatIsStillToComeBelongsToIt) {
  TestOutput output;
  output.Begin("a");
  output.AddComing(1, "one");
  output.AddComing(3, "two");
  const TestOutput::Coming first = output.TakeComing();
  EXPECT_EQ(first.text, "one");
  output.Add(first.level, first.text);
  EXPECT_THAT(Texts(output), ElementsAre("log one", "warn two"));
}

TEST(TestOutputTest, KeepsSoManyLines) {
  TestOutput output;
  output.Begin("a");
  for (int i = 0; i < 1'002; ++i) output.Add(1, "line");
  output.Add(9, "no such level");
  const std::vector<std::string> texts = Texts(output);
  ASSERT_EQ(texts.size(), 1'001u);
  EXPECT_EQ(texts.back(), "info ... 3 more lines");
}

TEST(TestOutputTest, PathsAreSplitAsTheyWereJoined) {
  EXPECT_THAT(SplitPath(JoinPath({"a > b", "c"})), ElementsAre("a > b", "c"));
  EXPECT_THAT(SplitPath("a"), ElementsAre("a"));
  EXPECT_THAT(SplitPath(JoinPath({"", "c"})), ElementsAre("", "c"));
}

}  // namespace
}  // namespace sedge::test
