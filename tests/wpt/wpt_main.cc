// SPDX-License-Identifier: Apache-2.0
// wpt_runner: runs web-platform-tests of a checkout against the real binary, or against a peer.
#include <v8-version.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/wpt/engine.h"
#include "tests/wpt/outcome.h"
#include "tests/wpt/wpt_server.h"

namespace sedge::wpt {
namespace {

constexpr int kTimeoutMs = 20'000;
constexpr int kLongTimeoutMs = 120'000;
constexpr int kSkipped = 77;  // what CTest is told to take for "skipped"

struct Options {
  std::string wpt;
  std::string engine = "sedge";
  std::string binary = SEDGE_BINARY;
  std::string expectations = SEDGE_SOURCE_DIR "/tests/wpt/expectations.json";
  std::string report;
  std::vector<std::string> folders;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool verbose = false;
  bool print = false;
};

class Runner {
 public:
  Runner(const Options& options, const Expectations& expectations, EngineKind kind)
      : options_(options), expectations_(expectations), kind_(kind), server_(options.wpt) {}

  // The number of differences from the expectations.
  size_t Run(const std::vector<std::string>& folders) {
    for (const std::string& folder : folders) {
      for (TestCase& test : FindTests(options_.wpt, folder)) {
        outcomes_.push_back({.test = std::move(test)});
        folder_of_.push_back(folder);
      }
    }
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < options_.jobs; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
    PrintTable(folders);
    if (!options_.report.empty()) WriteReport();
    if (kind_ != EngineKind::kSedge) return 0;
    for (const std::string& line : differences_) std::printf("%s\n", line.c_str());
    std::printf("%zu of %zu tests, %zu differences from the expectations\n",
                outcomes_.size() - Skipped(), outcomes_.size(), differences_.size());
    return differences_.size();
  }
  bool empty() const { return outcomes_.empty(); }

 private:
  void Work() {
    for (size_t i; (i = next_++) < outcomes_.size();) {
      RunOne(outcomes_[i]);
      std::vector<std::string> lines;
      if (outcomes_[i].skip_reason.empty()) lines = Differences(outcomes_[i], expectations_);
      std::lock_guard lock(mutex_);
      differences_.insert(differences_.end(), lines.begin(), lines.end());
      if (options_.verbose) std::fprintf(stderr, "%s\n", outcomes_[i].test.id().c_str());
    }
  }

  void RunOne(Outcome& outcome) {
    const TestCase test = outcome.test;
    if (const auto reason = expectations_.SkipReason(test.id())) {
      outcome.skip_reason = *reason;
      return;
    }
    const int timeout_ms = test.long_timeout ? kLongTimeoutMs : kTimeoutMs;
    EngineRun run(kind_, options_.binary, TestBody(options_.wpt, test, server_.ports(), timeout_ms),
                  server_.ca_file());
    const EngineRun::Answer answer = run.Ask(timeout_ms + 10'000);
    outcome = ParseOutcome(test, answer.json, answer.error);
    for (Subtest& subtest : outcome.subtests) {
      subtest.name = NamePorts(std::move(subtest.name), server_.ports());
    }
  }

  void PrintTable(const std::vector<std::string>& folders) {
    std::vector<std::pair<std::string, Tally>> rows;
    for (const std::string& folder : folders) {
      Tally tally;
      for (size_t i = 0; i < outcomes_.size(); ++i) {
        if (folder_of_[i] == folder) Count(outcomes_[i], expectations_, tally);
      }
      rows.emplace_back(folder, tally);
    }
    std::printf("%s", FormatTable(rows).c_str());
  }

  size_t Skipped() const {
    size_t count = 0;
    for (const Outcome& outcome : outcomes_) count += outcome.skip_reason.empty() ? 0 : 1;
    return count;
  }

  void WriteReport() {
    nlohmann::ordered_json failures = nlohmann::ordered_json::object();
    for (const Outcome& outcome : outcomes_) {
      for (const auto& [name, message] : FailuresOf(outcome))
        failures[outcome.test.id()][name] = message;
    }
    std::ofstream(options_.report)
        << failures.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  }

  const Options& options_;
  const Expectations& expectations_;
  const EngineKind kind_;
  WptServer server_;
  std::vector<Outcome> outcomes_;
  std::vector<std::string> folder_of_;
  std::atomic<size_t> next_{0};
  std::mutex mutex_;
  std::vector<std::string> differences_;  // guarded by mutex_
};

int Main(int argc, char** argv) {
  CLI::App app{"Runs web-platform-tests against sedge, and against its peers"};
  Options options;
  if (const char* folder = std::getenv("SEDGE_WPT_DIR")) options.wpt = folder;
  app.add_option("--wpt", options.wpt, "A checkout of web-platform-tests (or SEDGE_WPT_DIR)");
  app.add_option("--engine", options.engine, "sedge, workerd, deno or bun");
  app.add_option("--binary", options.binary, "The engine's program");
  app.add_option("--expectations", options.expectations, "What is known not to pass");
  app.add_option("--report", options.report, "Write every failure with its message there, as JSON");
  app.add_option("--jobs", options.jobs, "Tests at once")->check(CLI::Range(1, 64));
  app.add_flag("--verbose", options.verbose, "Name each test when it is done");
  app.add_flag("--print", options.print,
               "Print the statements that each test becomes, and run none");
  app.add_option("folders", options.folders,
                 "Folders or files below the checkout; else all of the expectations");
  CLI11_PARSE(app, argc, argv);
  if (options.wpt.empty()) {
    std::printf(
        "skipped: there is no checkout of web-platform-tests; give one by --wpt DIR or "
        "SEDGE_WPT_DIR "
        "(https://github.com/web-platform-tests/wpt)\n");
    return kSkipped;
  }
  if (!std::filesystem::exists(options.wpt + "/resources/testharness.js")) {
    std::fprintf(
        stderr,
        "wpt_runner: %s is no checkout of web-platform-tests: it has no resources/testharness.js\n",
        options.wpt.c_str());
    return 2;
  }
  const std::optional<EngineKind> kind = EngineKindOf(options.engine);
  if (!kind) {
    std::fprintf(stderr,
                 "wpt_runner: --engine %s is unknown; there are sedge, workerd, deno and bun\n",
                 options.engine.c_str());
    return 2;
  }
  const Result<Expectations> expectations =
      Expectations::Parse(ReadFile(options.expectations), V8_MAJOR_VERSION);
  if (!expectations.ok()) {
    std::fprintf(stderr, "wpt_runner: %s\n", std::string(expectations.status().message()).c_str());
    return 2;
  }
  if (options.print) {
    for (const std::string& folder : options.folders) {
      for (const TestCase& test : FindTests(options.wpt, folder)) {
        std::printf("%s", TestBody(options.wpt, test, {}, kTimeoutMs).c_str());
      }
    }
    return 0;
  }
  Runner runner(options, *expectations, *kind);
  const size_t differences =
      runner.Run(options.folders.empty() ? expectations->folders() : options.folders);
  if (runner.empty()) {
    std::fprintf(stderr, "wpt_runner: no test was found\n");
    return 2;
  }
  return differences == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sedge::wpt

int main(int argc, char** argv) { return sedge::wpt::Main(argc, argv); }
