// SPDX-License-Identifier: Apache-2.0
// CheckWorker: compiles a worker's modules without running them. The main thread, where no server was
// started.
#pragma once

#include "runtime/base/status.h"
#include "runtime/worker/config.h"

namespace sedge::worker {

// The message of a failure has file, line, column and a code frame.
Status CheckWorker(const WorkerConfig& config);

}  // namespace sedge::worker
