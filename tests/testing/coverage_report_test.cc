// SPDX-License-Identifier: Apache-2.0
// Which lines count as code, and what is reported of those that ran.
#include "runtime/testing/coverage_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/testing/code_spots.h"

namespace sedge::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The lines of a source that hold code.
std::vector<int> CodeLines(std::string_view source) {
  std::vector<int> lines;
  for (const CodeSpot& spot : CodeSpots(source)) {
    if (lines.empty() || lines.back() != spot.line) lines.push_back(spot.line);
  }
  return lines;
}

TEST(CodeSpotsTest, CommentsBlanksAndBracketsAreNoCode) {
  EXPECT_THAT(
      CodeLines("// one\na();\n\n/* b();\n c(); */\nif (x) {\n  d();\n} else {\n  e();\n}\n);\n"),
      ElementsAre(2, 6, 7, 9));
  EXPECT_THAT(CodeLines("#!/usr/bin/env x\na;"), ElementsAre(2));
  EXPECT_THAT(CodeLines(""), ElementsAre());
}

TEST(CodeSpotsTest, StringsTemplatesAndExpressionsHideWhatIsInThem) {
  EXPECT_THAT(CodeLines("a = \"/*\";\nb;\n"), ElementsAre(1, 2));
  EXPECT_THAT(CodeLines("a = '\\'//';\n}\n"), ElementsAre(1));
  EXPECT_THAT(CodeLines("a = `//\n${b /* c\n */ + `d${{}}`}\n`;\n// e\n}"),
              ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(CodeLines("a = /[/*]\\//.test(x);\n}\n"), ElementsAre(1));
  EXPECT_THAT(CodeLines("a = b / 2; // \"\nc = (d) / 3; /* ' */\n}\n"), ElementsAre(1, 2));
  EXPECT_THAT(CodeLines("return /\"/;\n}"), ElementsAre(1));
  EXPECT_THAT(CodeLines("'not ended\nb"), ElementsAre(1, 2));
}

TEST(CodeSpotsTest, OffsetsAreUtf16) {
  const std::vector<CodeSpot> spots = CodeSpots("\"\xc3\xa9\xf0\x9f\x98\x80\" + b\nc");
  ASSERT_EQ(spots.size(), 3u);
  EXPECT_EQ(spots[1].offset, 8u);
  EXPECT_EQ(spots[1].column, 9);
  EXPECT_EQ(spots[2].offset, 10u);
  EXPECT_EQ(spots[2].line, 2);
}

TEST(CodeSpotsTest, AnyBytesEnd) {
  const std::string alphabet = "/*'\"`${}\\\n[]() a1\xc3\xa9\xf0";
  uint32_t seed = 1;
  for (int round = 0; round < 20000; ++round) {
    std::string source;
    for (int i = 0; i < 24; ++i) {
      seed = seed * 1664525 + 1013904223;
      source += alphabet[(seed >> 16) % alphabet.size()];
    }
    uint32_t last = 0;
    for (const CodeSpot& spot : CodeSpots(source)) {
      ASSERT_GE(spot.offset, last) << source;
      ASSERT_LE(spot.offset, 2 * source.size()) << source;
      last = spot.offset;
    }
  }
}

script::ScriptCoverage Script(std::string text, std::vector<script::FunctionCoverage> functions) {
  return {"/project/src/a.js", std::move(text), std::move(functions)};
}

TEST(CoverageReportTest, TheInnermostRangeDecides) {
  CoverageReport report("/project");
  const std::string text =
      "f(1);\nfunction f(x) {\n  if (x) {\n    a();\n  } else {\n    b();\n  }\n}\n";
  const auto at = [&](std::string_view part) { return static_cast<uint32_t>(text.find(part)); };
  const auto size = static_cast<uint32_t>(text.size());
  report.Add(
      Script(text, {{"", {{0, size, 1}}},
                    {"f", {{at("function"), size - 1, 3}, {at(" else"), at("  }\n}\n") + 3, 0}}}}));
  EXPECT_EQ(report.Lcov(),
            "TN:\nSF:src/a.js\nFN:2,f\nFNDA:3,f\nFNF:1\nFNH:1\n"
            "DA:1,1\nDA:2,3\nDA:3,3\nDA:4,3\nDA:6,0\nLF:5\nLH:4\nend_of_record\n");
  EXPECT_EQ(report.Table(),
            "File      | % Lines | % Funcs | Lines that did not run\n"
            "----------|---------|---------|-----------------------\n"
            "src/a.js  |    80.0 |   100.0 | 6\n"
            "----------|---------|---------|-----------------------\n"
            "All files |    80.0 |   100.0 |\n");
  EXPECT_EQ(report.LinePercent(), 80);
}

TEST(CoverageReportTest, FunctionsOfOneNameAreTold) {
  CoverageReport report("/project");
  const std::string text = "f(); g(); h();\nf(); i();\n";
  const auto twice = [&] {
    report.Add(Script(text, {{"", {{0, 25, 1}}},
                             {"f", {{0, 3, 1}}},
                             {"", {{5, 8, 2}}},
                             {"", {{10, 13, 3}}},
                             {"f", {{15, 18, 4}}},
                             {"f", {{20, 23, 0}}}}));
  };
  twice();
  twice();
  EXPECT_THAT(report.Lcov(),
              HasSubstr("FN:1,(anonymous_0)\nFN:1,(anonymous_1)\nFN:1,f\nFN:2,f_2\nFN:2,f_3\n"
                        "FNDA:4,(anonymous_0)\nFNDA:6,(anonymous_1)\nFNDA:2,f\nFNDA:8,f_2\n"
                        "FNDA:0,f_3\nFNF:5\nFNH:4\n"));
}

TEST(CoverageReportTest, ScriptsOfSeveralIsolatesAddUp) {
  CoverageReport report("/project");
  report.Add(Script("a();\nb();\n", {{"", {{0, 10, 1}, {5, 10, 0}}}}));
  report.Add(Script("a();\nb();\n", {{"", {{0, 10, 2}}}}));
  EXPECT_THAT(report.Lcov(), HasSubstr("DA:1,3\nDA:2,2\n"));
}

TEST(CoverageReportTest, MappedScriptsCountForTheirSources) {
  CoverageReport report("/project");
  report.Add(Script("helper();\na();\nb();\n", {{"", {{0, 20, 1}, {15, 19, 0}}}}),
             [](int line, int) -> std::optional<CoverageReport::Place> {
               if (line == 1) return std::nullopt;
               return CoverageReport::Place{"/project/src/a.ts", line * 10};
             });
  const std::string lcov = report.Lcov();
  EXPECT_THAT(lcov, HasSubstr("SF:src/a.ts\n"));
  EXPECT_THAT(lcov, HasSubstr("DA:20,1\nDA:30,0\nLF:2\n"));
}

TEST(CoverageReportTest, MissedLinesAreRunsOfThem) {
  CoverageReport report("/");
  report.Add(Script("a;\n// no code\nb;\nc;\nd;\n", {{"", {{0, 30, 0}, {17, 18, 1}}}}));
  EXPECT_THAT(report.Table(), HasSubstr("| 1-3,5\n"));
  EXPECT_THAT(CoverageReport("/").Table(), HasSubstr("All files |       - |       - |\n"));
}

}  // namespace
}  // namespace sedge::test
