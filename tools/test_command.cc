// SPDX-License-Identifier: Apache-2.0
#include "tools/test_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>

#include "runtime/testing/test_filter.h"
#include "tools/kv/terminal.h"
#include "tools/test/discovery.h"
#include "tools/test/test_flags.h"
#include "tools/test/test_runner.h"
#include "tools/test/test_watch.h"

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

Test files are *.test.js, *_test.js and *.spec.js (also .mjs, .ts). They import what they need from
"sedge:test". Exit status: 0 all passed, 1 something failed or there was no test, 2 wrong
usage.)";

// Ctrl-C ends a run where it is.
class InterruptWatch {
 public:
  explicit InterruptWatch(TestRunner& runner)
      : thread_([this, &runner] {
          while (!done_) {
            if (Interrupt::pending()) runner.Stop();
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

int RunOnce(const TestCommandOptions& options, const std::vector<std::string>& files,
            Reporter& reporter) {
  Interrupt interrupt;
  TestRunner runner(options, reporter);
  InterruptWatch watch(runner);
  return runner.Run(files).ok ? kExitOk : kExitFailed;
}

int Test(const TestFlags& flags) {
  Result<TestCommandOptions> options = ReadTestFlags(flags);
  if (!options.ok()) {
    PrintError(options.status());
    return kExitUsage;
  }
  if (const Status status = test::CheckFilter(flags.filter); !status.ok()) {
    PrintError(status);
    return kExitUsage;
  }
  Result<std::vector<std::string>> paths = FindTestFiles(flags.paths);
  if (!paths.ok()) {
    PrintError(paths.status());
    return kExitUsage;
  }
  if (paths->empty() && !flags.watch) {
    PrintError(
        NotFound("there is no test file here: their names end with .test.js, _test.js or .spec.js "
                 "(also .mjs and .ts)"));
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
  const bool color = flags.output.empty() && WantsColor(STDOUT_FILENO);
  const std::unique_ptr<Reporter> reporter = MakeReporter(options->reporter, out, color);
  const int status =
      flags.watch ? TestWatch(*options, *reporter).Run() : RunOnce(*options, *paths, *reporter);
  out.flush();
  if (out.good()) return status;
  PrintError(IoError("the report cannot be written" +
                     (flags.output.empty() ? std::string() : " to " + flags.output)));
  return kExitFailed;
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
