// SPDX-License-Identifier: Apache-2.0
#include "tools/test_command.h"

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>

#include "runtime/base/log.h"
#include "runtime/testing/test_session.h"
#include "tools/kv/terminal.h"
#include "tools/test/discovery.h"
#include "tools/test/projects.h"
#include "tools/test/test_flags.h"

namespace sedge::tools {
namespace {

constexpr const char* kExamples = R"(Examples:
  sedge test                              every test below this folder
  sedge test test/api.test.js             one file
  sedge test -t "signs in"                tests by name
  sedge test --watch                      again at each save
  sedge test --reporter junit --output report.xml
  sedge test --coverage                   and coverage/lcov.info
  sedge test --config api/ --config auth/ SELF is api; worker("auth") is the other

Test files are *.test.js and *_test.js (also .mjs, .ts). They import what they need from
"sedge:test". Exit status: 0 all passed, 1 something failed or there was no test, 2 wrong
usage.)";

// From the session to the reporter, with the sums.
class Listener final : public test::SessionListener {
 public:
  explicit Listener(Reporter& reporter) : reporter_(reporter) {}

  void OnFileStart(const test::SessionFile& file) override {
    file_failed_.erase(file.path);
    reporter_.OnFileStart(file.shown);
  }
  void OnRecord(const test::SessionFile& file, test::TestRecord record) override {
    switch (record.status) {
      case test::TestStatus::kPass: ++summary_.passed; break;
      case test::TestStatus::kFail:
        ++(record.hook ? summary_.errors : summary_.failed);
        file_failed_[file.path] = true;
        break;
      case test::TestStatus::kSkip: ++summary_.skipped; break;
      case test::TestStatus::kTodo: ++summary_.todo; break;
    }
    reporter_.OnTest(file.shown, record);
  }
  void OnFileError(const test::SessionFile& file, const std::string& message) override {
    ++summary_.errors;
    file_failed_[file.path] = true;
    reporter_.OnFileError(file.shown, message);
  }
  void OnConsole(const test::SessionFile& file, const std::string& worker, int level,
                 std::string_view text) override {
    constexpr LogLevel kLevels[] = {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kInfo,
                                    LogLevel::kWarn, LogLevel::kError};
    Log(kLevels[level], text, {{"file", file.shown}});
  }
  void OnFileEnd(const test::SessionFile& file, const test::TestTotals&,
                 double duration_ms) override {
    ++(file_failed_[file.path] ? summary_.files_failed : summary_.files_passed);
    reporter_.OnFileEnd(file.shown, duration_ms);
  }

  TestSummary& summary() { return summary_; }

 private:
  Reporter& reporter_;
  TestSummary summary_;
  std::map<std::string, bool> file_failed_;
};

// Ctrl-C ends a session where it is.
class InterruptWatch {
 public:
  explicit InterruptWatch(test::TestSession& session)
      : thread_([this, &session] {
          while (!done_) {
            if (Interrupt::pending()) session.Stop();
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
          }
        }) {}
  ~InterruptWatch() {
    done_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

bool RunOnce(const TestCommandOptions& options, const std::vector<std::string>& paths,
             Reporter& reporter) {
  const auto started = std::chrono::steady_clock::now();
  Projects projects(options.flags.configs);
  std::vector<test::SessionFile> files;
  for (const std::string& path : paths) files.push_back(projects.FileOf(path));
  for (const std::string& warning : projects.warnings()) LogWarn(warning);
  reporter.OnStart(files.size());
  Listener listener(reporter);
  test::SessionOptions session_options;
  session_options.threads = options.threads;
  session_options.tests.filter = options.flags.filter;
  session_options.tests.timeout_ms = options.timeout_ms;
  session_options.tests.bail = options.flags.bail;
  TestSummary& summary = listener.summary();
  {
    Interrupt interrupt;
    test::TestSession session(session_options, listener);
    InterruptWatch watch(session);
    session.Run(files);
    summary.bailed = session.bailed();
    summary.interrupted = Interrupt::pending();
  }
  summary.duration_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  reporter.OnEnd(summary);
  return summary.ok() && summary.passed + summary.skipped + summary.todo > 0;
}

int Test(const TestFlags& flags) {
  Result<TestCommandOptions> options = ReadTestFlags(flags);
  if (!options.ok()) {
    PrintError(options.status());
    return kExitUsage;
  }
  Result<std::vector<std::string>> paths = FindTestFiles(flags.paths);
  if (!paths.ok()) {
    PrintError(paths.status());
    return kExitUsage;
  }
  if (paths->empty()) {
    PrintError(
        NotFound("there is no test file here: their names end with .test.js or _test.js (also .mjs "
                 "and .ts)"));
    return kExitFailed;
  }
  std::ofstream file;
  if (!flags.output.empty()) {
    file.open(flags.output, std::ios::binary | std::ios::trunc);
    if (!file) {
      PrintError(IoError("--output " + flags.output + ": the file cannot be written"));
      return kExitUsage;
    }
  }
  std::ostream& out = flags.output.empty() ? std::cout : file;
  const bool color = flags.output.empty() && isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
  const std::unique_ptr<Reporter> reporter = MakeReporter(options->reporter, out, color);
  return RunOnce(*options, *paths, *reporter) ? kExitOk : kExitFailed;
}

}  // namespace

void AddTestCommand(CLI::App& root, CommandRun& run) {
  CLI::App* command = root.add_subcommand("test", "Run tests of workers inside the runtime");
  command->footer(kExamples);
  const auto flags = std::make_shared<TestFlags>();
  AddTestFlags(*command, *flags);
  command->callback([flags, &run] { run = [flags] { return Test(*flags); }; });
}

}  // namespace sedge::tools
