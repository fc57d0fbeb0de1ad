// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/output_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace sedge::tools {
namespace {

constexpr size_t kBufferBytes = 256u << 10;

}  // namespace

Result<OutputFile> OutputFile::Create(const std::string& path) {
  signal(SIGPIPE, SIG_IGN);  // write() says it
  if (path == "-") return OutputFile(STDOUT_FILENO, path);
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    // Nothing takes the place of a device or a pipe.
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return IoError(path + ": " + std::strerror(errno));
    return OutputFile(fd, path);
  }
  std::string temporary = path + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return IoError(path + ": " + std::strerror(errno));
  // As open(2) would have made it.
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(fd, 0666 & ~mask);
  OutputFile file(fd, path);
  file.temporary_ = std::move(temporary);
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      buffer_(std::move(other.buffer_)) {}

Status OutputFile::Failed(int error) {
  reader_gone_ = error == EPIPE;
  return IoError((path_ == "-" ? "standard output" : path_) + ": " + std::strerror(error));
}

Status OutputFile::Write(std::string_view text) {
  buffer_ += text;
  return buffer_.size() < kBufferBytes ? Status() : Drain();
}

Status OutputFile::Drain() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t count = write(fd_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed(errno);
    rest.remove_prefix(static_cast<size_t>(count));
  }
  buffer_.clear();
  return {};
}

Status OutputFile::Commit() {
  SEDGE_RETURN_IF_ERROR(Drain());
  if (temporary_.empty()) return {};
  if (fsync(fd_) != 0 || rename(temporary_.c_str(), path_.c_str()) != 0) return Failed(errno);
  temporary_.clear();
  return {};
}

void OutputFile::Discard() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
  temporary_.clear();
  if (fd_ > STDERR_FILENO) close(std::exchange(fd_, -1));
}

}  // namespace sedge::tools
