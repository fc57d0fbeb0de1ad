// SPDX-License-Identifier: Apache-2.0
// Makes the startup snapshot: an isolate whose context has all builtins evaluated. Build time only.
#pragma once

#include <string>

#include "runtime/base/status.h"

namespace sedge::script {

// The index under which the hooks object is stored with the default context.
inline constexpr size_t kSnapshotHooks = 0;

// REQUIRES: the engine was initialised without a snapshot.
Result<std::string> MakeSnapshot();

}  // namespace sedge::script
