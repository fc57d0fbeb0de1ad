// SPDX-License-Identifier: Apache-2.0
#include "tests/wpt/outcome.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace sedge::wpt {
namespace {

bool Failed(const Subtest& subtest) {
  return subtest.status != Subtest::Status::kPass &&
         subtest.status != Subtest::Status::kPreconditionFailed;
}

const char* HarnessStatus(int status) {
  switch (status) {
    case 1: return "harness error";
    case 2: return "timeout";
    default: return "precondition failed";
  }
}

std::string Row(const std::string& name, const Tally& tally) {
  char line[200];
  const double percent = tally.total == 0 ? 100 : 100.0 * tally.passed / tally.total;
  std::snprintf(line, sizeof line, "%-32s %7d / %-7d %6.2f %%   %6d / %-6d  %9d  %9d\n",
                name.c_str(), tally.passed, tally.total, percent, tally.tentative_passed,
                tally.tentative_total, tally.engine_lacks, tally.skipped_files);
  return line;
}

}  // namespace

Outcome ParseOutcome(const TestCase& test, const std::string& text, const std::string& error) {
  Outcome outcome{.test = test, .harness_error = error};
  if (!error.empty()) return outcome;
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    outcome.harness_error = "the answer is not JSON: " + text.substr(0, 200);
    return outcome;
  }
  for (const auto& item : json.value("tests", nlohmann::json::array())) {
    outcome.subtests.push_back({item.value("name", ""),
                                static_cast<Subtest::Status>(item.value("status", 1)),
                                item.value("message", "")});
  }
  const int status = json.value("status", 1);
  if (status == 1 || status == 2) {
    outcome.harness_error = std::string(HarnessStatus(status)) + ": " + json.value("message", "");
  } else if (outcome.subtests.empty() && status == 0) {
    outcome.harness_error = "it has no subtests";
  }
  return outcome;
}

std::map<std::string, std::string> FailuresOf(const Outcome& outcome) {
  std::map<std::string, std::string> failures;
  for (const Subtest& subtest : outcome.subtests) {
    if (Failed(subtest)) failures[subtest.name] = subtest.message;
  }
  if (!outcome.harness_error.empty()) failures[kHarness] = outcome.harness_error;
  return failures;
}

std::vector<std::string> Differences(const Outcome& outcome, const Expectations& expectations) {
  std::vector<std::string> lines;
  const std::string id = outcome.test.id();
  const std::map<std::string, std::string> failures = FailuresOf(outcome);
  const std::map<std::string, bool> expected = expectations.ExpectedFailures(id);
  for (const auto& [name, message] : failures) {
    if (!expected.contains(name))
      lines.push_back("unexpected FAIL " + id + ": " + name + ": " + message);
  }
  for (const auto& [name, is_engine] : expected) {
    if (failures.contains(name)) continue;
    const bool ran =
        name == kHarness ||
        std::any_of(outcome.subtests.begin(), outcome.subtests.end(),
                    [&name = name](const Subtest& subtest) { return subtest.name == name; });
    lines.push_back((ran ? "unexpected PASS " : "expected to fail, but not there: ") + id + ": " +
                    name);
  }
  return lines;
}

void Count(const Outcome& outcome, const Expectations& expectations, Tally& tally) {
  if (!outcome.skip_reason.empty()) {
    ++tally.skipped_files;
    return;
  }
  int& passed = outcome.test.tentative ? tally.tentative_passed : tally.passed;
  int& total = outcome.test.tentative ? tally.tentative_total : tally.total;
  const std::map<std::string, bool> expected = expectations.ExpectedFailures(outcome.test.id());
  const auto count_failure = [&](const std::string& name) {
    const auto found = expected.find(name);
    ++(found != expected.end() && found->second ? tally.engine_lacks : total);
  };
  for (const Subtest& subtest : outcome.subtests) {
    if (subtest.status == Subtest::Status::kPreconditionFailed) continue;
    if (Failed(subtest)) {
      count_failure(subtest.name);
    } else {
      ++passed;
      ++total;
    }
  }
  if (!outcome.harness_error.empty()) count_failure(kHarness);
}

std::string FormatTable(const std::vector<std::pair<std::string, Tally>>& rows) {
  std::string table =
      "folder                            passed / total              tentative     "
      "engine lacks  skipped files\n";
  Tally sum;
  double mean = 0;
  int folders = 0;
  for (const auto& [name, tally] : rows) {
    table += Row(name, tally);
    sum.passed += tally.passed;
    sum.total += tally.total;
    sum.tentative_passed += tally.tentative_passed;
    sum.tentative_total += tally.tentative_total;
    sum.engine_lacks += tally.engine_lacks;
    sum.skipped_files += tally.skipped_files;
    if (tally.total == 0) continue;
    mean += 100.0 * tally.passed / tally.total;
    ++folders;
  }
  table += Row("all", sum);
  char line[100];
  std::snprintf(line, sizeof line, "mean over %d folders: %.2f %%\n", folders,
                folders == 0 ? 0 : mean / folders);
  return table + line;
}

}  // namespace sedge::wpt
