// SPDX-License-Identifier: Apache-2.0
#include "tools/dev_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "runtime/base/log.h"
#include "runtime/base/log_color.h"
#include "tools/dev/dev_session.h"
#include "tools/serve_command.h"

namespace sedge::tools {
namespace {

constexpr const char* kExamples = R"(Examples:
  sedge dev                    the worker of this folder at http://127.0.0.1:8787
  sedge dev worker.js          a script alone
  sedge dev --env staging      with [env.staging] and .dev.vars.staging
  sedge dev --open             and a browser that shows it

A change of the script, of what it imports, of the configuration or of the variables' files is
served within a moment; connections and KV stay, and requests that run finish on the code that they
began with. Code that does not load is shown with its error, while the last that did goes on
serving. When port 8787 is taken, and nothing says which one it is to be, the next free one is used.

On a terminal: r reload, o open a browser, c clear, q quit.)";

int Dev(const DevFlags& given) {
  DevFlags flags = given;
  if (flags.json) flags.serve.log_format = "json";
  if (flags.quiet && flags.serve.log_level.empty()) flags.serve.log_level = "warn";
  // One set of global variables, as a single developer expects.
  if (flags.serve.threads.empty()) flags.serve.threads = "1";
  if (flags.open && flags.no_open) {
    return PrintUsageError("sedge dev", "--open and --no-open exclude each other");
  }
  Result<worker::ServeOptions> options = ReadServeFlags(flags.serve);
  if (!options.ok()) {
    PrintError(options.status());
    return kExitUsage;
  }
  ConfigureLog(options->log_level, options->log_format);
  SetLogColor(WantsColor(STDERR_FILENO));
  RaiseFileLimit();
  return DevSession(flags, std::move(options).value()).Run();
}

}  // namespace

void AddDevCommand(CLI::App& root, CommandRun& run) {
  CLI::App* command =
      root.add_subcommand("dev", "Serve workers while they are written: reload at each change");
  command->footer(kExamples);
  const auto flags = std::make_shared<DevFlags>();
  AddServeFlags(*command, flags->serve);
  command->add_flag("-q,--quiet", flags->quiet, "Warnings and errors only: no line for a request");
  command->add_flag("--json", flags->json, "Write the log as JSON, as --log-format json");
  command->add_flag("--open", flags->open, "Open a browser once it serves");
  command->add_flag("--no-open", flags->no_open, "Open no browser, whatever key is pressed");
  command->callback([flags, &run] { run = [flags] { return Dev(*flags); }; });
}

}  // namespace sedge::tools
