// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace sedge::tools {
namespace {

constexpr size_t kReadBytes = 1u << 20;

}  // namespace

Result<InputFile> InputFile::Open(const std::string& flag, const std::string& path) {
  if (path == "-") return InputFile(STDIN_FILENO, "standard input");
  const std::string name = flag.empty() ? path : flag + " " + path;
  InputFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC), name);
  struct stat status;
  if (file.fd_ < 0 || fstat(file.fd_, &status) != 0) {
    return IoError(name + ": " + std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) return IoError(name + ": this is a folder");
  if (S_ISREG(status.st_mode)) file.size_ = static_cast<uint64_t>(status.st_size);
  return file;
}

InputFile::InputFile(InputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)), size_(other.size_) {}

InputFile::~InputFile() {
  if (fd_ > STDIN_FILENO) close(fd_);
}

bool InputFile::Rewind() { return size_ > 0 && lseek(fd_, 0, SEEK_SET) == 0; }

Result<Bytes> InputFile::ReadAll(size_t max_bytes, const std::string& limit) const {
  std::vector<Bytes> parts;
  for (size_t total = 0;;) {
    Bytes part = Bytes::Allocate(std::min(kReadBytes, max_bytes + 1 - total));
    const ssize_t count = read(fd_, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return IoError(name_ + ": " + std::strerror(errno));
    if (count == 0) return Bytes::Join(std::move(parts));
    part.Truncate(static_cast<size_t>(count));
    total += part.size();
    if (total > max_bytes) return OutOfRange(name_ + ": this is longer; " + limit);
    parts.push_back(std::move(part));
  }
}

}  // namespace sedge::tools
