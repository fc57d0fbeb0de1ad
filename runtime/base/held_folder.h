// SPDX-License-Identifier: Apache-2.0
// HeldFolder: a temporary folder that a process holds by a lock, so that the next one can tell
// whether what it finds was left by one that was killed. Any thread may make one; an object is of
// one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/status.h"

namespace sedge {

class HeldFolder {
 public:
  // Below `parent`, with a name that begins with `prefix`. What other processes of this user left
  // there under such names is removed first: every program that uses the prefix has to hold its
  // folders this way.
  static Result<std::unique_ptr<HeldFolder>> Create(const std::string& parent,
                                                    const std::string& prefix);
  // Removes it with all that is in it.
  ~HeldFolder();
  HeldFolder(const HeldFolder&) = delete;
  HeldFolder& operator=(const HeldFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  HeldFolder(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  const std::string path_;
  const int fd_;  // of the folder, and with it the lock
};

}  // namespace sedge
