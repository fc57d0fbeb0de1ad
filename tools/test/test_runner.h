// SPDX-License-Identifier: Apache-2.0
// TestRunner: one run of `sedge test` over some files: from their configurations to the report, and
// what a later run has to know. One thread; Stop() from any.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/file_stamp.h"
#include "tools/bundle/prepare.h"
#include "tools/test/projects.h"
#include "tools/test/reporter.h"
#include "tools/test/test_flags.h"

namespace sedge::tools {

struct TestRunOutcome {
  bool ok = false;
  // Of each test file that was run: what it read, or looked for in vain.
  std::map<std::string, std::vector<std::pair<std::string, FileStamp>>> seen;
  std::vector<std::string> failed;  // test files
  ProjectWatch projects;
};

class TestRunner {
 public:
  // What is given outlives it. `prepare`: for the workers; Stop() is its `cancel`.
  TestRunner(const TestCommandOptions& options, Reporter& reporter, PrepareOptions prepare = {})
      : options_(options), reporter_(reporter), prepare_(std::move(prepare)) {
    prepare_.cancel = stopped_;
  }

  // Blocks until everything is over. `files`: absolute paths of test files.
  TestRunOutcome Run(const std::vector<std::string>& files);
  // Ends what runs, and whatever would be run later, soon.
  void Stop() { *stopped_ = true; }

 private:
  const TestCommandOptions& options_;
  Reporter& reporter_;
  PrepareOptions prepare_;
  const std::shared_ptr<std::atomic<bool>> stopped_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace sedge::tools
