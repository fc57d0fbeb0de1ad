// SPDX-License-Identifier: Apache-2.0
// `sedge check`: validates configurations and compiles the workers; runs nothing. The main thread.
#pragma once

#include <functional>

#include "runtime/base/status.h"
#include "runtime/worker/config.h"
#include "tools/cli.h"

namespace sedge::tools {

// Compiles one worker without running it; the message of a failure has file, line and code frame.
using CompileWorker = std::function<Status(const worker::WorkerConfig&)>;

AddCommand CheckCommand(CompileWorker compile);

}  // namespace sedge::tools
