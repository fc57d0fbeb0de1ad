// SPDX-License-Identifier: Apache-2.0
// The runner itself: its parts, and the whole of it over a small suite made here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/child_process.h"
#include "tests/e2e/harness/temp_folder.h"
#include "tests/wpt/expectations.h"
#include "tests/wpt/outcome.h"
#include "tests/wpt/script_builder.h"
#include "tests/wpt/test_file.h"
#include "tests/wpt/url_query.h"
#include "tests/wpt/wpt_pipes.h"

namespace sedge::wpt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

TEST(WptTestFileTest, ReadsWhatAHeadAsksFor) {
  const auto cases =
      ParseTestFile("a/b/x.any.js",
                    "// META: title=some\n// META: script=res/one.js\r\n"
                    "// META: script=/common/two.js\n// META: timeout=long\n"
                    "// META: variant=?1\n// META: variant=?2\n\n// META: script=no.js\n");
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[0].id(), "a/b/x.any.js?1");
  EXPECT_EQ(cases[1].id(), "a/b/x.any.js?2");
  EXPECT_THAT(cases[0].scripts, ElementsAre("a/b/res/one.js", "common/two.js"));
  EXPECT_TRUE(cases[0].long_timeout);
  EXPECT_FALSE(cases[0].tentative);
}

TEST(WptTestFileTest, ReadsWhatAWorkerScriptImports) {
  const auto cases =
      ParseTestFile("a/x.tentative.worker.js",
                    "importScripts('/resources/testharness.js', \"../c/d.js\");\ndone();");
  ASSERT_EQ(cases.size(), 1u);
  EXPECT_THAT(cases[0].scripts, ElementsAre("c/d.js"));
  EXPECT_TRUE(cases[0].tentative);
  EXPECT_TRUE(cases[0].is_worker_script);
}

TEST(WptScriptTest, SubstitutesWhatTheServerWould) {
  EXPECT_EQ(Substitute("{{host}}:{{ports[http][0]}},{{ports[http][1]}} {{domains[www]}} {{open",
                       {80, 81}, "a"),
            "localhost:80,81 127.0.0.1 {{open");
  EXPECT_EQ(Substitute("{{ports[https][0]}} {{location[server]}}", {80, 81, 82, 83}, "a"),
            "82 http://localhost:80");
  EXPECT_EQ(NamePorts("http://localhost:80/ https://x:83/8180", {80, 81, 82, 83}),
            "http://localhost:{{ports[http][0]}}/ https://x:{{ports[https][1]}}/8180");
}

TEST(WptPipesTest, AddsHeadersAndSetsTheStatus) {
  const e2e::ServerResponse response =
      Piped({.headers = {{"X-A", "0"}}},
            "header(x-a,1)|header(x-b,2\\,3)|header(x-b,4,True)|status(404)|sub");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.headers,
              ElementsAre(Pair("x-a", "1"), Pair("x-b", "2,3"), Pair("x-b", "4")));
}

TEST(WptQueryTest, DecodesParameters) {
  const UrlQuery query("a=1&b=x%20y+z&c&a=2");
  EXPECT_EQ(query.Get("a"), "1");
  EXPECT_EQ(query.Get("b"), "x y z");
  EXPECT_EQ(query.Get("c"), "");
  EXPECT_EQ(query.Get("d"), std::nullopt);
  EXPECT_EQ(PercentEncode("a b/\xC3\xA9"), "a%20b%2F%C3%A9");
}

constexpr char kExpectations[] = R"({
  "folders": ["a"],
  "reasons": {"R": {"text": "why"},
    "OLD": {"text": "V8 10 does not have it", "when": "v8<11", "engine": true}},
  "skip": {"a/browser/*": "R", "a/one.any.js": "R"},
  "fail": {"a/x.any.js": {"R": ["known"], "OLD": ["old"]}}
})";

TEST(WptExpectationsTest, KnowsReasonsAndConditions) {
  const Expectations old = *Expectations::Parse(kExpectations, 10);
  EXPECT_EQ(old.SkipReason("a/browser/y.any.js"), "why");
  EXPECT_EQ(old.SkipReason("a/one.any.js?variant"), "why");
  EXPECT_EQ(old.SkipReason("a/one.any.jsx"), std::nullopt);
  EXPECT_THAT(old.ExpectedFailures("a/x.any.js"),
              ElementsAre(Pair("known", false), Pair("old", true)));
  EXPECT_THAT(Expectations::Parse(kExpectations, 11)->ExpectedFailures("a/x.any.js"),
              ElementsAre(Pair("known", false)));
}

