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

Status CheckPut(std::string_view ns, std::string_view key, ByteSpan value,
                const PutOptions& options) {
  SEDGE_RETURN_IF_ERROR(CheckKey(ns, key));
  SEDGE_RETURN_IF_ERROR(CheckSize("value", value.size(), kMaxValueBytes));
  if (!options.metadata) return OkStatus();
  return CheckSize("metadata", options.metadata->size(), kMaxMetadataBytes);
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
      {"namespaces", rocksdb::ColumnFamilyOptions()},
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
  namespaces_ = handles[3];
  registry_ = std::make_unique<NamespaceRegistry>(*db_, namespaces_, options_.path);
  SEDGE_RETURN_IF_ERROR(registry_->Load());
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
  (void)db_->DestroyColumnFamilyHandle(namespaces_);
  if (const Status closed = FromRocks(db_->Close(), "cannot close the KV folder " + options_.path);
      !closed.ok()) {
    LogError(closed.message());
  }
}

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

Status RocksStore::Put(std::string_view ns, std::string_view key, ByteSpan value,
                       const PutOptions& options) {
  SEDGE_RETURN_IF_ERROR(CheckPut(ns, key, value, options));
  const std::string row_key = EncodeRowKey(ns, key);
  rocksdb::WriteBatch batch;
  SEDGE_RETURN_IF_ERROR(AddPut(batch, row_key, value, options));
  return Write(batch, row_key, "cannot write to the KV folder " + options_.path);
}

Status RocksStore::Delete(std::string_view ns, std::string_view key) {
  SEDGE_RETURN_IF_ERROR(CheckKey(ns, key));
  const std::string row_key = EncodeRowKey(ns, key);
  rocksdb::WriteBatch batch;
  SEDGE_RETURN_IF_ERROR(AddDelete(batch, row_key));
  return Write(batch, row_key, "cannot delete in the KV folder " + options_.path);
}

Status RocksStore::Write(std::string_view ns, std::span<const Change> changes) {
  rocksdb::WriteBatch batch;
  std::array<bool, kStripes> touched = {};
  for (const Change& change : changes) {
    const std::string row_key = EncodeRowKey(ns, change.key);
    if (change.value) {
      SEDGE_RETURN_IF_ERROR(CheckPut(ns, change.key, *change.value, change.options));
      SEDGE_RETURN_IF_ERROR(AddPut(batch, row_key, *change.value, change.options));
    } else {
      SEDGE_RETURN_IF_ERROR(CheckKey(ns, change.key));
      SEDGE_RETURN_IF_ERROR(AddDelete(batch, row_key));
    }
    touched[StripeOf(row_key)] = true;
  }
  std::vector<std::shared_lock<std::shared_mutex>> held;  // taken in their order
  for (size_t i = 0; i < kStripes; ++i) {
    if (touched[i]) held.emplace_back(stripes_[i]);
  }
  rocksdb::WriteOptions write;
  write.sync = options_.durable_writes;
  return FromRocks(db_->Write(write, &batch), "cannot write to the KV folder " + options_.path);
}

Status RocksStore::AddPut(rocksdb::WriteBatch& batch, const std::string& row_key, ByteSpan value,
                          const PutOptions& options) {
  Record record;
  record.version = last_version_.fetch_add(1, std::memory_order_relaxed) + 1;
  record.expiration = options.expiration;
  record.value_size = static_cast<uint32_t>(value.size());
  if (options.metadata) record.metadata = *options.metadata;
  const std::string record_row = EncodeRecord(record);
  const Slice key_part = row_key;
  const Slice value_parts[] = {record_row, ToSlice(AsText(value))};
  const std::string doing = "cannot write to the KV folder " + options_.path;
  SEDGE_RETURN_IF_ERROR(FromRocks(batch.Put(records_, row_key, record_row), doing));
  return FromRocks(
      batch.Put(values_, rocksdb::SliceParts(&key_part, 1), rocksdb::SliceParts(value_parts, 2)),
      doing);
}

