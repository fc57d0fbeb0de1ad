// SPDX-License-Identifier: Apache-2.0
// LogReserve: space of the disk that is kept for the logs of a database. RocksDB does not survive
// in every state that it cannot write to a log: with all of memory in tables there is nothing that
// it can flush to leave the failed log, and an assertion ends the process. A log that finds no
// space gets that of the reserve, and further writes are refused before RocksDB sees them, until
// there is space for a reserve again. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace sedge::kv {

class LogReserve {
 public:
  // Beyond the writes themselves: their heads in the log, a new log, changes to the list of files.
  static constexpr size_t kMarginBytes = 1u << 20;
  // So much goes at once: whoever else fills the disk is to get as little of it as may be.
  static constexpr size_t kStepBytes = 256u << 10;
  // What may be kept while nothing is written.
  static constexpr size_t kMaxIdleBytes = 8u << 20;

  // One write's part, while it lives. The reserve outlives it.
  class Share {
   public:
    Share(LogReserve& reserve, size_t bytes) : reserve_(&reserve), bytes_(bytes) {}
    Share(Share&& other) noexcept
        : reserve_(std::exchange(other.reserve_, nullptr)), bytes_(other.bytes_) {}
    Share& operator=(Share&&) = delete;
    ~Share() {
      if (reserve_ != nullptr) reserve_->Return(bytes_);
    }

   private:
    LogReserve* reserve_;
    const size_t bytes_;
  };

  // In a file of `folder` that has no name; so on the disk of the logs that are there. Takes no
  // space before the first share.
  explicit LogReserve(std::string folder) : folder_(std::move(folder)) {}
  ~LogReserve();
  LogReserve(const LogReserve&) = delete;
  LogReserve& operator=(const LogReserve&) = delete;

  // For a write of so many bytes. nullopt: the disk is full.
  std::optional<Share> Take(size_t bytes);
  // Gives space to a log that found none. Whether there was any; there may be more.
  bool GiveUp();

 private:
  enum class Growth { kDone, kFull, kNotKnown };

  void Return(size_t bytes);
  // All below with mutex_ held. So that there is room for `bytes` more.
  Growth Grow(size_t bytes);
  // An errno; 0 when the file takes so much of the disk now.
  int Allocate(size_t bytes);
  int TryAllocate(size_t bytes);
  int OpenFile();

  const std::string folder_;
  std::mutex mutex_;
  size_t taken_ = 0;        // guarded by mutex_, as all below
  size_t held_ = 0;         // bytes of the disk
  bool pointless_ = false;  // the file system keeps no space
  bool told_full_ = false;
  bool told_unknown_ = false;
  int fd_ = -1;
  int64_t next_try_ns_ = 0;  // for so many bytes:
  size_t failed_bytes_ = 0;
};

}  // namespace sedge::kv
