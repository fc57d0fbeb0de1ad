// SPDX-License-Identifier: Apache-2.0
// The flags of `sedge test`, from words to values. The main thread, once.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/status.h"
#include "tools/test/reporter.h"

namespace CLI {
class App;
}

namespace sedge::tools {

// As typed; empty: not given.
struct TestFlags {
  std::vector<std::string> paths = {};
  std::vector<std::string> configs = {};
  std::string filter = {};
  std::string reporter = {};
  std::string output = {};
  std::string threads = {};
  std::string timeout = {};
  std::string coverage_dir = {};
  std::string env = {};
  bool watch = false;
  bool bail = false;
  bool coverage = false;
};

struct TestCommandOptions {
  TestFlags flags;
  ReporterKind reporter = ReporterKind::kPretty;
  int threads = 1;
  double timeout_ms = 5000;
  std::string coverage_dir = "coverage";
};

// `flags` outlives `command`.
void AddTestFlags(CLI::App& command, TestFlags& flags);

// Opens no file. A failure is wrong usage and names the flag.
Result<TestCommandOptions> ReadTestFlags(const TestFlags& flags);

}  // namespace sedge::tools
