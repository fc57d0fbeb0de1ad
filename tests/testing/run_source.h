// SPDX-License-Identifier: Apache-2.0
// Runs a test file that is given as a text, and keeps what its tests became.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/file_run.h"

namespace sedge::worker {

using test::TestRecord;
using test::TestStatus;

struct Outcome {
  std::vector<TestRecord> records;
  test::TestTotals totals;
  std::string error;  // of loading

  // "pass suite > name", one for each record
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const TestRecord& record : records) {
      const char* words[] = {"pass ", "fail ", "skip ", "todo "};
      lines.push_back(words[static_cast<int>(record.status)] + record.FullName());
    }
    return lines;
  }
  const TestRecord& Named(std::string_view name) const {
    for (const TestRecord& record : records) {
      if (record.FullName() == name) return record;
    }
    static const TestRecord kNone;
    ADD_FAILURE() << "no record of " << name;
    return kNone;
  }
  // What console.log printed during the test of that name.
  std::string Output(std::string_view name) const {
    std::string text;
    for (const test::ConsoleLine& line : Named(name).output) text += line.text + ";";
    return text;
  }
};

inline Outcome RunSource(std::string source, test::TestOptions options = {}, bool loads = true) {
  InitializeEngine();
  FileRun file(std::move(options));
  file.set_source(
      R"(import { test, describe, expect, beforeAll, beforeEach, afterEach, afterAll } from "sedge:test";)"
      "\n" +
      source);
  Outcome run;
  const Result<test::TestTotals> totals = file.Run(
      "/tests/sample_test.js", [&](const TestRecord& record) { run.records.push_back(record); });
  if (totals.ok()) {
    run.totals = *totals;
  } else {
    run.error = totals.status().message();
  }
  if (loads) {
    EXPECT_EQ(run.error, "");
  }
  return run;
}

}  // namespace sedge::worker
