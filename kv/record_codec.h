// SPDX-License-Identifier: Apache-2.0
// The record of an entry: everything but its value. The records family stores it alone (what a list
// reads), the values family in front of the value (what a get reads), so that neither needs the
// other. FORMAT.md has the bytes. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::kv {

struct Record {
  uint64_t version = 0;               // greater than that of every write before, within one store
  std::optional<int64_t> expiration;  // absolute, seconds since the epoch
  std::optional<std::string_view> metadata;
  uint32_t value_size = 0;
  bool in_blob = false;  // the values row may lie in a blob file; see kMinBlobBytes
};

// Rows of the values family of at least this size go to blob files. May be raised; lowering it
// needs a new format version, because rows without the flag would then move to blob files.
constexpr uint32_t kMinBlobBytes = 8u << 10;

// A record is expired from the second it names on.
inline bool IsExpired(const Record& record, int64_t now_seconds) {
  return record.expiration && *record.expiration <= now_seconds;
}

// Sets in_blob from the sizes. REQUIRES: sizes are within the limits of store.h.
std::string EncodeRecord(Record record);

// The record's views point into `row`. kCorruption unless `row` is exactly one record.
Result<Record> DecodeRecord(std::string_view row);

struct ValueRow {
  Record record;
  std::string_view value;
};

// The same for a record followed by the value it describes.
Result<ValueRow> DecodeValueRow(std::string_view row);

}  // namespace sedge::kv
