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
  // Makes the file when it is missing; forgets damaged marks. `every_write` is for SyncedLogs.
  static Result<std::unique_ptr<SyncedMarker>> Open(const std::string& folder, bool every_write);
  ~SyncedMarker();
  SyncedMarker(const SyncedMarker&) = delete;
  SyncedMarker& operator=(const SyncedMarker&) = delete;

  // Of log `number`, the first `bytes` are synced.
  void Mark(uint64_t number, uint64_t bytes);
  // The log goes. Durable when it returns, so that a power cut cannot take the log alone.
  Status Forget(uint64_t number);

 private:
  SyncedMarker(std::string file, uint64_t* words) : file_(std::move(file)), words_(words) {}

  const std::string file_;
  uint64_t* const words_;  // mapped
  std::mutex mutex_;
};

}  // namespace sedge::kv
