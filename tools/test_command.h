// SPDX-License-Identifier: Apache-2.0
// `sedge test`: finds test files, runs them inside the runtime, and says what came of them.
#pragma once

#include "tools/cli.h"

namespace sedge::tools {

void AddTestCommand(CLI::App& root, CommandRun& run);

}  // namespace sedge::tools
