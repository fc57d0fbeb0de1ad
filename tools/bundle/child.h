// SPDX-License-Identifier: Apache-2.0
// RunChild: runs a program to its end and collects what it prints. Whatever ends this process, the
// program and all that it started end with it. Any thread; blocks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/status.h"

namespace sedge::tools {

struct ChildOptions {
  std::vector<std::string> argv;  // the first is a path, or is looked for in PATH
  std::string cwd;                // empty: this process's
  std::vector<std::pair<std::string, std::string>> env = {};  // besides this process's
  int64_t timeout_ms = 0;                                     // 0: as long as it takes
  // Ends it early once true. Null: nobody does.
  std::shared_ptr<const std::atomic<bool>> cancel = {};
  // Gets what it prints as it comes, both streams together.
  std::function<void(std::string_view)> on_output = {};
};

struct ChildResult {
  int exit_code = 0;  // 128 + the signal when one ended it
  bool timed_out = false;
  bool cancelled = false;
  std::string output;  // both streams, the first kMaxChildOutput bytes
};
constexpr size_t kMaxChildOutput = 16u << 20;

// An error when it cannot be started at all.
Result<ChildResult> RunChild(const ChildOptions& options);

}  // namespace sedge::tools