TEST(WptExpectationsTest, RefusesWhatHasNoReason) {
  EXPECT_THAT(std::string(Expectations::Parse("[", 10).status().message()),
              HasSubstr("not a JSON object"));
  EXPECT_THAT(
      std::string(Expectations::Parse(R"({"fail": {"x": {"Q": ["s"]}}})", 10).status().message()),
      HasSubstr("x names the unknown reason \"Q\""));
  EXPECT_THAT(
      std::string(
          Expectations::Parse(R"({"reasons": {"R": {"text": ""}}})", 10).status().message()),
      HasSubstr("\"R\" has no text"));
  EXPECT_THAT(std::string(Expectations::Parse(
                              R"({"reasons": {"R": {"text": "a lack", "engine": true}}})", 10)
                              .status()
                              .message()),
              HasSubstr("\"R\" is about the engine: its text starts with \"V8 \""));
}

TEST(WptOutcomeTest, TellsWhatIsUnexpected) {
  const Expectations expectations = *Expectations::Parse(kExpectations, 11);
  TestCase test;
  test.path = "a/x.any.js";
  const auto differences = [&](const std::string& tests, int status = 0) {
    return Differences(
        ParseOutcome(test,
                     R"({"status":)" + std::to_string(status) + R"(,"tests":[)" + tests + "]}", ""),
        expectations);
  };
  EXPECT_THAT(differences(R"({"name":"known","status":1},{"name":"fine","status":0})"), IsEmpty());
  EXPECT_THAT(differences(R"({"name":"known","status":0})"),
              ElementsAre("unexpected PASS a/x.any.js: known"));
  EXPECT_THAT(differences(R"({"name":"fine","status":0})"),
              ElementsAre("expected to fail, but not there: a/x.any.js: known"));
  EXPECT_THAT(differences(R"({"name":"known","status":1},{"name":"new","status":2,"message":"m"})"),
              ElementsAre("unexpected FAIL a/x.any.js: new: m"));
  EXPECT_THAT(differences(R"({"name":"known","status":1})", 2),
              ElementsAre(HasSubstr("(the test as a whole): timeout")));
  EXPECT_THAT(Differences(ParseOutcome(test, "", "it crashed"), expectations),
              ElementsAre(HasSubstr("it crashed"), HasSubstr("known")));
}

TEST(WptOutcomeTest, CountsByFolderWithoutTentativeTests) {
  const Expectations expectations;
  TestCase test;
  Tally tally;
  Count(
      ParseOutcome(
          test,
          R"({"status":0,"tests":[{"name":"a","status":0},{"name":"b","status":1},{"name":"c","status":4}]})",
          ""),
      expectations, tally);
  test.tentative = true;
  Count(ParseOutcome(test, R"({"status":0,"tests":[{"name":"a","status":0}]})", ""), expectations,
        tally);
  EXPECT_EQ(tally.passed, 1);
  EXPECT_EQ(tally.total, 2);
  EXPECT_EQ(tally.tentative_total, 1);
  Tally whole{.passed = 4, .total = 4};
  EXPECT_THAT(FormatTable({{"a", tally}, {"b", whole}}), HasSubstr("mean over 2 folders: 75.00 %"));
}

TEST(WptOutcomeTest, CountsWhatTheEngineLacksApart) {
  TestCase test;
  test.path = "a/x.any.js";
  const std::string one_of_each =
      R"({"status":0,"tests":[{"name":"known","status":1},{"name":"old","status":1},{"name":"c","status":0}]})";
  Tally old;
  Count(ParseOutcome(test, one_of_each, ""), *Expectations::Parse(kExpectations, 10), old);
  EXPECT_EQ(old.passed, 1);
  EXPECT_EQ(old.total, 2);
  EXPECT_EQ(old.engine_lacks, 1);
  EXPECT_THAT(FormatTable({{"a", old}}), HasSubstr("engine lacks"));
  Tally young;  // where the reason does not hold it is a failure as any other
  Count(ParseOutcome(test, one_of_each, ""), *Expectations::Parse(kExpectations, 11), young);
  EXPECT_EQ(young.total, 3);
  EXPECT_EQ(young.engine_lacks, 0);
}

// A stand-in for testharness.js with what the runner needs of it.
constexpr char kHarnessScript[] = R"(
  const tests = [];
  let callback;
  globalThis.add_completion_callback = (fn) => { callback = fn; };
  globalThis.setup = globalThis.done = () => {};
  globalThis.timeout = () => callback(tests, { status: 2, message: "" });
  globalThis.promise_test = (fn, name) => {
    const test = { name, status: 3, message: "" };
    tests.push(test);
    Promise.resolve().then(fn).then(() => { test.status = 0; }, (e) => { test.status = 1; test.message = String(e); })
      .then(() => { if (tests.every((t) => t.status !== 3)) callback(tests, { status: 0 }); });
  };
)";

