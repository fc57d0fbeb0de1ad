// SPDX-License-Identifier: Apache-2.0
// The ops of runtime/testing/*.js: what a test file asks its run (test_host.h). No other isolate
// has the service that they need, so that workers cannot call them to any effect.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::worker {

std::span<const script::OpDef> TestOps();

}  // namespace sedge::worker
