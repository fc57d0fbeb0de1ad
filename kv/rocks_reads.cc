// SPDX-License-Identifier: Apache-2.0
// RocksStore's reads.
#include <utility>

#include "kv/cursor.h"
#include "kv/rocks_options.h"
#include "kv/rocks_rows.h"
#include "kv/rocks_store.h"

namespace sedge::kv {
namespace {

using rocksdb::Slice;

}  // namespace

Result<std::optional<Entry>> RocksStore::Get(std::string_view ns, std::string_view key) {
  return *Read(ns, key, rocksdb::ReadOptions());
}

std::optional<Result<std::optional<Entry>>> RocksStore::TryGet(std::string_view ns,
                                                               std::string_view key) {
  rocksdb::ReadOptions from_memory;
  from_memory.read_tier = rocksdb::kBlockCacheTier;
  return Read(ns, key, from_memory);
}

std::optional<Result<std::optional<Entry>>> RocksStore::Read(std::string_view ns,
                                                             std::string_view key,
                                                             const rocksdb::ReadOptions& read) {
  if (Status checked = CheckKey(ns, key); !checked.ok()) return checked;
  rocksdb::PinnableSlice row;
  const rocksdb::Status got = db_->Get(read, values_, EncodeRowKey(ns, key), &row);
  if (got.IsNotFound()) return Result<std::optional<Entry>>(std::nullopt);
  if (got.IsIncomplete()) return std::nullopt;
  if (!got.ok()) return FromRocks(got, "cannot read from the KV folder " + options_.path);
  const auto decoded = DecodeValueRow(View(row));
  if (!decoded.ok()) return decoded.status();
  if (IsExpired(decoded->record, options_.clock->WallSeconds())) {
    return Result<std::optional<Entry>>(std::nullopt);
  }
  return Result<std::optional<Entry>>(Entry{Bytes::Copy(decoded->value), InfoOf(decoded->record)});
}

Result<std::vector<std::optional<Entry>>> RocksStore::GetMany(std::string_view ns,
                                                              std::span<const std::string> keys,
                                                              size_t max_bytes) {
  rocksdb::ManagedSnapshot moment(db_.get());
  rocksdb::ReadOptions read;
  read.snapshot = moment.snapshot();
  std::vector<std::optional<Entry>> entries;
  entries.reserve(keys.size());
  size_t bytes = 0;
  for (const std::string& key : keys) {
    SEDGE_ASSIGN_OR_RETURN(std::optional<Entry> entry, *Read(ns, key, read));
    if (entry) bytes += entry->value.size();
    if (bytes > max_bytes) {
      return OutOfRange("the values of these keys are longer than " + std::to_string(max_bytes) +
                        " bytes together; ask for fewer keys at a time");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::optional<EntryInfo>> RocksStore::GetInfo(std::string_view ns, std::string_view key) {
  SEDGE_RETURN_IF_ERROR(CheckKey(ns, key));
  rocksdb::PinnableSlice row;
  const rocksdb::Status got =
      db_->Get(rocksdb::ReadOptions(), records_, EncodeRowKey(ns, key), &row);
  if (got.IsNotFound()) return std::optional<EntryInfo>();
  SEDGE_RETURN_IF_ERROR(FromRocks(got, "cannot read from the KV folder " + options_.path));
  SEDGE_ASSIGN_OR_RETURN(const Record record, DecodeRecord(View(row)));
  if (IsExpired(record, options_.clock->WallSeconds())) return std::optional<EntryInfo>();
  return std::optional<EntryInfo>(InfoOf(record));
}

Result<ListPage> RocksStore::List(std::string_view ns, const ListOptions& options) {
  SEDGE_RETURN_IF_ERROR(CheckNamespace(ns));
  SEDGE_RETURN_IF_ERROR(CheckSize("prefix", options.prefix.size(), kMaxKeyBytes));
  if (options.limit < 1 || options.limit > kMaxListLimit) {
    return OutOfRange("KV list limit " + std::to_string(options.limit) + "; it must be from 1 to " +
                      std::to_string(kMaxListLimit));
  }
  const std::string first = EncodeRowKey(ns, options.prefix);
  const std::string end = PrefixEnd(first);
  std::string begin = first;
  if (!options.cursor.empty()) {
    SEDGE_ASSIGN_OR_RETURN(const std::string last,
                           DecodeCursor(ns, options.prefix, options.cursor));
    begin = EncodeRowKey(ns, last) + '\0';  // the first row after it
  }
  const Slice end_slice = end;
  const int64_t now_seconds = options_.clock->WallSeconds();
  const size_t ns_bytes = first.size() - options.prefix.size();
  ListPage page;
  std::string last;
  size_t skipped = 0;
  const auto rows = Scan(*db_, records_, begin, &end_slice);
  for (; rows->Valid(); rows->Next()) {
    SEDGE_ASSIGN_OR_RETURN(const Record record, DecodeRecord(View(rows->value())));
    const bool expired = IsExpired(record, now_seconds);
    // One live row past the page decides whether there is another page.
    if (page.keys.size() == options.limit && !expired) break;
    if (expired && ++skipped > kMaxSkippedPerPage) break;
    last = View(rows->key()).substr(ns_bytes);
    if (!expired) page.keys.push_back({last, InfoOf(record)});
  }
  SEDGE_RETURN_IF_ERROR(
      FromRocks(rows->status(), "cannot list from the KV folder " + options_.path));
  if (rows->Valid()) page.cursor = EncodeCursor(ns, options.prefix, last);
  return page;
}

}  // namespace sedge::kv
