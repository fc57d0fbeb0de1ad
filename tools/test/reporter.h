// SPDX-License-Identifier: Apache-2.0
// Reporter: what `sedge test` prints. Calls come one at a time, from any thread; events of several
// files may be mixed, and each carries its file's name as it is shown (relative to where the
// command was started). Nothing here knows V8.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "runtime/testing/test_record.h"

namespace sedge::tools {

// Of a whole run. A file failed when one of its tests did, or when it could not be loaded; it was
// skipped when no test of it ran.
struct TestSummary {
  size_t files_passed = 0;
  size_t files_failed = 0;
  size_t files_skipped = 0;
  size_t passed = 0;
  size_t failed = 0;
  size_t skipped = 0;
  size_t todo = 0;
  size_t errors = 0;  // files that could not be loaded, and errors outside of any test
  double duration_ms = 0;
  bool bailed = false;       // --bail ended it early
  bool interrupted = false;  // Ctrl-C did

  bool ok() const { return failed == 0 && errors == 0 && !interrupted; }
};

class Reporter {
 public:
  virtual ~Reporter() = default;
  // Once, and again before each run of watch mode. `files`: how many there are.
  virtual void OnStart(size_t files) {}
  virtual void OnFileStart(const std::string& file) {}
  virtual void OnTest(const std::string& file, const test::TestRecord& record) = 0;
  // The file could not be loaded, or an error came outside of any test. `message`: for the user,
  // with its place and code frame.
  virtual void OnFileError(const std::string& file, const std::string& message) = 0;
  virtual void OnFileEnd(const std::string& file, double duration_ms) {}
  virtual void OnEnd(const TestSummary& summary) = 0;
};

enum class ReporterKind { kPretty, kTap, kJunit };

// "pretty", "tap" or "junit".
std::optional<ReporterKind> ParseReporterKind(std::string_view name);

// The stream outlives the reporter; it is flushed after each event that printed. `color`: escape
// sequences, by the pretty one alone.
std::unique_ptr<Reporter> MakeReporter(ReporterKind kind, std::ostream& out, bool color);

}  // namespace sedge::tools
