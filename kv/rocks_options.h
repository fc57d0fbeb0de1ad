// SPDX-License-Identifier: Apache-2.0
// How RocksDB is set up for a store: memory, files, threads, and its warnings in our log. Used
// while a store opens.
#pragma once

#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <string_view>

#include "kv/expiry_filter.h"
#include "kv/store.h"

namespace sedge::kv {

struct RocksOptions {
  rocksdb::DBOptions database;
  rocksdb::ColumnFamilyOptions records;
  rocksdb::ColumnFamilyOptions values;
};

// The smallest memory_bytes a store works with.
constexpr size_t kMinMemoryBytes = 4u << 20;

RocksOptions MakeRocksOptions(const StoreOptions& options, ExpiredBlobSink expired_blob_sink);

// OK stays OK; else our code and `doing` before RocksDB's own text.
Status FromRocks(const rocksdb::Status& status, std::string_view doing);

}  // namespace sedge::kv
