// SPDX-License-Identifier: Apache-2.0
#include "kv/database_builder.h"

#include "kv/record_codec.h"
#include "kv/rocks_options.h"
#include "kv/rocks_rows.h"
#include "kv/store_folder.h"

namespace sedge::kv {
namespace {

enum Family { kRecords = 1, kValues = 2, kNamespaces = 3 };

}  // namespace

Result<std::unique_ptr<DatabaseBuilder>> DatabaseBuilder::Open(const std::string& database_folder) {
  SEDGE_RETURN_IF_ERROR(MakeFolder(database_folder));
  RocksOptions rocks = MakeRocksOptions(StoreOptions(), [](std::string_view) {});
  rocks.records.compaction_filter_factory = nullptr;
  rocks.values.compaction_filter_factory = nullptr;
  rocks.database.error_if_exists = true;
  std::unique_ptr<DatabaseBuilder> builder(new DatabaseBuilder(database_folder));
  rocksdb::DB* db = nullptr;
  SEDGE_RETURN_IF_ERROR(FromRocks(rocksdb::DB::Open(rocks.database, database_folder,
                                                    FamiliesOf(rocks), &builder->families_, &db),
                                  "cannot make a database in " + database_folder));
  builder->db_.reset(db);
  return builder;
}

DatabaseBuilder::~DatabaseBuilder() {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    (void)db_->DestroyColumnFamilyHandle(family);
  }
}

Status DatabaseBuilder::AddEntry(std::string_view row_key, std::string_view value_row) {
  SEDGE_ASSIGN_OR_RETURN(ValueRow row, DecodeValueRow(value_row));
  row.record.version = ++version_;
  const std::string record = EncodeRecord(row.record);
  const rocksdb::Slice key = ToSlice(row_key);
  const rocksdb::Slice parts[] = {record, ToSlice(row.value)};
  rocksdb::WriteBatch batch;
  (void)batch.Put(families_[kRecords], key, record);
  (void)batch.Put(families_[kValues], rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(parts, 2));
  return Write(batch);
}

Status DatabaseBuilder::AddNamespace(std::string_view id, std::string_view row) {
  rocksdb::WriteBatch batch;
  (void)batch.Put(families_[kNamespaces], ToSlice(id), ToSlice(row));
  return Write(batch);
}

Status DatabaseBuilder::Write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions write;
  write.disableWAL = true;
  return FromRocks(db_->Write(write, &batch), "cannot write to the database in " + folder_);
}

Status DatabaseBuilder::Finish() {
  const std::string doing = "cannot write to the database in " + folder_;
  SEDGE_RETURN_IF_ERROR(FromRocks(db_->Flush(rocksdb::FlushOptions(), families_), doing));
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    (void)db_->DestroyColumnFamilyHandle(family);
  }
  families_.clear();
  const rocksdb::Status closed = db_->Close();
  db_.reset();
  SEDGE_RETURN_IF_ERROR(FromRocks(closed, doing));
  return SyncFile(folder_);
}

}  // namespace sedge::kv