Status RocksStore::AddDelete(rocksdb::WriteBatch& batch, const std::string& row_key) {
  const std::string doing = "cannot delete in the KV folder " + options_.path;
  SEDGE_RETURN_IF_ERROR(FromRocks(batch.Delete(records_, row_key), doing));
  return FromRocks(batch.Delete(values_, row_key), doing);
}

Status RocksStore::Write(rocksdb::WriteBatch& batch, std::string_view row_key,
                         std::string_view doing) {
  rocksdb::WriteOptions write;
  write.sync = options_.durable_writes;
  const std::shared_lock stripe(stripes_[StripeOf(row_key)]);
  return FromRocks(db_->Write(write, &batch), doing);
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

Result<std::vector<NamespaceInfo>> RocksStore::Namespaces() {
  const int64_t now_seconds = options_.clock->WallSeconds();
  std::vector<NamespaceInfo> found = registry_->All();
  const auto rows = Scan(*db_, records_, "", nullptr);
  while (rows->Valid()) {
    const auto row = DecodeRowKey(View(rows->key()));
    if (!row) return Corruption("a stored row key is damaged in the KV folder " + options_.path);
    SEDGE_ASSIGN_OR_RETURN(const Record record, DecodeRecord(View(rows->value())));
    if (IsExpired(record, now_seconds)) {
      rows->Next();
      continue;
    }
    if (registry_->TitleOf(row->ns).empty()) {
      found.push_back({std::string(row->ns), std::string(row->ns)});
    }
    rows->Seek(PrefixEnd(EncodeNamespace(row->ns)));
  }
  SEDGE_RETURN_IF_ERROR(
      FromRocks(rows->status(), "cannot list from the KV folder " + options_.path));
  std::sort(found.begin(), found.end(),
            [](const NamespaceInfo& a, const NamespaceInfo& b) { return a.id < b.id; });
  return found;
}

Result<NamespaceInfo> RocksStore::CreateNamespace(std::string_view title) {
  return registry_->Create(title);
}

Status RocksStore::EnsureNamespace(std::string_view id, std::string_view title) {
  SEDGE_RETURN_IF_ERROR(CheckNamespace(id));
  return registry_->Ensure(id, title);
}

Status RocksStore::RenameNamespace(std::string_view id, std::string_view title) {
  SEDGE_ASSIGN_OR_RETURN(const bool has_entries, HasEntries(id));
  return registry_->Rename(id, title, has_entries);
}

Result<bool> RocksStore::HasEntries(std::string_view ns) {
  SEDGE_RETURN_IF_ERROR(CheckNamespace(ns));
  SEDGE_ASSIGN_OR_RETURN(const ListPage page, List(ns, {.limit = 1}));
  return !page.keys.empty() || page.cursor.has_value();
}

Status RocksStore::DeleteNamespace(std::string_view id) {
  SEDGE_ASSIGN_OR_RETURN(const bool has_entries, HasEntries(id));
  if (!has_entries && registry_->TitleOf(id).empty()) {
    return NotFound("there is no KV namespace " + std::string(id));
  }
  const std::string begin = EncodeNamespace(id);
  const std::string end = PrefixEnd(begin);
  const std::string doing = "cannot delete a namespace in the KV folder " + options_.path;
  rocksdb::WriteBatch batch;
  SEDGE_RETURN_IF_ERROR(FromRocks(batch.DeleteRange(records_, begin, end), doing));
  SEDGE_RETURN_IF_ERROR(FromRocks(batch.DeleteRange(values_, begin, end), doing));
  return registry_->Remove(id, batch, [&] {
    rocksdb::WriteOptions write;
    write.sync = true;
    return FromRocks(db_->Write(write, &batch), doing);
  });
}

void RocksStore::ReapExpired(const std::string& row_key) {
  const std::string doing = "cannot delete expired entries in the KV folder " + options_.path;
  const std::unique_lock stripe(stripes_[StripeOf(row_key)]);
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

size_t RocksStore::StripeOf(std::string_view row_key) {
  return std::hash<std::string_view>()(row_key) % kStripes;
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
