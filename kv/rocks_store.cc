// SPDX-License-Identifier: Apache-2.0
#include "kv/rocks_store.h"

#include <rocksdb/convenience.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

#include "kv/cursor.h"
#include "kv/format_file.h"
#include "kv/key_codec.h"
#include "kv/rocks_options.h"
#include "runtime/base/log.h"

namespace sedge::kv {
namespace {

using rocksdb::Slice;

constexpr std::string_view kDatabaseFolder = "/db";

std::string_view View(const Slice& slice) { return {slice.data(), slice.size()}; }
Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }

Status CheckSize(std::string_view what, size_t size, size_t max) {
  if (size <= max) return OkStatus();
  return OutOfRange("KV " + std::string(what) + " of " + std::to_string(size) +
                    " bytes; the limit is " + std::to_string(max));
}

Status CheckNamespace(std::string_view ns) {
  if (ns.empty()) return InvalidArgument("a KV namespace id cannot be empty");
  return CheckSize("namespace id", ns.size(), kMaxNamespaceBytes);
}

Status CheckKey(std::string_view ns, std::string_view key) {
  SEDGE_RETURN_IF_ERROR(CheckNamespace(ns));
  if (key.empty()) return InvalidArgument("a KV key cannot be empty");
  return CheckSize("key", key.size(), kMaxKeyBytes);
}

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return OkStatus();
  return IoError("cannot make the KV folder " + folder + ": " + error.message());
}

EntryInfo InfoOf(const Record& record) {
  EntryInfo info;
  info.expiration = record.expiration;
  if (record.metadata) info.metadata.emplace(*record.metadata);
  return info;
}

// Rows from `begin` up to, not including, `end`; the iterator keeps a view of `end`.
std::unique_ptr<rocksdb::Iterator> Scan(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                                        const std::string& begin, const Slice* end) {
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = end;
  std::unique_ptr<rocksdb::Iterator> rows(db.NewIterator(read, family));
  rows->Seek(begin);
  return rows;
}

}  // namespace

Result<std::unique_ptr<RocksStore>> RocksStore::Open(const StoreOptions& options) {
  if (options.path.empty()) return InvalidArgument("the KV folder has no name");
  SEDGE_RETURN_IF_ERROR(MakeFolder(options.path));
  SEDGE_ASSIGN_OR_RETURN(FolderLock lock, FolderLock::Acquire(options.path));
  const std::string folder = options.path + std::string(kDatabaseFolder);
  SEDGE_RETURN_IF_ERROR(CheckOrWriteFormat(options.path, folder));
  SEDGE_RETURN_IF_ERROR(MakeFolder(folder));
  std::unique_ptr<RocksStore> store(new RocksStore(options, std::move(lock)));
  SEDGE_RETURN_IF_ERROR(store->OpenDatabase(folder));
  return store;
}

RocksStore::RocksStore(const StoreOptions& options, FolderLock lock)
    : options_(options), lock_(std::move(lock)) {
  reaper_ = std::make_unique<Reaper>([this](const std::string& row_key) { ReapExpired(row_key); });
}

Status RocksStore::OpenDatabase(const std::string& folder) {
  const RocksOptions rocks = MakeRocksOptions(
      options_, [reaper = reaper_.get()](std::string_view row_key) { reaper->Add(row_key); });
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()},
      {"records", rocks.records},
      {"values", rocks.values},
  };
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  SEDGE_RETURN_IF_ERROR(
      FromRocks(rocksdb::DB::Open(rocks.database, folder, families, &handles, &db),
                "cannot open the KV folder " + options_.path));
  db_.reset(db);
  (void)db_->DestroyColumnFamilyHandle(handles[0]);
  records_ = handles[1];
  values_ = handles[2];
  // Each write takes two sequence numbers and one version, so this is past every version on disk.
  last_version_ = db_->GetLatestSequenceNumber();
  reaper_->Start();
  return OkStatus();
}

RocksStore::~RocksStore() {
  if (db_) rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/true);  // they feed the reaper
  reaper_.reset();
  if (!db_) return;
  (void)db_->DestroyColumnFamilyHandle(records_);
  (void)db_->DestroyColumnFamilyHandle(values_);
  if (const Status closed = FromRocks(db_->Close(), "cannot close the KV folder " + options_.path);
      !closed.ok()) {
    LogError(closed.message());
  }
}

Result<std::optional<Entry>> RocksStore::Get(std::string_view ns, std::string_view key) {
  return *Read(ns, key, /*from_memory=*/false);
}

std::optional<Result<std::optional<Entry>>> RocksStore::TryGet(std::string_view ns,
                                                               std::string_view key) {
  return Read(ns, key, /*from_memory=*/true);
}

std::optional<Result<std::optional<Entry>>> RocksStore::Read(std::string_view ns,
                                                             std::string_view key,
                                                             bool from_memory) {
  if (Status checked = CheckKey(ns, key); !checked.ok()) return checked;
  rocksdb::ReadOptions read;
  if (from_memory) read.read_tier = rocksdb::kBlockCacheTier;
  rocksdb::PinnableSlice row;
  const rocksdb::Status got = db_->Get(read, values_, EncodeRowKey(ns, key), &row);
  if (got.IsNotFound()) return Result<std::optional<Entry>>(std::nullopt);
  if (from_memory && got.IsIncomplete()) return std::nullopt;
  if (!got.ok()) return FromRocks(got, "cannot read from the KV folder " + options_.path);
  const auto decoded = DecodeValueRow(View(row));
  if (!decoded.ok()) return decoded.status();
  if (IsExpired(decoded->record, options_.clock->WallSeconds())) {
    return Result<std::optional<Entry>>(std::nullopt);
  }
  return Result<std::optional<Entry>>(Entry{Bytes::Copy(decoded->value), InfoOf(decoded->record)});
}

