// SPDX-License-Identifier: Apache-2.0
#include "kv/log_reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"

namespace sedge::kv {
namespace {

// A full disk is asked no more often than that.
constexpr int64_t kTryEveryNs = 100'000'000;

}  // namespace

LogReserve::~LogReserve() {
  if (fd_ >= 0) close(fd_);
}

std::optional<LogReserve::Share> LogReserve::Take(size_t bytes) {
  do {
    size_t taken = taken_.load(std::memory_order_relaxed);
    while (taken + bytes + kMarginBytes <= held_.load(std::memory_order_relaxed)) {
      if (taken_.compare_exchange_weak(taken, taken + bytes, std::memory_order_relaxed)) {
        return Share(*this, bytes);
      }
    }
  } while (Grow(bytes));
  return std::nullopt;
}

bool LogReserve::GiveUp() {
  const std::lock_guard lock(mutex_);
  if (pointless_ || held_ == 0 || ftruncate(fd_, 0) != 0) return false;
  held_ = 0;
  given_up_ = true;
  next_try_ns_ = Clock::System().MonotonicNs() + kTryEveryNs;
  LogWarn("the disk is full: writes to the KV folder fail until there is space",
          {{"folder", folder_}});
  return true;
}

bool LogReserve::Grow(size_t bytes) {
  const std::lock_guard lock(mutex_);
  const size_t needed = taken_ + bytes + kMarginBytes;
  if (needed <= held_) return true;
  const int64_t now_ns = Clock::System().MonotonicNs();
  if (now_ns < next_try_ns_) return false;
  const size_t size = (needed / kMarginBytes + 1) * kMarginBytes;
  const int error = Allocate(size);
  if (error == ENOSPC || error == EDQUOT) {
    next_try_ns_ = now_ns + kTryEveryNs;
    return false;
  }
  pointless_ = error != 0;
  held_ = pointless_ ? SIZE_MAX : size;
  if (pointless_) {
    LogWarn(
        "the file system keeps no space for the logs of the KV folder: when the disk is full,"
        " the server may end",
        {{"folder", folder_}, {"why", std::strerror(error)}});
  } else if (std::exchange(given_up_, false)) {
    LogInfo("the disk has space again: writes go on", {{"folder", folder_}});
  }
  return true;
}

int LogReserve::Allocate(size_t bytes) {
  if (fd_ < 0) {
    const std::string path = folder_ + "/RESERVE";
    fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) return errno;
    (void)unlink(path.c_str());  // a killed process leaves nothing behind
  }
  const int error = posix_fallocate(fd_, 0, static_cast<off_t>(bytes));
  // A part of it may be there.
  if (error != 0 && ftruncate(fd_, static_cast<off_t>(held_.load())) != 0) return errno;
  return error;
}

}  // namespace sedge::kv
