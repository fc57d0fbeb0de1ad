// SPDX-License-Identifier: Apache-2.0
// LogReader: the records of a RocksDB log file (a MANIFEST is one too), with their places. RocksDB
// replays a log up to the first bad record and says nothing of what follows; this one goes on, so
// that damage can be told from a torn end. Works on a file in memory. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sedge::kv {

struct LogRecord {
  uint64_t offset = 0;  // of its first fragment
  uint64_t end = 0;     // past its last fragment
};

// What the record of a write starts with.
struct BatchHead {
  uint64_t sequence = 0;  // of its first write
  uint32_t writes = 0;
};
std::optional<BatchHead> ReadBatchHead(std::string_view payload);

// Appends a record to a log file in memory.
void AppendLogRecord(std::string& file, std::string_view payload);

class LogReader {
 public:
  explicit LogReader(std::string_view file) : file_(file) {}

  // The next whole record; after a bad one, the first whole record behind it.
  std::optional<LogRecord> Next();
  // Of the record that Next() gave.
  std::string_view payload() const { return payload_; }
  // Where the first bad record starts, once Next() has passed it or found the end after it. Bytes
  // of a record that the file ends within count as bad too.
  std::optional<uint64_t> first_bad() const { return first_bad_; }

 private:
  struct Fragment {
    uint64_t offset;
    uint8_t type;
    std::string_view payload;
  };

  std::optional<Fragment> NextFragment();
  // What is at `offset` does not read: goes on at the next block.
  void Skip(uint64_t offset);
  void MarkBad(uint64_t offset);

  const std::string_view file_;
  uint64_t at_ = 0;
  std::string payload_;
  std::optional<uint64_t> skipped_;  // where the last NextFragment() first had to skip
  std::optional<uint64_t> first_bad_;
};

}  // namespace sedge::kv