class WptRunnerTest : public testing::Test {
 protected:
  WptRunnerTest() {
    suite_.Write("resources/testharness.js", kHarnessScript);
    suite_.Write("a/data.json", R"({"n": 5})");
    suite_.Write("a/helper.js", "function five() { return 5; }\n");
  }
  // Runs the suite; gives its exit status and puts what it printed into out_.
  int Run(const std::string& expectations, std::vector<std::string> more = {}) {
    suite_.Write("expectations.json", expectations);
    std::vector<std::string> command = {SEDGE_WPT_RUNNER, "--wpt", suite_.path(), "--expectations",
                                        suite_.path() + "/expectations.json"};
    command.insert(command.end(), more.begin(), more.end());
    e2e::ChildProcess process(command);
    const int status = process.WaitForExit().value_or(-1);
    out_ = process.out() + process.err();
    return status;
  }

  e2e::TempFolder suite_;
  std::string out_;
};

constexpr char kPlain[] = R"({"folders": ["a"], "reasons": {"R": {"text": "why"}}})";

TEST_F(WptRunnerTest, RunsTestsInTheRealBinary) {
  suite_.Write("a/good.any.js",
               "// META: script=helper.js\n"
               "promise_test(async () => { const { n } = await (await fetch('data.json')).json();\n"
               "if (n !== globalThis.five()) throw new Error('not ' + n); }, 'relative fetch');\n"
               "promise_test(async () => { if (location.pathname !== '/a/good.any.worker.html') "
               "throw location; }, 'location');");
  EXPECT_EQ(Run(kPlain), 0) << out_;
  EXPECT_THAT(out_, HasSubstr("2 / 2"));
}

TEST_F(WptRunnerTest, ServesOverTlsAndAsIs) {
  suite_.Write("a/raw.asis", "HTTP/1.1 201 Raw\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\n\r\nhi");
  suite_.Write(
      "a/served.sub.any.js",
      "promise_test(async () => { const response = await "
      "fetch('https://{{host}}:{{ports[https][1]}}"
      "/a/data.json?pipe=header(x-b,3)'); const { n } = await response.json();\n"
      "if (n !== 5 || response.headers.get('x-b') !== '3') throw new Error('wrong'); }, 'TLS');\n"
      "promise_test(async () => { const response = await fetch('raw.asis');\n"
      "const got = `${response.status} ${response.headers.get('x-a')} ${await response.text()}`;\n"
      "if (got !== '201 1, 2 hi') throw new Error(got); }, 'as is');");
  EXPECT_EQ(Run(kPlain), 0) << out_;
  EXPECT_THAT(out_, HasSubstr("2 / 2"));
}

TEST_F(WptRunnerTest, FailsOnAnUnexpectedFailureAndOnAnUnexpectedPass) {
  suite_.Write("a/mixed.any.js",
               "promise_test(async () => {}, 'good');\n"
               "promise_test(async () => { throw new Error('wrong'); }, 'bad');");
  EXPECT_EQ(Run(kPlain), 1);
  EXPECT_THAT(out_, HasSubstr("unexpected FAIL a/mixed.any.js: bad: Error: wrong"));
  const std::string start =
      R"({"folders": ["a"], "reasons": {"R": {"text": "why"}}, "fail": {"a/mixed.any.js": {"R": [)";
  EXPECT_EQ(Run(start + R"("bad"]}}})"), 0) << out_;
  EXPECT_EQ(Run(start + R"("bad", "good"]}}})"), 1);
  EXPECT_THAT(out_, HasSubstr("unexpected PASS a/mixed.any.js: good"));
  EXPECT_EQ(
      Run(R"({"folders": ["a"], "reasons": {"R": {"text": "why"}}, "skip": {"a/mixed.any.js": "R"}})"),
      0)
      << out_;
  EXPECT_THAT(out_, HasSubstr("0 of 1 tests"));
}

TEST_F(WptRunnerTest, AScriptThatDoesNotParseFails) {
  suite_.Write("a/broken.any.js", "this is no script");
  EXPECT_EQ(Run(kPlain), 1);
  EXPECT_THAT(out_, HasSubstr("it does not start"));
}

TEST_F(WptRunnerTest, SaysWhyItDoesNotRun) {
  e2e::ChildProcess process({"/usr/bin/env", "-u", "SEDGE_WPT_DIR", SEDGE_WPT_RUNNER});
  EXPECT_EQ(process.WaitForExit(), 77);
  EXPECT_THAT(process.out(), HasSubstr("skipped: there is no checkout"));
  EXPECT_EQ(Run(kPlain, {"--engine", "none"}), 2);
  EXPECT_THAT(out_, HasSubstr("--engine none is unknown"));
  EXPECT_EQ(Run(kPlain, {"nowhere"}), 2);
  EXPECT_THAT(out_, HasSubstr("no test was found"));
}

}  // namespace
}  // namespace sedge::wpt
