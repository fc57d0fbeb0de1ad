// SPDX-License-Identifier: Apache-2.0
// The ops of worker/*.js, and the table of all ops of the runtime.
#pragma once

#include <span>
#include <vector>

#include "runtime/script/op.h"

namespace sedge::worker {

std::span<const script::OpDef> WorkerOps();

// Every op, in one order: the snapshot names them by index.
std::vector<script::OpDef> AllOps();

}  // namespace sedge::worker
