// SPDX-License-Identifier: Apache-2.0
// The keys of [limits]: which field of Limits each sets and which values it takes. Any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/base/limits.h"

namespace sedge::worker {

struct LimitKey {
  std::string_view name;
  int64_t min = 1;
  int64_t max = 0;
  // Of one worker (cpu_ms, memory_mb, event_bytes, pbkdf2_iterations, subrequests), or of the server
  // as a whole.
  bool per_worker = false;
  int64_t (*get)(const Limits&) = nullptr;
  void (*set)(Limits&, int64_t) = nullptr;
};

// All of them, in the order of limits.h.
const std::vector<LimitKey>& LimitKeys();
const LimitKey* FindLimitKey(std::string_view name);

}  // namespace sedge::worker
