// SPDX-License-Identifier: Apache-2.0
// What the reporters of `sedge test` print.
#include "tools/test/reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tools/test/report_text.h"

namespace sedge::tools {
namespace {

using test::TestRecord;
using test::TestStatus;
using ::testing::HasSubstr;
using ::testing::Not;

// Every byte that can be awkward, and no UTF-8.
const std::string kHostile = std::string("<a> & \"b\" ]]> # \\ \x1b[31m \x01\x7f\r\n\t", 30) +
                             std::string(1, '\0') +
                             "\xff\xc3 \xed\xa0\x80 \xef\xbf\xbf \xf0\x9f\x98\x80";

TestRecord Passed(std::vector<std::string> path) {
  TestRecord record;
  record.path = std::move(path);
  record.duration_ms = 1.5;
  return record;
}

TestRecord Failed(std::vector<std::string> path) {
  TestRecord record = Passed(std::move(path));
  record.status = TestStatus::kFail;
  record.message = "expect(received).toBe(expected)\n\nExpected: 2\nReceived: 1\n- a\n+ b";
  record.error_name = "AssertionError";
  record.file = "a_test.js";
  record.line = 4;
  record.column = 13;
  record.code_frame = "  3 | before\n> 4 | expect(1).toBe(2);\n    |           ^";
  record.stack = "    at f (a_test.js:4:13)";
  record.output = {{"log", "printed"}, {"error", "warned"}};
  return record;
}

TestRecord Other(TestStatus status, std::string name, std::string reason) {
  TestRecord record;
  record.path = {std::move(name)};
  record.status = status;
  record.message = std::move(reason);
  return record;
}

std::string Report(ReporterKind kind, bool color = false, size_t files = 2) {
  std::ostringstream out;
  std::unique_ptr<Reporter> reporter = MakeReporter(kind, out, color);
  reporter->OnStart(files);
  reporter->OnFileStart("a_test.js");
  reporter->OnFileStart("b_test.js");
  reporter->OnTest("a_test.js", Passed({"suite", "works"}));
  reporter->OnTest("b_test.js", Passed({"other"}));
  reporter->OnTest("a_test.js", Failed({"suite", "fails"}));
  reporter->OnTest("b_test.js", Other(TestStatus::kSkip, "left out", "not today"));
  reporter->OnTest("b_test.js", Other(TestStatus::kTodo, "to come", ""));
  reporter->OnFileEnd("b_test.js", 10);
  reporter->OnFileEnd("a_test.js", 1234);
  TestSummary summary;
  summary.files_passed = 1;
  summary.files_failed = 1;
  summary.passed = 2;
  summary.failed = 1;
  summary.skipped = 1;
  summary.todo = 1;
  summary.duration_ms = 1250;
  reporter->OnEnd(summary);
  return out.str();
}

std::string ReportHostile(ReporterKind kind) {
  std::ostringstream out;
  std::unique_ptr<Reporter> reporter = MakeReporter(kind, out, false);
  reporter->OnStart(1);
  const std::string file = kHostile + "_test.js";
  reporter->OnFileStart(file);
  TestRecord record = Failed({kHostile, kHostile});
  record.message = record.code_frame = record.stack = record.error_name = record.file = kHostile;
  record.output = {{"log", kHostile}};
  reporter->OnTest(file, record);
  reporter->OnTest(file, Other(TestStatus::kSkip, kHostile, kHostile));
  reporter->OnTest(file, Other(TestStatus::kTodo, "", kHostile));
  reporter->OnFileError(file, kHostile);
  reporter->OnFileEnd(file, 1);
  reporter->OnEnd({});
  return out.str();
}

// Whether every code point is a Char of XML 1.0, references are well formed, and elements nest.
void ExpectWellFormed(const std::string& xml) {
  std::vector<std::string> open;
  for (size_t i = 0; i < xml.size(); ++i) {
    const auto c = static_cast<unsigned char>(xml[i]);
    ASSERT_TRUE(c >= 0x20 || c == '\n' || c == '\t') << "at " << i;
    if (c == '&') {
      const std::string name = xml.substr(i + 1, xml.find(';', i) - i - 1);
      ASSERT_TRUE(name == "lt" || name == "gt" || name == "amp" || name == "quot" ||
                  name == "#13" || name == "#10" || name == "#9")
          << name;
    }
    if (c != '<') continue;
    size_t end = i;
    for (bool quoted = false; end < xml.size() && (quoted || xml[end] != '>'); ++end) {
      if (xml[end] == '"') quoted = !quoted;
      ASSERT_TRUE(end == i || xml[end] != '<');
    }
    const std::string tag = xml.substr(i + 1, end - i - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag.starts_with("?")) continue;
    if (tag.starts_with("/")) {
      ASSERT_FALSE(open.empty());
      EXPECT_EQ("/" + open.back(), tag);
      open.pop_back();
    } else if (!tag.ends_with("/")) {
      open.push_back(name);
    }
  }
  EXPECT_TRUE(open.empty());
}

TEST(ReporterTest, KindsHaveNames) {
  EXPECT_EQ(ParseReporterKind("pretty"), ReporterKind::kPretty);
  EXPECT_EQ(ParseReporterKind("tap"), ReporterKind::kTap);
  EXPECT_EQ(ParseReporterKind("junit"), ReporterKind::kJunit);
  EXPECT_EQ(ParseReporterKind("dots"), std::nullopt);
}

TEST(ReporterTest, TapIsASubtestPerFile) {
  EXPECT_EQ(Report(ReporterKind::kTap), R"(TAP version 14
# Subtest: b_test.js
    ok 1 - other
      ---
      duration_ms: 1.500
      ...
    ok 2 - left out # SKIP not today
      ---
      duration_ms: 0.000
      ...
    not ok 3 - to come # TODO
      ---
      duration_ms: 0.000
      ...
    1..3
ok 1 - b_test.js
  ---
  duration_ms: 10.000
  ...
# Subtest: a_test.js
    ok 1 - suite > works
      ---
      duration_ms: 1.500
      ...
    not ok 2 - suite > fails
      ---
      duration_ms: 1.500
      message: |2-
        expect(received).toBe(expected)

        Expected: 2
        Received: 1
        - a
        + b
      severity: fail
      type: "AssertionError"
      at: "a_test.js:4:13"
      source: |2-
          3 | before
        > 4 | expect(1).toBe(2);
            |           ^
      stack: |2-
            at f (a_test.js:4:13)
      output: |2-
        log: printed
        error: warned
      ...
    1..2
not ok 2 - a_test.js
  ---
  duration_ms: 1234.000
  ...
1..2
# tests 5
# pass 2
# fail 1
# skip 1
# todo 1
)");
}

TEST(ReporterTest, TapKeepsHostileNamesOnTheirLine) {
  const std::string tap = ReportHostile(ReporterKind::kTap);
  std::istringstream lines(tap);
  for (std::string line; std::getline(lines, line);) {
    for (const char c : line) {
      EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\t') << line;
    }
  }
  EXPECT_THAT(
      tap,
      HasSubstr("not ok 1 - <a> & \"b\" ]]> \\# \\\\ \\\\x1b[31m \\\\x01\\\\x7f\\\\r\\\\n\\\\t"));
}

TEST(ReporterTest, TapSaysWhyItEndedEarly) {
  std::ostringstream out;
  std::unique_ptr<Reporter> reporter = MakeReporter(ReporterKind::kTap, out, false);
  reporter->OnStart(1);
  TestSummary summary;
  summary.bailed = true;
  reporter->OnEnd(summary);
  EXPECT_THAT(out.str(), HasSubstr("Bail out!"));
}

TEST(ReporterTest, JunitHasSumsFilesAndFailures) {
  const std::string xml = Report(ReporterKind::kJunit);
  ExpectWellFormed(xml);
  EXPECT_THAT(
      xml,
      HasSubstr(
          "<testsuites name=\"sedge test\" tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"2\" "
          "time=\"1.250000\">"));
  EXPECT_THAT(
      xml,
      HasSubstr(
          "<testsuite name=\"a_test.js\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" "
          "time=\"1.234000\">"));
  EXPECT_THAT(
      xml,
      HasSubstr("<testcase name=\"works\" classname=\"a_test.js &gt; suite\" file=\"a_test.js\" "
                "time=\"0.001500\"/>"));
  EXPECT_THAT(
      xml,
      HasSubstr("<failure message=\"expect(received).toBe(expected)\" type=\"AssertionError\">"));
  EXPECT_THAT(xml, HasSubstr("&gt; 4 | expect(1).toBe(2);"));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"not today\"/>"));
  EXPECT_THAT(xml, HasSubstr("<system-out>printed\n</system-out>"));
  EXPECT_THAT(xml, HasSubstr("<system-err>warned\n</system-err>"));
}

