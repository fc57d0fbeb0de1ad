// SPDX-License-Identifier: Apache-2.0
// TestWatch: `sedge test --watch`: runs all tests, and at each change of a file those that it
// concerns: the test files that read it, or looked for it in vain, and new ones; when a
// configuration changed, or what build.command makes the workers of, that runs again, and all
// tests. Keys: a all, f what failed last, q quit. The main thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/loop/file_watch.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/signals.h"
#include "runtime/loop/timer.h"
#include "tools/bundle/command_memory.h"
#include "tools/dev/key_terminal.h"
#include "tools/test/test_runner.h"

namespace sedge::tools {

class TestWatch {
 public:
  // What is given outlives it.
  TestWatch(const TestCommandOptions& options, Reporter& reporter);
  ~TestWatch();

  // Until q, or a signal that ends it. Gives an ExitStatus: that of the last run.
  int Run();

 private:
  using Files = std::set<std::string>;

  void Start(Files files);
  void OnDone(TestRunOutcome outcome);
  void Take(TestRunOutcome outcome);
  void Take(const std::string& path);
  void OnChanged(const std::vector<std::string>& changed);
  void DecideWhatToRun();
  bool DecideFor(const std::string& path, const Files& all);
  void ForgetGone(const Files& all);
  void RunPending();
  void Rewatch();
  void AwaitQuiet();
  bool IsOutput(const std::string& path) const;
  void OnKey(char key);
  void OnSignal(int number);
  void Quit();
  Files AllFiles() const;

  const TestCommandOptions& options_;
  Reporter& reporter_;
  std::unique_ptr<TestRunner> runner_;  // while something runs
  std::unique_ptr<loop::Loop> loop_;
  std::unique_ptr<loop::FileWatch> watch_;
  std::unique_ptr<loop::Timer> quiet_;  // runs until build.command's follow-up
  std::unique_ptr<loop::Signals> signals_;
  std::unique_ptr<KeyTerminal> keys_;
  std::map<std::string, std::vector<std::pair<std::string, FileStamp>>> seen_;  // by test file
  std::map<std::string, FileStamp> configs_, sources_;  // as they were when all tests ran
  std::map<std::string, FileStamp> before_;             // what seen_ has, when the run began
  std::vector<std::string> trees_, watched_trees_;      // of build.command
  std::shared_ptr<CommandMemory> memory_;
  bool command_due_ = true;  // build.command, with the next run
  bool in_quiet_ = false;    // that as a follow-up
  bool runs_all_ = false;    // what runs is no part of the tests
  Files changed_;            // since the run began
  Files failed_;
  Files pending_;                     // to be run when the run is over
  std::vector<std::string> outputs_;  // what the runs write: a file, a folder
  bool quitting_ = false;
  int exit_ = 0;
};

}  // namespace sedge::tools
