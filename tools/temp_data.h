// SPDX-License-Identifier: Apache-2.0
// TempData: a new folder for the data of one server, removed with the object. In memory where the
// system has a place for that (tmpfs syncs nothing), else where temporary files are. One thread.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/status.h"

namespace sedge::tools {

class TempData {
 public:
  // A folder in memory is taken only where this much is free.
  static constexpr uint64_t kMinFreeBytes = 256u << 20;

  // In $TMPDIR when that is set; else in /dev/shm or /tmp.
  static Result<std::unique_ptr<TempData>> Create();
  ~TempData() { Remove(path_); }
  TempData(const TempData&) = delete;
  TempData& operator=(const TempData&) = delete;

  const std::string& path() const { return path_; }
  // With all that is in it; what cannot be removed stays.
  static void Remove(const std::string& path);

 private:
  explicit TempData(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

}  // namespace sedge::tools
