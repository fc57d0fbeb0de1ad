// SPDX-License-Identifier: Apache-2.0
// OutputFile: a file that appears under its name only once it is whole, or standard output. Owns
// the descriptor; the main thread.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::tools {

class OutputFile {
 public:
  // `path` "-": standard output. A file that is there is replaced at the end.
  static Result<OutputFile> Create(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  // What was not committed is gone.
  ~OutputFile() { Discard(); }

  Status Write(std::string_view text);
  // Everything is written, to the disk where it is a file.
  Status Commit();
  void Discard();
  // Nobody reads standard output any more.
  bool reader_gone() const { return reader_gone_; }

 private:
  OutputFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  Status Drain();
  Status Failed(int error);

  int fd_;
  std::string path_;
  std::string temporary_;  // the name until then; "": there is none
  std::string buffer_;
  bool reader_gone_ = false;
};

}  // namespace sedge::tools
