// SPDX-License-Identifier: Apache-2.0
// `sedge dev`: serves workers while they are written. The main thread.
#pragma once

#include "tools/cli.h"

namespace sedge::tools {

void AddDevCommand(CLI::App& root, CommandRun& run);

}  // namespace sedge::tools
