// SPDX-License-Identifier: Apache-2.0
// What is known not to pass, and why: tests/wpt/expectations.json. Its form is in
// tests/wpt/README.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/status.h"

namespace sedge::wpt {

class Expectations {
 public:
  // `v8_major` decides about reasons that hold only for some V8s.
  static Result<Expectations> Parse(const std::string& json, int v8_major);

  const std::vector<std::string>& folders() const { return folders_; }
  // Why a test is not run, or nullopt.
  std::optional<std::string> SkipReason(const std::string& test_id) const;
  // The subtests of a test that are expected to fail -> whether it is the JavaScript engine's
  // fault.
  std::map<std::string, bool> ExpectedFailures(const std::string& test_id) const;
  // All tests that have expected failures.
  std::vector<std::string> TestsWithFailures() const;

  struct Skip {
    std::string pattern;  // a test's id, or the start of ids with a "*" at its end
    std::string reason;
  };
  const std::vector<Skip>& skips() const { return skips_; }

 private:
  std::vector<std::string> folders_;
  std::vector<Skip> skips_;
  std::map<std::string, std::map<std::string, bool>> failures_;
};

}  // namespace sedge::wpt
