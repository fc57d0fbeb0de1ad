// SPDX-License-Identifier: Apache-2.0
#include "tools/test/test_runner.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <thread>
#include <utility>

#include "runtime/base/log.h"
#include "runtime/testing/test_session.h"
#include "tools/cli.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kStopEvery{20};
constexpr const char* kCoverageFile = "lcov.info";

// From the session to the reporter, with the sums.
class Listener final : public test::SessionListener {
 public:
  // Files that end after one of these is true have not run to their end.
  Listener(Reporter& reporter, TestRunOutcome& outcome, const std::atomic<bool>& stopped,
           std::function<bool()> bailed)
      : reporter_(reporter), outcome_(outcome), stopped_(stopped), bailed_(std::move(bailed)) {}

  void OnFileStart(const test::SessionFile& file) override { reporter_.OnFileStart(file.shown); }
  void OnRecord(const test::SessionFile& file, test::TestRecord record) override {
    with_tests_.insert(file.path);
    switch (record.status) {
      case test::TestStatus::kPass:
        ++summary_.passed;
        passed_.insert(file.path);
        break;
      case test::TestStatus::kFail:
        ++(record.hook ? summary_.errors : summary_.failed);
        failed_.insert(file.path);
        break;
      case test::TestStatus::kSkip: ++summary_.skipped; break;
      case test::TestStatus::kTodo: ++summary_.todo; break;
    }
    reporter_.OnTest(file.shown, record);
  }
  void OnFileError(const test::SessionFile& file, const std::string& message) override {
    ++summary_.errors;
    failed_.insert(file.path);
    reporter_.OnFileError(file.shown, message);
  }
  void OnConsole(const test::SessionFile& file, const std::string&, int level,
                 std::string_view text) override {
    constexpr LogLevel kLevels[] = {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kInfo,
                                    LogLevel::kWarn, LogLevel::kError};
    Log(kLevels[level], text, {{"file", file.shown}});
  }
  void OnFileEnd(const test::SessionFile& file, double duration_ms,
                 const std::vector<std::pair<std::string, FileStamp>>& seen) override {
    if (!failed_.contains(file.path)) {
      if (stopped_) {
        OnFileError(file, file.shown + ": it was interrupted before its end");
      } else if (!with_tests_.contains(file.path) && !bailed_()) {
        OnFileError(file, file.shown + ": there is no test in this file");
      }
    }
    const bool failed = failed_.contains(file.path);
    ++(failed                        ? summary_.files_failed
       : passed_.contains(file.path) ? summary_.files_passed
                                     : summary_.files_skipped);
    if (failed) outcome_.failed.push_back(file.path);
    if (file.broken.empty()) outcome_.seen[file.path] = seen;
    reporter_.OnFileEnd(file.shown, duration_ms);
  }

  TestSummary& summary() { return summary_; }

 private:
  Reporter& reporter_;
  TestRunOutcome& outcome_;
  TestSummary summary_;
  const std::atomic<bool>& stopped_;
  const std::function<bool()> bailed_;
  std::set<std::string> failed_, passed_, with_tests_;
};

// Hands a wish to stop on to the session while it runs.
class StopWatch {
 public:
  StopWatch(const std::atomic<bool>& stopped, test::TestSession& session)
      : thread_([this, &stopped, &session] {
          while (!done_) {
            if (stopped) session.Stop();
            std::this_thread::sleep_for(kStopEvery);
          }
        }) {}
  ~StopWatch() {
    done_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

Status WriteCoverage(const std::string& folder, const test::CoverageReport& report) {
  const fs::path path = fs::path(folder) / kCoverageFile;
  std::error_code error;
  fs::create_directories(folder, error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << report.Lcov();
  file.close();
  if (!error && file) return OkStatus();
  return IoError("--coverage-dir " + folder + ": " + path.string() + " cannot be written");
}

}  // namespace

TestRunOutcome TestRunner::Run(const std::vector<std::string>& files) {
  const auto started = std::chrono::steady_clock::now();
  TestRunOutcome outcome;
  Projects projects(options_.flags.configs, options_.flags.env, prepare_);
  std::vector<test::SessionFile> session_files;
  for (const std::string& path : files) session_files.push_back(projects.FileOf(path));
  for (const std::string& warning : projects.warnings()) LogWarn(warning);
  outcome.projects = projects.watch();

  std::error_code ignored;
  test::CoverageReport coverage(fs::current_path(ignored).string());
  test::SessionOptions session_options;
  session_options.threads = options_.threads;
  session_options.tests.filter = options_.flags.filter;
  session_options.tests.timeout_ms = options_.timeout_ms;
  session_options.tests.bail = options_.flags.bail;
  if (options_.flags.coverage) session_options.coverage = &coverage;

  reporter_.OnStart(session_files.size());
  test::TestSession* running = nullptr;
  Listener listener(reporter_, outcome, *stopped_, [&] { return running->bailed(); });
  TestSummary& summary = listener.summary();
  {
    test::TestSession session(session_options, listener);
    running = &session;
    if (*stopped_) session.Stop();  // while build.command ran
    StopWatch watch(*stopped_, session);
    session.Run(session_files);
    summary.bailed = session.bailed();
    summary.files_skipped =
        session_files.size() - summary.files_passed - summary.files_failed;  // some never began
  }
  summary.interrupted = *stopped_;
  summary.duration_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  reporter_.OnEnd(summary);
  outcome.ok = summary.ok() && summary.passed + summary.skipped + summary.todo > 0;
  if (outcome.ok && !*stopped_ && !options_.flags.filter.empty() && summary.passed == 0) {
    PrintError(NotFound("-t " + options_.flags.filter + ": no test of such a name was run"));
    outcome.ok = false;
  }

  if (options_.flags.coverage && !*stopped_) {
    // Beside a report for machines the table is a message.
    const bool is_result =
        options_.reporter == ReporterKind::kPretty && options_.flags.output.empty();
    std::fprintf(is_result ? stdout : stderr, "\n%s", coverage.Table().c_str());
    const Status written = WriteCoverage(options_.coverage_dir, coverage);
    if (!written.ok()) PrintError(written);
    if (written.ok()) {
      std::fprintf(is_result ? stdout : stderr, "Written to %s\n",
                   (fs::path(options_.coverage_dir) / kCoverageFile).c_str());
    }
    outcome.ok &= written.ok();
  }
  return outcome;
}

}  // namespace sedge::tools
