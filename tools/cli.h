// SPDX-License-Identifier: Apache-2.0
// The command line as a whole: subcommands, help, and what is said about wrong usage. Standard
// output is for results, standard error for messages. The main thread, once.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/base/status.h"

namespace CLI {
class App;
}

namespace sedge::tools {

enum ExitStatus : int { kExitOk = 0, kExitFailed = 1, kExitUsage = 2 };

// What a subcommand does once its arguments are read; gives an ExitStatus.
using CommandRun = std::function<int()>;
// Adds a subcommand to `root` whose callback sets `run`, which outlives `root`.
using AddCommand = std::function<void(CLI::App& root, CommandRun& run)>;

// Reads the arguments, says what is wrong with them, or runs the subcommand. Gives an ExitStatus.
int RunCli(int argc, const char* const* argv, const std::vector<AddCommand>& commands);

// Writes "sedge: message" to standard error.
void PrintError(const Status& status);

// Says what is wrong with the arguments of `command`, such as "sedge kv key put", and where help
// is. Gives kExitUsage.
int PrintUsageError(const std::string& command, const std::string& message);

// Whether the descriptor is a terminal that shows colours, and nobody forbids them (NO_COLOR,
// TERM=dumb).
bool WantsColor(int fd);

void AddVersionCommand(CLI::App& root, CommandRun& run);

}  // namespace sedge::tools
