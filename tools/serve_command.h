// SPDX-License-Identifier: Apache-2.0
// `sedge serve`: starts a server and waits for SIGINT or SIGTERM. The main thread.
#pragma once

#include "runtime/worker/server_state.h"
#include "tools/cli.h"

namespace sedge::tools {

void AddServeCommand(CLI::App& root, CommandRun& run);

// What commands that run a server share.
// As many descriptors as this process may have: one is needed for each connection.
void RaiseFileLimit();
void LogServerState(const worker::ServerState& state);

}  // namespace sedge::tools
