// SPDX-License-Identifier: Apache-2.0
// InputFile: a file that a word of `sedge kv` reads, or standard input. Owns the descriptor; the
// main thread.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"

namespace sedge::tools {

class InputFile {
 public:
  // `path` "-": standard input. Messages name the file by `flag` and `path`; `flag` may be "".
  static Result<InputFile> Open(const std::string& flag, const std::string& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  int fd() const { return fd_; }
  // As messages have it.
  const std::string& name() const { return name_; }
  // Of a regular file; 0: not known.
  uint64_t size() const { return size_; }
  // A regular file can be read twice.
  bool Rewind();
  // All of it. More than `max_bytes` fail with `limit`, which says what is allowed.
  Result<Bytes> ReadAll(size_t max_bytes, const std::string& limit) const;

 private:
  InputFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  int fd_;
  std::string name_;
  uint64_t size_ = 0;
};

}  // namespace sedge::tools
