// SPDX-License-Identifier: Apache-2.0
// RestartNeeds: what of a changed configuration a running server cannot take. Any thread.
#pragma once

#include <string>
#include <vector>

#include "runtime/worker/serve_options.h"

namespace sedge::worker {

// The settings of the server as a whole in which `wanted` differs from what it was started with,
// named as a configuration names them: "listen", "limits.connections".
std::vector<std::string> RestartNeeds(const ServeOptions& started, const ServeOptions& wanted);

}  // namespace sedge::worker
