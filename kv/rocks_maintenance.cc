// SPDX-License-Identifier: Apache-2.0
// RocksStore's upkeep: expired entries, compaction.
#include "kv/rocks_options.h"
#include "kv/rocks_rows.h"
#include "kv/rocks_store.h"
#include "runtime/base/log.h"

namespace sedge::kv {

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
  // Synced where every write is, so that what follows in the log vouches for it.
  cache_.BeginWrite(row_key);
  const Status written = Commit(batch, options_.durable_writes, doing);
  cache_.EndWrite(row_key);
  if (!written.ok() && written.code() != StatusCode::kUnavailable) LogWarn(written.message());
}

Status RocksStore::Compact() {
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (rocksdb::ColumnFamilyHandle* family : {records_, values_}) {
    SEDGE_RETURN_IF_ERROR(FromRocks(db_->CompactRange(all, family, nullptr, nullptr),
                                    "cannot compact the KV folder " + options_.path));
  }
  reaper_->WaitUntilIdle();
  sweeper_->WaitUntilIdle();
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

}  // namespace sedge::kv