TEST(ReporterTest, JunitIsXmlWhateverTheNames) {
  const std::string xml = ReportHostile(ReporterKind::kJunit);
  ExpectWellFormed(xml);
  EXPECT_THAT(xml, HasSubstr("&lt;a&gt; &amp; &quot;b&quot; ]]&gt;"));
  EXPECT_THAT(xml, HasSubstr("\xf0\x9f\x98\x80"));
  EXPECT_THAT(xml, HasSubstr("<error message="));
}

TEST(ReporterTest, PrettyHasALinePerFileFailuresAndSums) {
  EXPECT_EQ(Report(ReporterKind::kPretty), R"( ✓ b_test.js (3 tests | 1 skipped | 1 todo) 10 ms
 ✗ a_test.js (2 tests | 1 failed) 1.23 s
   ✗ suite > fails

FAIL a_test.js > suite > fails
  expect(received).toBe(expected)

  Expected: 2
  Received: 1
  - a
  + b

    3 | before
  > 4 | expect(1).toBe(2);
      |           ^
    at f (a_test.js:4:13)

   console of suite > fails
     printed
     warned

 Files 1 failed, 1 passed (2)
 Tests 1 failed, 2 passed, 1 skipped, 1 todo (5)
  Time 1.25 s
)");
}

TEST(ReporterTest, PrettyListsTheTestsOfASingleFile) {
  const std::string text = Report(ReporterKind::kPretty, false, 1);
  EXPECT_THAT(text, HasSubstr("   ✓ suite > works\n"));
  EXPECT_THAT(text, HasSubstr("   ↓ left out (not today)\n"));
  EXPECT_THAT(text, HasSubstr("   □ to come (todo)\n"));
}

