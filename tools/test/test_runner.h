// SPDX-License-Identifier: Apache-2.0
// TestRunner: one run of `sedge test` over some files: from their configurations to the report, and
// what a later run has to know. One thread; Stop() and EndBuild() from any.
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
  bool build_ended = false;  // by EndBuild(): nothing was run, nor told
  // Of each test file that was run: what it read, or looked for in vain.
  std::map<std::string, std::vector<std::pair<std::string, FileStamp>>> seen;
  std::vector<std::string> failed;  // test files
  ProjectWatch projects;
};

class TestRunner {
 public:
  // What is given outlives it. `prepare`: for the workers.
  TestRunner(const TestCommandOptions& options, Reporter& reporter, PrepareOptions prepare = {})
      : options_(options), reporter_(reporter), prepare_(std::move(prepare)) {
    prepare_.cancel = build_ended_;
  }

  // Blocks until everything is over. `files`: absolute paths of test files.
  TestRunOutcome Run(const std::vector<std::string>& files);
  // Ends what runs, and whatever would be run later, soon.
  void Stop() {
    *stopped_ = true;
    *build_ended_ = true;
  }
  // Ends the run as long as it is about making the workers.
  void EndBuild() { *build_ended_ = true; }

 private:
  const TestCommandOptions& options_;
  Reporter& reporter_;
  PrepareOptions prepare_;
  const std::shared_ptr<std::atomic<bool>> stopped_ = std::make_shared<std::atomic<bool>>(false);
  const std::shared_ptr<std::atomic<bool>> build_ended_ =
      std::make_shared<std::atomic<bool>>(false);
};

}  // namespace sedge::tools
