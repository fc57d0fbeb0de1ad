// SPDX-License-Identifier: Apache-2.0
// RocksStore's namespaces.
#include <rocksdb/convenience.h>

#include <algorithm>
#include <utility>

#include "kv/rocks_options.h"
#include "kv/rocks_rows.h"
#include "kv/rocks_store.h"
#include "runtime/base/log.h"

namespace sedge::kv {

Result<std::vector<NamespaceInfo>> RocksStore::Namespaces() {
  const int64_t now_seconds = options_.clock->WallSeconds();
  std::vector<NamespaceInfo> found = registry_->All();
  const auto rows = Scan(*db_, records_, "", nullptr);
  while (rows->Valid()) {
    const auto row = DecodeRowKey(View(rows->key()));
    if (!row) return Corruption("a stored row key is damaged in the KV folder " + options_.path);
    const auto record = DecodeRecord(View(rows->value()));
    if (!record.ok()) return RowFailure(record.status(), View(rows->key()));
    if (IsExpired(*record, now_seconds)) {
      rows->Next();
      continue;
    }
    if (registry_->TitleOf(row->ns).empty()) {
      found.push_back({std::string(row->ns), std::string(row->ns)});
    }
    rows->Seek(PrefixEnd(EncodeNamespace(row->ns)));
  }
  if (!rows->status().ok()) return ReadFailure(rows->status(), "cannot list from");
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
  // Remembered until its space is back, restarts or not.
  SEDGE_RETURN_IF_ERROR(FromRocks(batch.Put(default_, ToSlice(id), ""), doing));
  cache_.BeginWriteOfAll();
  const Status removed = registry_->Remove(id, batch, [&] {
    // Nobody writes in between: files that lie in the range have nothing but what was deleted.
    std::vector<std::unique_lock<std::shared_mutex>> held;
    for (std::shared_mutex& stripe : stripes_) held.emplace_back(stripe);
    SEDGE_RETURN_IF_ERROR(Commit(batch, /*sync=*/true, doing));
    const rocksdb::Slice first = begin;
    const rocksdb::Slice last = end;
    // Not of values: RocksDB counts what is dropped of a blob file only while it compacts.
    (void)rocksdb::DeleteFilesInRange(db_.get(), records_, &first, &last, /*include_end=*/false);
    return OkStatus();
  });
  cache_.EndWriteOfAll();
  SEDGE_RETURN_IF_ERROR(removed);
  sweeper_->Add(id);
  return OkStatus();
}

void RocksStore::SweepNamespace(const std::string& id) {
  if (damaged_) return;
  const std::string begin = EncodeNamespace(id);
  const std::string end = PrefixEnd(begin);
  const rocksdb::Slice first = begin;
  const rocksdb::Slice last = end;
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  for (rocksdb::ColumnFamilyHandle* family : {records_, values_}) {
    if (!db_->CompactRange(options, family, &first, &last).ok()) return;  // again at the next start
  }
  rocksdb::WriteBatch batch;
  (void)batch.Delete(default_, id);
  const Status written = Commit(batch, options_.durable_writes, "cannot note a deletion");
  if (!written.ok() && written.code() != StatusCode::kUnavailable) LogWarn(written.message());
}

void RocksStore::ResumeSweeps() {
  const std::unique_ptr<rocksdb::Iterator> ids(db_->NewIterator(rocksdb::ReadOptions(), default_));
  for (ids->SeekToFirst(); ids->Valid(); ids->Next()) sweeper_->Add(View(ids->key()));
}

}  // namespace sedge::kv
