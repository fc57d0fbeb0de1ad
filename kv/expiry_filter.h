// SPDX-License-Identifier: Apache-2.0
// ExpiryFilter: drops expired rows for good while RocksDB compacts. A value in a blob file is never
// read for that: its record stays and goes to the sink instead, which deletes both rows later. Runs
// on RocksDB's threads; clock and sink must outlive the database.
#pragma once

#include <rocksdb/compaction_filter.h>

#include <functional>
#include <memory>
#include <string_view>

#include "runtime/base/clock.h"

namespace sedge::kv {

// A row is dropped only this long after it expired, so that a clock that is set back a little does
// not bring back one half of an entry.
constexpr int64_t kExpiryGraceSeconds = 60;

// Called with the row key of an expired entry whose value may lie in a blob file. Any thread.
using ExpiredBlobSink = std::function<void(std::string_view row_key)>;

std::shared_ptr<rocksdb::CompactionFilterFactory> MakeRecordsExpiryFilter(const Clock* clock,
                                                                          ExpiredBlobSink sink);
std::shared_ptr<rocksdb::CompactionFilterFactory> MakeValuesExpiryFilter(const Clock* clock);

}  // namespace sedge::kv
