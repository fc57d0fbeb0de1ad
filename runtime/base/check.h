// SPDX-License-Identifier: Apache-2.0
// SEDGE_CHECK: an invariant that, when broken, is a bug of ours: the process says where and aborts.
// Never for bad input, which gets a Status.
#pragma once

namespace sedge {
[[noreturn]] void CheckFailed(const char* file, int line, const char* expression);
}  // namespace sedge

#define SEDGE_CHECK(expr) \
  ((expr) ? static_cast<void>(0) : ::sedge::CheckFailed(__FILE__, __LINE__, #expr))
