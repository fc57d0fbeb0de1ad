// SPDX-License-Identifier: Apache-2.0
// RocksStore's reads.
#include <utility>

#include "kv/cursor.h"
#include "kv/expiry_filter.h"
#include "kv/file_check.h"
#include "kv/rocks_options.h"
#include "kv/rocks_rows.h"
#include "kv/rocks_store.h"
#include "kv/store_folder.h"
#include "runtime/base/log.h"

namespace sedge::kv {
namespace {

using rocksdb::Slice;

// Each damaged place goes to the log once, and no more than these: clients may ask often.
constexpr size_t kMaxLoggedDamage = 1'000;

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
  const std::string row_key = EncodeRowKey(ns, key);
  const int64_t now_seconds = options_.clock->WallSeconds();
  EntryCache::Ticket ticket;
  const bool is_newest = read.snapshot == nullptr;
  if (is_newest) {
    if (std::optional<Entry> kept =
            cache_.Find(row_key, now_seconds - kExpiryGraceSeconds, &ticket)) {
      if (IsExpired(kept->info, now_seconds)) kept.reset();
      return Result<std::optional<Entry>>(std::move(kept));
    }
  }
  rocksdb::PinnableSlice row;
  const rocksdb::Status got = db_->Get(read, values_, row_key, &row);
  if (got.IsNotFound()) return Result<std::optional<Entry>>(std::nullopt);
  if (got.IsIncomplete()) return std::nullopt;
  if (!got.ok()) return ReadFailure(got, "cannot read from", row_key);
  // What RocksDB gives from memory where a table is not open: the row may be there. None is empty.
  if (row.empty() && read.read_tier == rocksdb::kBlockCacheTier) return std::nullopt;
  const auto decoded = DecodeValueRow(View(row));
  if (!decoded.ok()) return RowFailure(decoded.status(), row_key);
  if (IsExpired(decoded->record, now_seconds)) {
    return Result<std::optional<Entry>>(std::nullopt);
  }
  if (is_newest) cache_.Keep(row_key, *decoded, ticket);
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
  const std::string row_key = EncodeRowKey(ns, key);
  rocksdb::PinnableSlice row;
  const rocksdb::Status got = db_->Get(rocksdb::ReadOptions(), records_, row_key, &row);
  if (got.IsNotFound()) return std::optional<EntryInfo>();
  if (!got.ok()) return ReadFailure(got, "cannot read from", row_key);
  const auto decoded = DecodeRecord(View(row));
  if (!decoded.ok()) return RowFailure(decoded.status(), row_key);
  const Record& record = *decoded;
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
    const auto record = DecodeRecord(View(rows->value()));
    if (!record.ok()) return RowFailure(record.status(), View(rows->key()));
    const bool expired = IsExpired(*record, now_seconds);
    // One live row past the page decides whether there is another page.
    if (page.keys.size() == options.limit && !expired) break;
    if (expired && ++skipped > kMaxSkippedPerPage) break;
    last = View(rows->key()).substr(ns_bytes);
    if (!expired) page.keys.push_back({last, InfoOf(*record)});
  }
  if (!rows->status().ok()) return ReadFailure(rows->status(), "cannot list from");
  if (rows->Valid()) page.cursor = EncodeCursor(ns, options.prefix, last);
  return page;
}

Status RocksStore::ReadFailure(const rocksdb::Status& status, std::string_view doing,
                               std::string_view row_key) {
  const std::string start = std::string(doing) + " the KV folder " + options_.path;
  if (!IsDamage(status)) return FromRocks(status, start);
  std::string text = start + ": ";
  if (!row_key.empty()) text += DescribeRow(row_key) + ": ";
  const std::string from_rocks = status.ToString();
  const std::optional<DamagedFile> file = FileNamedIn(*db_, from_rocks);
  if (file) text += "the file " + DescribeFile(*file) + ": ";
  text += from_rocks + RepairHint(options_.path);
  LogDamage(file ? file->file : from_rocks, text);
  return Corruption(text);
}

Status RocksStore::RowFailure(const Status& status, std::string_view row_key) {
  const std::string text = "cannot read from the KV folder " + options_.path + ": " +
                           DescribeRow(row_key) + ": " + std::string(status.message()) +
                           RepairHint(options_.path);
  LogDamage(row_key, text);
  return Corruption(text);
}

void RocksStore::LogDamage(std::string_view what, std::string_view text) {
  {
    const std::lock_guard lock(logged_mutex_);
    if (logged_damage_.size() >= kMaxLoggedDamage) return;
    if (!logged_damage_.emplace(what).second) return;
  }
  LogError(text, {{"folder", options_.path}});
}

}  // namespace sedge::kv
