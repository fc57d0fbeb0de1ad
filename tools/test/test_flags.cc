// SPDX-License-Identifier: Apache-2.0
#include "tools/test/test_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <thread>

namespace sedge::tools {
namespace {

constexpr int kMaxThreads = 256;
constexpr int kMaxTimeoutMs = 86'400'000;

Result<int> ReadNumber(const std::string& flag, const std::string& text, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > max) {
    return InvalidArgument(flag + " " + text + ": allowed is a number from 1 to " +
                           std::to_string(max));
  }
  return value;
}

}  // namespace

void AddTestFlags(CLI::App& command, TestFlags& flags) {
  command
      .add_option("path", flags.paths,
                  "Test files, or folders with tests in them; default: this folder")
      ->type_name("PATH");
  command
      .add_option("-t,--filter", flags.filter,
                  "Only tests whose full name contains TEXT, or matches /TEXT/")
      ->type_name("TEXT");
  command.add_flag("--watch", flags.watch,
                   "Run again what a saved file concerns, until q is pressed");
  command.add_option("--reporter", flags.reporter, "pretty, tap or junit; default: pretty")
      ->type_name("KIND");
  command
      .add_option("--output", flags.output, "Write the report to FILE instead of standard output")
      ->type_name("FILE");
  command.add_flag("--coverage", flags.coverage, "Count the lines that tests ran");
  command
      .add_option("--coverage-dir", flags.coverage_dir, "Where lcov.info goes; default: coverage")
      ->type_name("DIR");
  command
      .add_option("--threads", flags.threads,
                  "Files that run at a time; default: one for each core")
      ->type_name("N");
  command
      .add_option("--timeout", flags.timeout,
                  "What a test may take, in milliseconds; default: 5000")
      ->type_name("MS");
  command
      .add_option("--config", flags.configs,
                  "The worker under test: a script, folder or wrangler file; more are workers that "
                  "tests reach by name. Default: the nearest above each test file")
      ->allow_extra_args(false)  // what follows its value is a path of tests
      ->type_name("FILE");
  command.add_option("--env", flags.env, "The [env.NAME] of the configuration")->type_name("NAME");
  command.add_flag("--bail", flags.bail, "End at the first failure");
}

Result<TestCommandOptions> ReadTestFlags(const TestFlags& flags) {
  TestCommandOptions options;
  options.flags = flags;
  options.threads =
      std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxThreads);
  if (!flags.coverage_dir.empty()) options.coverage_dir = flags.coverage_dir;
  if (!flags.reporter.empty()) {
    const std::optional<ReporterKind> kind = ParseReporterKind(flags.reporter);
    if (!kind) {
      return InvalidArgument("--reporter " + flags.reporter + ": allowed is pretty, tap or junit");
    }
    options.reporter = *kind;
  }
  if (!flags.threads.empty()) {
    SEDGE_ASSIGN_OR_RETURN(options.threads, ReadNumber("--threads", flags.threads, kMaxThreads));
  }
  if (!flags.timeout.empty()) {
    SEDGE_ASSIGN_OR_RETURN(options.timeout_ms,
                           ReadNumber("--timeout", flags.timeout, kMaxTimeoutMs));
  }
  return options;
}

}  // namespace sedge::tools
