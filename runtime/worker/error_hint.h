// SPDX-License-Identifier: Apache-2.0
// What to do about an error of a worker's code, where its configuration or the platform explains
// it: a binding that is not there, a global of another platform. A function of values; any thread.
#pragma once

#include <string>

#include "runtime/worker/config.h"

namespace sedge::worker {

// `message` as V8 has it, "TypeError: Cannot read properties of undefined (reading 'get')", and the
// text of the line where it happened. "" when there is nothing to add.
std::string HintFor(const std::string& message, const std::string& source_line,
                    const WorkerConfig& config);
// The same for an error of a test file.
std::string HintForTest(const std::string& message, const std::string& source_line,
                        const WorkerConfig& config);

}  // namespace sedge::worker
