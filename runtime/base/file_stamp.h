// SPDX-License-Identifier: Apache-2.0
// FileStamp: what a file looked like at a moment, as far as stat(2) tells: enough to say later
// whether it has changed. A value; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace sedge {

struct FileStamp {
  bool exists = false;  // and is a regular file, through symbolic links
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t modified_ns = 0;
  int64_t taken_ns = 0;  // when it was looked at

  static FileStamp Of(const std::string& path);

  // The file was written so shortly before this stamp was taken that another write may have left
  // the same times and size.
  bool racy() const;
  // Whether `other` is of the same file with the same contents, but for what is racy.
  bool SameFile(const FileStamp& other) const;
};

}  // namespace sedge
