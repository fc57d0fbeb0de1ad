// SPDX-License-Identifier: Apache-2.0
// What V8 counts of scripts that ran.
#include "runtime/script/coverage.h"

#include <gtest/gtest.h>

#include "runtime/testing/coverage_report.h"
#include "tests/support/file_run.h"

namespace sedge::test {
namespace {

// Runs a test file with coverage and reports all that V8 counted.
std::string LcovOfRun(const std::string& source) {
  worker::InitializeEngine();
  worker::FileRun run;
  run.set_source(source);
  std::unique_ptr<script::Coverage> coverage;
  CoverageReport report("/tests");
  run.before = [&](script::Isolate& isolate) {
    Result<std::unique_ptr<script::Coverage>> started = script::Coverage::Start(isolate);
    ASSERT_TRUE(started.ok()) << started.status().message();
    coverage = std::move(*started);
  };
  run.after = [&](script::Isolate&) {
    const Result<std::vector<script::ScriptCoverage>> taken = coverage->Take();
    ASSERT_TRUE(taken.ok()) << taken.status().message();
    for (const script::ScriptCoverage& script : *taken) report.Add(script);
    coverage.reset();
  };
  const Result<TestTotals> totals = run.Run(
      "/tests/sample_test.js", [](const TestRecord& record) { EXPECT_EQ(record.message, ""); });
  EXPECT_TRUE(totals.ok());
  return report.Lcov();
}

TEST(CoverageTest, MayOutliveAnIsolateThatDoesNotLoad) {
  worker::InitializeEngine();
  std::unique_ptr<script::Coverage> coverage;
  worker::FileRun run;
  run.set_source("no code");
  run.before = [&](script::Isolate& isolate) {
    coverage = std::move(*script::Coverage::Start(isolate));
  };
  EXPECT_FALSE(run.Run("/tests/sample_test.js", [](const TestRecord&) {}).ok());
  ASSERT_TRUE(coverage);
  EXPECT_FALSE(coverage->Take().ok());
}

TEST(CoverageTest, V8CountsLinesBranchesAndFunctions) {
  EXPECT_EQ(LcovOfRun(R"(import { test } from "sedge:test";
function sign(x) {
  if (x < 0) {
    return -1;
  } else if (x > 0) {
    return 1;
  }
  return 0;
}
function never() {
  return 1;
}
async function later(x) {
  await null;
  for (let i = 0; i < 4; ++i) x += i;
  return x > 100 ? never() : x;
}
test("one", async () => {
  sign(1);
  sign(2);
  await later(1);
});
)"),
            R"(TN:
SF:sample_test.js
FN:2,sign
FN:10,never
FN:13,later
FN:18,(anonymous_3)
FNDA:2,sign
FNDA:0,never
FNDA:1,later
FNDA:1,(anonymous_3)
FNF:4
FNH:3
DA:1,1
DA:2,2
DA:3,2
DA:4,0
DA:5,2
DA:6,2
DA:8,0
DA:10,0
DA:11,0
DA:13,1
DA:14,1
DA:15,4
DA:16,1
DA:18,1
DA:19,1
DA:20,1
DA:21,1
LF:17
LH:13
end_of_record
)");
}

}  // namespace
}  // namespace sedge::test