TEST(ReporterTest, PrettyHasColoursOnlyWhenAskedTo) {
  EXPECT_THAT(Report(ReporterKind::kPretty, false), Not(HasSubstr("\x1b")));
  const std::string text = Report(ReporterKind::kPretty, true);
  EXPECT_THAT(text, HasSubstr("\x1b[32mExpected: 2\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("\x1b[31mReceived: 1\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("\x1b[32m- a\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("\x1b[31m+ b\x1b[0m"));
}

TEST(ReporterTest, PrettyShowsFilesThatCannotBeLoaded) {
  std::ostringstream out;
  std::unique_ptr<Reporter> reporter = MakeReporter(ReporterKind::kPretty, out, false);
  reporter->OnStart(2);
  reporter->OnFileError("a_test.js", "a_test.js:1:1: SyntaxError: no");
  reporter->OnFileEnd("a_test.js", 3);
  TestSummary summary;
  summary.files_failed = 1;
  summary.errors = 1;
  reporter->OnEnd(summary);
  EXPECT_THAT(out.str(), HasSubstr(" ✗ a_test.js (could not be run) 3 ms\n"));
  EXPECT_THAT(out.str(), HasSubstr("ERROR a_test.js\n  a_test.js:1:1: SyntaxError: no\n"));
  EXPECT_THAT(out.str(), HasSubstr("Errors 1\n"));
}

// As --bail leaves one that another file's failure cut off.
TEST(ReporterTest, PrettyDoesNotTakeAFileWithoutTestsForAPassedOne) {
  std::ostringstream out;
  std::unique_ptr<Reporter> reporter = MakeReporter(ReporterKind::kPretty, out, false);
  reporter->OnStart(2);
  reporter->OnFileEnd("a_test.js", 3);
  TestSummary summary;
  summary.files_failed = 1;
  summary.files_skipped = 1;
  reporter->OnEnd(summary);
  EXPECT_THAT(out.str(), HasSubstr(" \u2193 a_test.js (0 tests) 3 ms\n"));
  EXPECT_THAT(out.str(), HasSubstr(" Files 1 failed, 1 skipped (2)\n"));
}

TEST(ReportTextTest, PlainLineEscapesWhatATerminalWouldObey) {
  EXPECT_EQ(PlainLine("a\x1b[2Jb\n\t\r\x7f"), "a\\x1b[2Jb\\n\\t\\r\\x7f");
  EXPECT_EQ(PlainLine("\xc2\x9b\xe2\x80\xa8"), "\\x9b\\u2028");
  EXPECT_EQ(PlainLine("caf\xc3\xa9 \xff"), "caf\xc3\xa9 \xEF\xBF\xBD");
  EXPECT_EQ(PlainLines("a\n\tb\x01"), "a\n\tb\\x01");
}

TEST(ReportTextTest, XmlKeepsCharactersAndReplacesWhatIsNone) {
  EXPECT_EQ(XmlText("a<b>&\"\n\r\x01"), "a&lt;b&gt;&amp;\"\n&#13;\xEF\xBF\xBD");
  EXPECT_EQ(XmlAttribute("\"\n\t"), "&quot;&#10;&#9;");
  EXPECT_EQ(XmlText("\xed\xa0\x80"),
            "\xEF\xBF\xBD");                           // a surrogate is no character
  EXPECT_EQ(XmlText("\xef\xbf\xbe"), "\xEF\xBF\xBD");  // nor is U+FFFE
}

TEST(ReportTextTest, Durations) {
  EXPECT_EQ(Duration(0.4), "0 ms");
  EXPECT_EQ(Duration(999.4), "999 ms");
  EXPECT_EQ(Duration(1000), "1.00 s");
}

}  // namespace
}  // namespace sedge::tools
