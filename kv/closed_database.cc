// SPDX-License-Identifier: Apache-2.0
#include "kv/closed_database.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "kv/log_reader.h"
#include "kv/rocks_options.h"
#include "kv/store_folder.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCacheBytes = 64u << 20;

rocksdb::DBOptions TolerantOptions(const rocksdb::DBOptions& usual) {
  rocksdb::DBOptions database = usual;
  database.create_if_missing = false;
  database.create_missing_column_families = false;
  database.paranoid_checks = false;
  // The logs are whole or copies of what is whole; between their records some may be missing.
  database.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  return database;
}

std::string ReadWhole(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The log with its whole records alone; nullopt when it is that already.
std::optional<std::string> WholeRecordsOf(const std::string& log) {
  LogReader reader(log);
  std::string whole;
  while (reader.Next()) {
    if (ReadBatchHead(reader.payload())) AppendLogRecord(whole, reader.payload());
  }
  if (!reader.first_bad()) return std::nullopt;
  return whole;
}

// Whether it had to.
Result<bool> CopyWholeRecords(const std::string& from, const std::string& to) {
  std::map<fs::path, std::optional<std::string>> logs;
  bool needed = false;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(from, error)) {
    if (file.path().extension() != ".log") continue;
    auto& whole = logs[file.path()] = WholeRecordsOf(ReadWhole(file.path()));
    needed |= whole.has_value();
  }
  if (error) return IoError("cannot read the folder " + from + ": " + error.message());
  if (!needed) return false;
  SEDGE_RETURN_IF_ERROR(RemoveFolder(to));
  SEDGE_RETURN_IF_ERROR(MakeFolder(to));
  for (const auto& [path, whole] : logs) {
    std::ofstream out(fs::path(to) / path.filename(), std::ios::binary | std::ios::trunc);
    out << (whole ? *whole : ReadWhole(path));
    out.close();
    if (!out) return IoError("cannot write copies of the logs to " + to);
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<ClosedDatabase>> ClosedDatabase::Open(const std::string& database_folder,
                                                             const std::string& scratch_folder) {
  const std::string doing = "cannot open the database in " + database_folder;
  StoreOptions store;
  store.memory_bytes = kCacheBytes;
  const RocksOptions rocks = MakeRocksOptions(store, [](std::string_view) {});
  rocksdb::DBOptions database = TolerantOptions(rocks.database);
  std::error_code error;
  if (!fs::exists(database_folder + "/CURRENT", error)) {
    return Corruption(doing + ": the file CURRENT is missing");
  }
  std::unique_ptr<ClosedDatabase> closed(new ClosedDatabase());
  SEDGE_ASSIGN_OR_RETURN(const bool copied, CopyWholeRecords(database_folder, scratch_folder));
  if (copied) database.wal_dir = closed->scratch_folder_ = scratch_folder;
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
  db_.reset();
  if (!scratch_folder_.empty()) (void)RemoveFolder(scratch_folder_);
}

rocksdb::ColumnFamilyHandle* ClosedDatabase::family(std::string_view name) {
  for (rocksdb::ColumnFamilyHandle* family : families_) {
    if (family->GetName() == name) return family;
  }
  return nullptr;
}

}  // namespace sedge::kv
