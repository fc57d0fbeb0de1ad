// SPDX-License-Identifier: Apache-2.0
// RocksStore's writes.
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "kv/rocks_options.h"
#include "kv/rocks_rows.h"
#include "kv/rocks_store.h"
#include "kv/store_folder.h"
#include "runtime/base/log.h"

namespace sedge::kv {
namespace {

using rocksdb::Slice;

// Each attempt writes all of the memtables; while the disk is full no more than one in this time.
constexpr int64_t kResumeEveryNs = 200'000'000;

Status CheckPut(std::string_view ns, std::string_view key, ByteSpan value,
                const PutOptions& options) {
  SEDGE_RETURN_IF_ERROR(CheckKey(ns, key));
  SEDGE_RETURN_IF_ERROR(CheckSize("value", value.size(), kMaxValueBytes));
  if (!options.metadata) return OkStatus();
  return CheckSize("metadata", options.metadata->size(), kMaxMetadataBytes);
}

// What a put adds to a batch, a little more than less: a batch that grows copies what it has, and
// doubles.
size_t BatchBytes(std::string_view row_key, ByteSpan value, const PutOptions& options) {
  constexpr size_t kRowHeads = 128;
  const size_t metadata = options.metadata ? options.metadata->size() : 0;
  return 2 * (row_key.size() + metadata) + value.size() + kRowHeads;
}

// While it lives, the cache keeps nothing of these rows.
template <typename RowKeys>
class CacheWrite {
 public:
  CacheWrite(EntryCache& cache, const RowKeys& row_keys) : cache_(cache), row_keys_(row_keys) {
    for (const auto& row_key : row_keys_) cache_.BeginWrite(row_key);
  }
  ~CacheWrite() {
    for (const auto& row_key : row_keys_) cache_.EndWrite(row_key);
  }
  CacheWrite(const CacheWrite&) = delete;
  CacheWrite& operator=(const CacheWrite&) = delete;

 private:
  EntryCache& cache_;
  const RowKeys& row_keys_;
};

}  // namespace

Status RocksStore::Put(std::string_view ns, std::string_view key, ByteSpan value,
                       const PutOptions& options) {
  SEDGE_RETURN_IF_ERROR(CheckPut(ns, key, value, options));
  const std::string row_key = EncodeRowKey(ns, key);
  rocksdb::WriteBatch batch(BatchBytes(row_key, value, options));
  SEDGE_RETURN_IF_ERROR(AddPut(batch, row_key, value, options));
  return Write(batch, row_key, CannotWrite());
}

Status RocksStore::PutBytes(std::string_view ns, std::string_view key, Bytes value,
                            const PutOptions& options) {
  SEDGE_RETURN_IF_ERROR(CheckPut(ns, key, value, options));
  const std::string row_key = EncodeRowKey(ns, key);
  rocksdb::WriteBatch batch(BatchBytes(row_key, value, options));
  SEDGE_RETURN_IF_ERROR(AddPut(batch, row_key, value, options));
  value = {};
  return Write(batch, row_key, CannotWrite());
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
  std::vector<std::string> row_keys;
  row_keys.reserve(changes.size());
  for (const Change& change : changes) {
    const std::string& row_key = row_keys.emplace_back(EncodeRowKey(ns, change.key));
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
  const CacheWrite write(cache_, row_keys);
  return Commit(batch, options_.durable_writes, CannotWrite());
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
  const std::string doing = CannotWrite();
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
  const std::shared_lock stripe(stripes_[StripeOf(row_key)]);
  const std::string_view row_keys[] = {row_key};
  const CacheWrite write(cache_, row_keys);
  return Commit(batch, options_.durable_writes, doing);
}

Status RocksStore::Commit(rocksdb::WriteBatch& batch, bool sync, std::string_view doing) {
  const size_t bytes = batch.GetDataSize();
  const std::optional<LogReserve::Share> share = reserve_.Take(bytes);
  if (!share) return DiskIsFull(doing, "no reserve for " + std::to_string(bytes) + " bytes");
  rocksdb::WriteOptions write;
  write.sync = sync;
  rocksdb::Status written = db_->Write(write, &batch);
  // What failed is in no memtable, so it can be tried again.
  if (written.IsNoSpace() && LeaveFullDisk()) written = db_->Write(write, &batch);
  if (write_failed_ != !written.ok()) write_failed_ = !written.ok();
  if (!IsDamage(written)) return FromRocks(written, doing);
  return Corruption(std::string(doing) + ": " + written.ToString() + RepairHint(options_.path));
}

bool RocksStore::LeaveFullDisk() {
  const std::unique_lock lock(resume_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return false;
  const int64_t now_ns = Clock::System().MonotonicNs();
  if (now_ns < next_resume_ns_) return false;
  const bool resumed = db_->Resume().ok();
  next_resume_ns_ = Clock::System().MonotonicNs() + kResumeEveryNs;
  if (resumed) LogInfo("the disk has space again: writes go on", {{"folder", options_.path}});
  return resumed;
}

size_t RocksStore::StripeOf(std::string_view row_key) {
  return std::hash<std::string_view>()(row_key) % kStripes;
}

}  // namespace sedge::kv
