// SPDX-License-Identifier: Apache-2.0
#include "kv/log_reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"

namespace sedge::kv {
namespace {

// A full disk is asked for the same no more often than that.
constexpr int64_t kTryEveryNs = 100'000'000;
constexpr int kMaxInterrupted = 16;
constexpr size_t kBlockBytes = 512;  // the unit of st_blocks

bool IsPointless(int error) {
  return error == EOPNOTSUPP || error == ENOSYS || error == EINVAL || error == ENODEV;
}

}  // namespace

LogReserve::~LogReserve() {
  if (fd_ >= 0) close(fd_);
}

std::optional<LogReserve::Share> LogReserve::Take(size_t bytes) {
  bool tell = false;
  {
    const std::lock_guard lock(mutex_);
    const Growth growth = Grow(bytes);
    if (growth != Growth::kFull) {
      taken_ += bytes;
      if (growth == Growth::kDone && std::exchange(told_full_, false)) {
        LogInfo("the disk has space again: writes go on", {{"folder", folder_}});
      }
      return Share(*this, bytes);
    }
    // A large write that does not fit says nothing of others.
    tell = bytes <= kMarginBytes && !std::exchange(told_full_, true);
  }
  if (tell) {
    LogWarn("the disk is full: writes to the KV folder fail until there is space",
            {{"folder", folder_}});
  }
  return std::nullopt;
}

bool LogReserve::GiveUp() {
  const std::lock_guard lock(mutex_);
  if (held_ == 0) return false;
  const size_t rest = held_ - std::min(held_, kStepBytes);
  if (ftruncate(fd_, static_cast<off_t>(rest)) != 0) return false;
  held_ = rest;
  return true;
}

void LogReserve::Return(size_t bytes) {
  const std::lock_guard lock(mutex_);
  taken_ -= bytes;
  if (taken_ > 0 || held_ <= kMaxIdleBytes) return;
  if (ftruncate(fd_, static_cast<off_t>(2 * kMarginBytes)) == 0) held_ = 2 * kMarginBytes;
}

LogReserve::Growth LogReserve::Grow(size_t bytes) {
  const size_t needed = taken_ + bytes + kMarginBytes;
  if (pointless_ || needed <= held_) return Growth::kDone;
  const int64_t now_ns = Clock::System().MonotonicNs();
  if (now_ns < next_try_ns_ && needed >= failed_bytes_) {
    return failed_bytes_ == 0 ? Growth::kNotKnown : Growth::kFull;
  }
  const size_t size = (needed / kMarginBytes + 1) * kMarginBytes;
  const int error = Allocate(size);
  if (error == 0) {
    held_ = size;
    return Growth::kDone;
  }
  next_try_ns_ = now_ns + kTryEveryNs;
  const bool full = error == ENOSPC || error == EDQUOT;
  failed_bytes_ = full ? needed : 0;
  if (full) return Growth::kFull;
  pointless_ = IsPointless(error);
  if (!std::exchange(told_unknown_, true)) {
    LogWarn(
        "no space is kept for the logs of the KV folder: when the disk is full, the server may"
        " end",
        {{"folder", folder_}, {"why", std::strerror(error)}});
  }
  return Growth::kNotKnown;
}

int LogReserve::Allocate(size_t bytes) {
  if (fd_ < 0) fd_ = OpenFile();
  if (fd_ < 0) return errno;
  int error = TryAllocate(bytes);
  for (int i = 0; error == EINTR && i < kMaxInterrupted; ++i) error = TryAllocate(bytes);
  // A part of it may be there.
  if (error != 0 && ftruncate(fd_, static_cast<off_t>(held_)) != 0) return errno;
  return error;
}

int LogReserve::TryAllocate(size_t bytes) {
  // Without filling the disk for a moment, if it can be told so.
  struct statvfs disk = {};
  if (fstatvfs(fd_, &disk) == 0 && disk.f_blocks > 0) {
    const auto free = geteuid() == 0 ? disk.f_bfree : disk.f_bavail;
    if (free * disk.f_frsize < bytes - held_) return ENOSPC;
  }
  if (const int error = posix_fallocate(fd_, 0, static_cast<off_t>(bytes)); error != 0) {
    return error;
  }
  struct stat file = {};
  if (fstat(fd_, &file) != 0) return errno;
  return static_cast<size_t>(file.st_blocks) * kBlockBytes < bytes ? EOPNOTSUPP : 0;
}

// A killed process leaves nothing behind.
int LogReserve::OpenFile() {
  const int unnamed = open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (unnamed >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return unnamed;
  const std::string path = folder_ + "/RESERVE";
  (void)unlink(path.c_str());
  const int named = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (named >= 0) (void)unlink(path.c_str());
  return named;
}

}  // namespace sedge::kv
