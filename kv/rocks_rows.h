// SPDX-License-Identifier: Apache-2.0
// Small things that the parts of RocksStore share: RocksDB's slices as views, the checks of
// arguments, and scans. Header only; any thread.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <string_view>

#include "kv/key_codec.h"
#include "kv/record_codec.h"
#include "kv/store.h"

namespace sedge::kv {

inline std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
inline rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }

inline Status CheckSize(std::string_view what, size_t size, size_t max) {
  if (size <= max) return OkStatus();
  return OutOfRange("KV " + std::string(what) + " of " + std::to_string(size) +
                    " bytes; the limit is " + std::to_string(max));
}

inline Status CheckNamespace(std::string_view ns) {
  if (ns.empty()) return InvalidArgument("a KV namespace id cannot be empty");
  return CheckSize("namespace id", ns.size(), kMaxNamespaceBytes);
}

inline Status CheckKey(std::string_view ns, std::string_view key) {
  SEDGE_RETURN_IF_ERROR(CheckNamespace(ns));
  if (key.empty()) return InvalidArgument("a KV key cannot be empty");
  return CheckSize("key", key.size(), kMaxKeyBytes);
}

inline EntryInfo InfoOf(const Record& record) {
  EntryInfo info;
  info.expiration = record.expiration;
  if (record.metadata) info.metadata.emplace(*record.metadata);
  return info;
}

// Rows from `begin` up to, not including, `end`; the iterator keeps a view of `end`.
inline std::unique_ptr<rocksdb::Iterator> Scan(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                                               const std::string& begin,
                                               const rocksdb::Slice* end) {
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = end;
  std::unique_ptr<rocksdb::Iterator> rows(db.NewIterator(read, family));
  rows->Seek(begin);
  return rows;
}

}  // namespace sedge::kv
