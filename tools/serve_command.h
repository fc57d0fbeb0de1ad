// SPDX-License-Identifier: Apache-2.0
// `sedge serve`: starts a server and waits for SIGINT or SIGTERM. The main thread.
#pragma once

#include "tools/cli.h"

namespace sedge::tools {

void AddServeCommand(CLI::App& root, CommandRun& run);

}  // namespace sedge::tools