Status RocksStore::Put(std::string_view ns, std::string_view key, ByteSpan value,
                       const PutOptions& options) {
  SEDGE_RETURN_IF_ERROR(CheckKey(ns, key));
  SEDGE_RETURN_IF_ERROR(CheckSize("value", value.size(), kMaxValueBytes));
  if (options.metadata) {
    SEDGE_RETURN_IF_ERROR(CheckSize("metadata", options.metadata->size(), kMaxMetadataBytes));
  }
  Record record;
  record.version = last_version_.fetch_add(1, std::memory_order_relaxed) + 1;
  record.expiration = options.expiration;
  record.value_size = static_cast<uint32_t>(value.size());
  if (options.metadata) record.metadata = *options.metadata;
  const std::string row_key = EncodeRowKey(ns, key);
  const std::string record_row = EncodeRecord(record);
  const Slice key_part = row_key;
  const Slice value_parts[] = {record_row, ToSlice(AsText(value))};
  rocksdb::WriteBatch batch;
  const std::string doing = "cannot write to the KV folder " + options_.path;
  SEDGE_RETURN_IF_ERROR(FromRocks(batch.Put(records_, row_key, record_row), doing));
  SEDGE_RETURN_IF_ERROR(FromRocks(
      batch.Put(values_, rocksdb::SliceParts(&key_part, 1), rocksdb::SliceParts(value_parts, 2)),
      doing));
  return Write(batch, row_key, doing);
}

Status RocksStore::Delete(std::string_view ns, std::string_view key) {
  SEDGE_RETURN_IF_ERROR(CheckKey(ns, key));
  const std::string row_key = EncodeRowKey(ns, key);
  rocksdb::WriteBatch batch;
  const std::string doing = "cannot delete in the KV folder " + options_.path;
  SEDGE_RETURN_IF_ERROR(FromRocks(batch.Delete(records_, row_key), doing));
  SEDGE_RETURN_IF_ERROR(FromRocks(batch.Delete(values_, row_key), doing));
  return Write(batch, row_key, doing);
}

Status RocksStore::Write(rocksdb::WriteBatch& batch, std::string_view row_key,
                         std::string_view doing) {
  rocksdb::WriteOptions write;
  write.sync = options_.durable_writes;
  const std::shared_lock stripe(StripeOf(row_key));
  return FromRocks(db_->Write(write, &batch), doing);
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

Result<std::vector<NamespaceInfo>> RocksStore::Namespaces() {
  const int64_t now_seconds = options_.clock->WallSeconds();
  std::vector<NamespaceInfo> found;
  const auto rows = Scan(*db_, records_, "", nullptr);
  while (rows->Valid()) {
    const auto row = DecodeRowKey(View(rows->key()));
    if (!row) return Corruption("a stored row key is damaged in the KV folder " + options_.path);
    SEDGE_ASSIGN_OR_RETURN(const Record record, DecodeRecord(View(rows->value())));
    if (IsExpired(record, now_seconds)) {
      rows->Next();
      continue;
    }
    found.push_back({std::string(row->ns)});
    rows->Seek(PrefixEnd(EncodeNamespace(row->ns)));
  }
  SEDGE_RETURN_IF_ERROR(
      FromRocks(rows->status(), "cannot list from the KV folder " + options_.path));
  std::sort(found.begin(), found.end(),
            [](const NamespaceInfo& a, const NamespaceInfo& b) { return a.id < b.id; });
  return found;
}

void RocksStore::ReapExpired(const std::string& row_key) {
  const std::string doing = "cannot delete expired entries in the KV folder " + options_.path;
  const std::unique_lock stripe(StripeOf(row_key));
  rocksdb::PinnableSlice row;
  const rocksdb::Status got = db_->Get(rocksdb::ReadOptions(), records_, row_key, &row);
  if (!got.ok()) return;
  const auto record = DecodeRecord(View(row));
  if (!record.ok()) return;
  if (!IsExpired(*record, options_.clock->WallSeconds() - kExpiryGraceSeconds)) return;
  rocksdb::WriteBatch batch;
  (void)batch.Delete(records_, row_key);
  (void)batch.Delete(values_, row_key);
  // Not synced: when it is lost, the next compaction comes here again.
  const Status written = FromRocks(db_->Write(rocksdb::WriteOptions(), &batch), doing);
  if (!written.ok() && written.code() != StatusCode::kUnavailable) LogWarn(written.message());
}

std::shared_mutex& RocksStore::StripeOf(std::string_view row_key) {
  return stripes_[std::hash<std::string_view>()(row_key) % kStripes];
}

Status RocksStore::Compact() {
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (rocksdb::ColumnFamilyHandle* family : {records_, values_}) {
    SEDGE_RETURN_IF_ERROR(FromRocks(db_->CompactRange(all, family, nullptr, nullptr),
                                    "cannot compact the KV folder " + options_.path));
  }
  reaper_->WaitUntilIdle();
  return OkStatus();
}

Result<size_t> RocksStore::CountRows() {
  size_t count = 0;
  for (rocksdb::ColumnFamilyHandle* family : {records_, values_}) {
    const auto rows = Scan(*db_, family, "", nullptr);
    for (; rows->Valid(); rows->Next()) ++count;
    SEDGE_RETURN_IF_ERROR(
        FromRocks(rows->status(), "cannot count rows of the KV folder " + options_.path));
  }
  return count;
}

Result<std::unique_ptr<Store>> OpenRocksStore(const StoreOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<RocksStore> store, RocksStore::Open(options));
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace sedge::kv
