// SPDX-License-Identifier: Apache-2.0
// FolderLock: one store per folder, across processes and within one. An flock(2) on the file LOCK,
// which also names the owner (process, program, host) for the message of whoever comes second. The
// kernel gives the lock back when the process ends in whatever way. Any thread; freed by the
// destructor.
#pragma once

#include <string>

#include "runtime/base/status.h"

namespace sedge::kv {

class FolderLock {
 public:
  // kFailedPrecondition, naming folder and holder, when it is taken.
  static Result<FolderLock> Acquire(const std::string& folder);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace sedge::kv
