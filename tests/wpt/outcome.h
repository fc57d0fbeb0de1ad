// SPDX-License-Identifier: Apache-2.0
// What tests gave, held against what is expected of them, and counted by folder.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/wpt/expectations.h"
#include "tests/wpt/test_file.h"

namespace sedge::wpt {

struct Subtest {
  enum class Status { kPass, kFail, kTimeout, kNotRun, kPreconditionFailed };
  std::string name;
  Status status = Status::kFail;
  std::string message;
};

// One run of one test.
struct Outcome {
  TestCase test;
  std::vector<Subtest> subtests = {};
  // Why the test as a whole did not come to its end ("" when it did). It counts as one more failing
  // subtest, whose name is kHarness.
  std::string harness_error = {};
  std::string skip_reason = {};  // not run at all when set
};

inline constexpr char kHarness[] = "(the test as a whole)";

// From the JSON that reporter.js makes, or from the text of what went wrong before there was any.
Outcome ParseOutcome(const TestCase& test, const std::string& json, const std::string& error);

// The names of what failed; a name that stands for several subtests is in it once.
std::map<std::string, std::string> FailuresOf(const Outcome& outcome);

// Lines that say what differs from the expectations: "unexpected FAIL url/x.any.js: name: message".
std::vector<std::string> Differences(const Outcome& outcome, const Expectations& expectations);

struct Tally {
  int passed = 0;
  int total = 0;
  int tentative_passed = 0;
  int tentative_total = 0;
  int engine_lacks = 0;  // failures for reasons of the engine: in none of the others
  int skipped_files = 0;
};
void Count(const Outcome& outcome, const Expectations& expectations, Tally& tally);

// The table that the runner prints, with its sum and the mean over folders.
std::string FormatTable(const std::vector<std::pair<std::string, Tally>>& rows);

}  // namespace sedge::wpt
