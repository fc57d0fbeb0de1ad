// SPDX-License-Identifier: Apache-2.0
// The builtins' sources and the startup snapshot, as the build linked them in. Live for ever.
#pragma once

#include <span>

#include "runtime/script/engine.h"

namespace sedge::worker {

std::span<const script::BuiltinSource> Builtins();
// Empty in the program that makes the snapshot.
std::span<const char> Snapshot();

}  // namespace sedge::worker
