// SPDX-License-Identifier: Apache-2.0
// FolderLock: one store per folder, across processes and within one. An flock(2) on the file LOCK,
// which also names the owner (process, program, host) for the message of whoever comes second. The
// kernel gives the lock back when the process ends in whatever way. Any thread; freed by the
// destructor.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::kv {

class FolderLock {
 public:
  // kUnavailable, naming `kind`, folder and holder, and what to do besides stopping that, when it
  // is taken.
  static Result<FolderLock> Acquire(
      const std::string& folder, std::string_view kind = "KV folder",
      std::string_view what_else = "choose another folder (--data-dir)");

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace sedge::kv
