// SPDX-License-Identifier: Apache-2.0
// How RocksDB is set up for a store: memory, files, threads, and its warnings in our log. Used
// while a store opens.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <string_view>
#include <vector>

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

// The part of memory_bytes that is not RocksDB's, but for EntryCache.
size_t EntryCacheBytes(const StoreOptions& options);

RocksOptions MakeRocksOptions(const StoreOptions& options, ExpiredBlobSink expired_blob_sink);

// The families of a database in the order of their handles: default, records, values, namespaces.
std::vector<rocksdb::ColumnFamilyDescriptor> FamiliesOf(const RocksOptions& rocks);

// Whether stored bytes are not what was written, a file that is missing among that.
bool IsDamage(const rocksdb::Status& status);

// What every write says while the disk is full.
Status DiskIsFull(std::string_view doing, std::string_view why);
// OK stays OK; else our code and `doing` before RocksDB's own text.
Status FromRocks(const rocksdb::Status& status, std::string_view doing);

}  // namespace sedge::kv
