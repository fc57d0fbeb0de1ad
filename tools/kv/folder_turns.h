// SPDX-License-Identifier: Apache-2.0
// TakeTurns: commands that want one KV folder wait for each other, and for a server that has it but
// does not listen yet. Header only; the calling thread sleeps.
#pragma once

#include <chrono>
#include <thread>

#include "runtime/base/status.h"

namespace sedge::tools {

constexpr auto kWaitForFolder = std::chrono::seconds(5);
constexpr auto kFolderPause = std::chrono::milliseconds(20);

// Calls `attempt` (-> Result<T>) until it gives something else than kUnavailable, which says that
// somebody has the folder, or the time is over; gives what it gave last.
template <typename Attempt>
auto TakeTurns(Attempt attempt) {
  const auto deadline = std::chrono::steady_clock::now() + kWaitForFolder;
  for (;;) {
    auto result = attempt();
    if (result.status().code() != StatusCode::kUnavailable ||
        std::chrono::steady_clock::now() >= deadline) {
      return result;
    }
    std::this_thread::sleep_for(kFolderPause);
  }
}

}  // namespace sedge::tools
