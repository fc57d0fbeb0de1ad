// SPDX-License-Identifier: Apache-2.0
#include "kv/needed_logs.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace sedge::kv {
namespace {

constexpr int kMaxOpenFiles = 16;
// Of RocksDB's own comparison, which has no code of its own.
constexpr std::string_view kAheadText = "SST file is ahead of WALs";

class ReadOnlyDatabase {
 public:
  ReadOnlyDatabase(const rocksdb::Options& options, const std::string& folder) {
    std::vector<std::string> names;
    status_ = rocksdb::DB::ListColumnFamilies(options, folder, &names);
    if (!status_.ok()) return;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, options);
    rocksdb::DB* opened = nullptr;
    status_ = rocksdb::DB::OpenForReadOnly(options, folder, families, &handles_, &opened);
    if (status_.ok()) db_.reset(opened);
  }
  ~ReadOnlyDatabase() {
    if (!db_) return;
    for (auto* handle : handles_) (void)db_->DestroyColumnFamilyHandle(handle);
  }
  ReadOnlyDatabase(const ReadOnlyDatabase&) = delete;
  ReadOnlyDatabase& operator=(const ReadOnlyDatabase&) = delete;

  const rocksdb::Status& status() const { return status_; }
  rocksdb::DB& db() { return *db_; }

 private:
  rocksdb::Status status_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace

NeededLogs FindNeededLogs(const std::string& database_folder) {
  rocksdb::Options options;
  options.paranoid_checks = false;
  options.max_open_files = kMaxOpenFiles;
  options.wal_dir = std::filesystem::path(database_folder).parent_path();  // which has no logs
  ReadOnlyDatabase database(options, database_folder);
  if (!database.status().ok()) return {};
  NeededLogs needed{.next_sequence = database.db().GetLatestSequenceNumber() + 1};
  (void)database.db().GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep, &needed.oldest);
  std::vector<rocksdb::LiveFileMetaData> files;
  database.db().GetLiveFilesMetaData(&files);
  for (const rocksdb::LiveFileMetaData& file : files) {
    if (file.column_family_name != "records" && file.column_family_name != "values") continue;
    needed.newest_in_tables = std::max(needed.newest_in_tables, file.largest_seqno);
  }
  return needed;
}

bool TablesAreAheadOfLogs(const std::string& database_folder) {
  rocksdb::Options options;
  options.paranoid_checks = true;  // without it a replay goes on behind what does not read
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_open_files = kMaxOpenFiles;
  const ReadOnlyDatabase database(options, database_folder);
  return database.status().IsCorruption() &&
         database.status().ToString().find(kAheadText) != std::string::npos;
}

}  // namespace sedge::kv
