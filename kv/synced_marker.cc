// SPDX-License-Identifier: Apache-2.0
#include "kv/synced_marker.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "runtime/base/log.h"

namespace sedge::kv {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is little-endian");

constexpr size_t kFileBytes = 4096;
constexpr size_t kSlots = kFileBytes / 16;  // one is two words: number, bytes
constexpr int kValueBits = 44;
constexpr uint64_t kValueMask = (uint64_t{1} << kValueBits) - 1;
constexpr uint64_t kEveryWrite = kValueMask;  // no log has this number; its "bytes" are 0 or 1

Status FileError(const std::string& file, const char* action) {
  return IoError(std::string("cannot ") + action + " " + file + ": " + std::strerror(errno));
}

// A word is the value with a check of `kind` and value in its high bits; so each of its two words
// can be written by itself, and no crash makes a slot look damaged.
uint64_t Sealed(uint64_t value, uint64_t kind) {
  uint64_t mixed = (value + kind) * 0x9e3779b97f4a7c15;
  mixed ^= mixed >> 29;
  mixed *= 0xbf58476d1ce4e5b9;
  return (value & kValueMask) | mixed >> kValueBits << kValueBits;
}

bool Opens(uint64_t word, uint64_t kind) { return word == Sealed(word & kValueMask, kind); }

enum Kind : uint64_t { kNumber = 1, kBytes = 2 };

void Store(uint64_t& word, uint64_t value) {
  std::atomic_ref(word).store(value, std::memory_order_release);
}

void StoreSlot(uint64_t* slot, uint64_t number, uint64_t bytes) {
  if ((slot[0] & kValueMask) != number) {
    Store(slot[1], Sealed(0, kBytes));
    Store(slot[0], Sealed(number, kNumber));
  }
  Store(slot[1], Sealed(bytes, kBytes));
}

SyncedLogs ReadSlots(const uint64_t* words) {
  SyncedLogs logs;
  for (size_t i = 0; i < kSlots; ++i) {
    const uint64_t* slot = words + 2 * i;
    if (slot[0] == 0 && slot[1] == 0) continue;  // never used
    if (!Opens(slot[0], kNumber) || !Opens(slot[1], kBytes)) {
      logs.damaged = true;
      continue;
    }
    const uint64_t number = slot[0] & kValueMask;
    const uint64_t bytes = slot[1] & kValueMask;
    if (number == kEveryWrite) logs.every_write = bytes != 0;
    if (number != 0 && number != kEveryWrite) logs.bytes[number] = bytes;
  }
  return logs;
}

}  // namespace

Result<SyncedLogs> SyncedMarker::Read(const std::string& folder) {
  const std::string file = folder + "/SYNCED";
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return SyncedLogs{};
  if (fd < 0) return FileError(file, "open");
  uint64_t words[kFileBytes / 8] = {};
  const ssize_t size = pread(fd, words, sizeof(words), 0);
  close(fd);
  if (size < 0) return FileError(file, "read");
  SyncedLogs logs = ReadSlots(words);
  // Made empty and then given its size, before any mark.
  logs.damaged |= size != 0 && static_cast<size_t>(size) != kFileBytes;
  return logs;
}

Result<std::unique_ptr<SyncedMarker>> SyncedMarker::Open(const std::string& folder) {
  std::string file = folder + "/SYNCED";
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return FileError(file, "open");
  // With its blocks: a store into a hole would end the process when the disk is full.
  const int failed = posix_fallocate(fd, 0, kFileBytes);
  void* mapped = MAP_FAILED;
  if (failed == 0 && ftruncate(fd, kFileBytes) == 0) {
    mapped = mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  if (failed != 0) errno = failed;
  if (mapped == MAP_FAILED) {
    const Status status = FileError(file, "write");
    close(fd);
    return status;
  }
  auto* words = static_cast<uint64_t*>(mapped);
  for (size_t i = 0; i < kSlots; ++i) {
    uint64_t* slot = words + 2 * i;
    if (slot[0] == 0 && slot[1] == 0) continue;
    if (!Opens(slot[0], kNumber) || !Opens(slot[1], kBytes)) {
      Store(slot[0], Sealed(0, kNumber));
      Store(slot[1], Sealed(0, kBytes));
    }
  }
  std::unique_ptr<SyncedMarker> marker(new SyncedMarker(std::move(file), fd, words));
  marker->Touch();
  return marker;
}

SyncedMarker::~SyncedMarker() {
  Touch();
  munmap(words_, kFileBytes);
  close(fd_);
}

void SyncedMarker::Touch() const {
  (void)msync(words_, kFileBytes, MS_SYNC);
  (void)futimens(fd_, nullptr);
}

void SyncedMarker::SetEveryWrite(bool every_write) {
  Mark(kEveryWrite, every_write ? 1 : 0);
  Touch();
}

void SyncedMarker::Mark(uint64_t number, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  uint64_t* free_slot = nullptr;
  for (size_t i = 0; i < kSlots; ++i) {
    uint64_t* slot = words_ + 2 * i;
    const uint64_t holder = slot[0] & kValueMask;
    if (holder == number) return StoreSlot(slot, number, bytes);
    if (holder == 0 && free_slot == nullptr) free_slot = slot;
  }
  if (free_slot != nullptr) return StoreSlot(free_slot, number, bytes);
  // Logs of earlier sessions go when a store opens, and max_total_wal_size bounds those of this
  // one.
  if (!std::exchange(is_full_, true)) {
    LogError(
        "a KV folder has more logs than can be vouched for: damage of the newest may go "
        "unnoticed until the store is opened again",
        {{"file", file_}});
  }
}

Status SyncedMarker::Forget(uint64_t number) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < kSlots; ++i) {
    uint64_t* slot = words_ + 2 * i;
    if ((slot[0] & kValueMask) != number || number == 0) continue;
    Store(slot[0], Sealed(0, kNumber));
    Store(slot[1], Sealed(0, kBytes));
    if (msync(words_, kFileBytes, MS_SYNC) != 0) return FileError(file_, "sync");
    (void)futimens(fd_, nullptr);
  }
  return OkStatus();
}

}  // namespace sedge::kv
