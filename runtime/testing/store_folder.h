// SPDX-License-Identifier: Apache-2.0
// StoreFolder: a temporary folder that a process holds by a lock, so that the next one can tell
// whether what it finds was left by one that was killed. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/status.h"

namespace sedge::test {

class StoreFolder {
 public:
  static constexpr const char* kPrefix = "sedge-test-kv-";

  // Below `parent`, where what other processes of this user left is removed first.
  static Result<std::unique_ptr<StoreFolder>> Create(const std::string& parent);
  // Removes it with all that is in it.
  ~StoreFolder();
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  StoreFolder(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  const std::string path_;
  const int fd_;  // of the folder, and with it the lock
};

}  // namespace sedge::test
