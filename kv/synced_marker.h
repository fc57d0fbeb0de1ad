// SPDX-License-Identifier: Apache-2.0
// SyncedMarker: the file SYNCED of a KV folder. It says of each log of the database how many of its
// bytes were synced, so that acknowledged bytes that are missing or damaged are told from the torn
// end that a crash leaves. The file is mapped: a mark costs two stores and outlives the process;
// what a power cut takes of it is only the newest marks. FORMAT.md has the bytes. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/base/status.h"

namespace sedge::kv {

struct SyncedLogs {
  std::map<uint64_t, uint64_t> bytes = {};  // by the log's number
  bool every_write = false;                 // whoever last opened the store synced each write
  bool damaged = false;                     // some of it could not be read
};

class SyncedMarker {
 public:
  // Without changing anything; nothing when there is no such file.
  static Result<SyncedLogs> Read(const std::string& folder);
  // Makes the file when it is missing; forgets damaged marks.
  static Result<std::unique_ptr<SyncedMarker>> Open(const std::string& folder);
  ~SyncedMarker();
  SyncedMarker(const SyncedMarker&) = delete;
  SyncedMarker& operator=(const SyncedMarker&) = delete;

  // For SyncedLogs. True only while no log is there that was written otherwise.
  void SetEveryWrite(bool every_write);
  // Of log `number`, the first `bytes` are synced.
  void Mark(uint64_t number, uint64_t bytes);
  // The log goes. Durable when it returns, so that a power cut cannot take the log alone.
  Status Forget(uint64_t number);

 private:
  SyncedMarker(std::string file, int fd, uint64_t* words)
      : file_(std::move(file)), fd_(fd), words_(words) {}
  // Stores to a mapped page do not tell programs that copy what has changed since.
  void Touch() const;

  const std::string file_;
  const int fd_;
  uint64_t* const words_;  // mapped
  std::mutex mutex_;
  bool is_full_ = false;  // that was logged; guarded by mutex_
};

}  // namespace sedge::kv
