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

Result<std::unique_ptr<SyncedMarker>> SyncedMarker::Open(const std::string& folder,
                                                         bool every_write) {
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
  const Status status = mapped == MAP_FAILED ? FileError(file, "write") : OkStatus();
  close(fd);
  SEDGE_RETURN_IF_ERROR(status);
  auto* words = static_cast<uint64_t*>(mapped);
  for (size_t i = 0; i < kSlots; ++i) {
    uint64_t* slot = words + 2 * i;
    if (slot[0] == 0 && slot[1] == 0) continue;
    if (!Opens(slot[0], kNumber) || !Opens(slot[1], kBytes)) {
      Store(slot[0], Sealed(0, kNumber));
      Store(slot[1], Sealed(0, kBytes));
    }
  }
  std::unique_ptr<SyncedMarker> marker(new SyncedMarker(std::move(file), words));
  marker->Mark(kEveryWrite, every_write ? 1 : 0);
  return marker;
}

SyncedMarker::~SyncedMarker() { munmap(words_, kFileBytes); }

void SyncedMarker::Mark(uint64_t number, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  uint64_t* free_slot = nullptr;
  for (size_t i = 0; i < kSlots; ++i) {
    uint64_t* slot = words_ + 2 * i;
    const uint64_t holder = slot[0] & kValueMask;
    if (holder == number) return StoreSlot(slot, number, bytes);
    if (holder == 0 && free_slot == nullptr) free_slot = slot;
  }
  // More logs than slots, which max_total_wal_size makes unlikely: that one goes without a mark.
  if (free_slot != nullptr) StoreSlot(free_slot, number, bytes);
}

Status SyncedMarker::Forget(uint64_t number) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < kSlots; ++i) {
    uint64_t* slot = words_ + 2 * i;
    if ((slot[0] & kValueMask) != number || number == 0) continue;
    Store(slot[0], Sealed(0, kNumber));
    Store(slot[1], Sealed(0, kBytes));
    if (msync(words_, kFileBytes, MS_SYNC) != 0) return FileError(file_, "sync");
  }
  return OkStatus();
}

}  // namespace sedge::kv
