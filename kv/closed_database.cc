// SPDX-License-Identifier: Apache-2.0
#include "kv/closed_database.h"

#include <filesystem>

#include "kv/rocks_options.h"

namespace sedge::kv {
namespace {

constexpr size_t kCacheBytes = 64u << 20;

rocksdb::DBOptions TolerantOptions(const rocksdb::DBOptions& usual) {
  rocksdb::DBOptions database = usual;
  database.create_if_missing = false;
  database.create_missing_column_families = false;
  database.paranoid_checks = false;
  // Every log record that can be read counts; CheckLogs says which cannot.
  database.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  return database;
}

}  // namespace

Result<std::unique_ptr<ClosedDatabase>> ClosedDatabase::Open(const std::string& database_folder) {
  const std::string doing = "cannot open the database in " + database_folder;
  StoreOptions store;
  store.memory_bytes = kCacheBytes;
  const RocksOptions rocks = MakeRocksOptions(store, [](std::string_view) {});
  const rocksdb::DBOptions database = TolerantOptions(rocks.database);
  std::error_code error;
  if (!std::filesystem::exists(database_folder + "/CURRENT", error)) {
    return Corruption(doing + ": the file CURRENT is missing");
  }
  std::vector<std::string> names;
  const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(database, database_folder, &names);
  if (!listed.ok()) return Corruption(doing + ": " + listed.ToString());
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) {
    const bool values = name == "values";
    rocksdb::ColumnFamilyOptions options = values ? rocks.values : rocks.records;
    options.compaction_filter_factory = nullptr;
    descriptors.emplace_back(name, std::move(options));
  }
  std::unique_ptr<ClosedDatabase> closed(new ClosedDatabase());
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::OpenForReadOnly(database, database_folder, descriptors, &closed->families_, &db);
  if (!opened.ok()) return Corruption(doing + ": " + opened.ToString());
  closed->db_.reset(db);
  return closed;
}

ClosedDatabase::~ClosedDatabase() {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    (void)db_->DestroyColumnFamilyHandle(family);
  }
}

rocksdb::ColumnFamilyHandle* ClosedDatabase::family(std::string_view name) {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    if (family->GetName() == name) return family;
  }
  return nullptr;
}

}  // namespace sedge::kv
