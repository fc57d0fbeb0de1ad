// SPDX-License-Identifier: Apache-2.0
#include "kv/closed_database.h"

#include <filesystem>
#include <fstream>
#include <optional>

#include "kv/log_check.h"
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

// The log with its whole records alone, those from byte `end` on left out; nullopt when it is that
// already.
std::optional<std::string> WholeRecordsOf(const std::string& log, uint64_t end) {
  LogReader reader(log);
  std::string whole;
  bool complete = true;
  while (const std::optional<LogRecord> record = reader.Next()) {
    if (record->offset >= end) {
      complete = false;
      break;
    }
    if (ReadBatchHead(reader.payload())) AppendLogRecord(whole, reader.payload());
  }
  if (complete && !reader.first_bad()) return std::nullopt;
  return whole;
}

// Whether it had to.
Result<bool> CopyWholeRecords(const std::string& from, const std::string& to) {
  // What an earlier opening dropped must not come back over what was written since.
  SEDGE_ASSIGN_OR_RETURN(const LogReport report, CheckLogs(from, {}));
  std::vector<fs::path> logs;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(from, error)) {
    if (file.path().extension() == ".log") logs.push_back(file.path());
  }
  if (error) return IoError("cannot read the folder " + from + ": " + error.message());
  const bool needed = !report.damage.empty() || !report.holes.empty() || !report.torn.empty();
  if (!needed) return false;
  SEDGE_RETURN_IF_ERROR(RemoveFolder(to));
  SEDGE_RETURN_IF_ERROR(MakeFolder(to));
  for (const fs::path& path : logs) {
    SEDGE_ASSIGN_OR_RETURN(const std::string log, ReadWholeFile(path));
    const auto dropped = report.dropped.find(path.filename());
    const std::optional<std::string> whole =
        WholeRecordsOf(log, dropped == report.dropped.end() ? UINT64_MAX : dropped->second);
    std::ofstream out(fs::path(to) / path.filename(), std::ios::binary | std::ios::trunc);
    out << (whole ? *whole : log);
    out.close();
    if (!out) return IoError("cannot write copies of the logs to " + to);
  }
  return true;
}

// Of the writes to one family.
class KeysOfBatch final : public rocksdb::WriteBatch::Handler {
 public:
  KeysOfBatch(uint32_t family, std::vector<std::string>& keys) : family_(family), keys_(keys) {}
  rocksdb::Status PutCF(uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice&) override {
    if (family == family_) keys_.push_back(key.ToString());
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(uint32_t, const rocksdb::Slice&) override {
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteRangeCF(uint32_t, const rocksdb::Slice&, const rocksdb::Slice&) override {
    return rocksdb::Status::OK();
  }

 private:
  const uint32_t family_;
  std::vector<std::string>& keys_;
};

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
  closed->log_folder_ = copied ? scratch_folder : database_folder;
  std::vector<std::string> names;
  const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(database, database_folder, &names);
  if (!listed.ok()) return Corruption(doing + ": " + listed.ToString());
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) {
    const bool values = name == "values";
    rocksdb::ColumnFamilyOptions options = values ? rocks.values : rocks.records;
    options.compaction_filter_factory = nullptr;
    // It asserts that some table refers to the oldest blob file, and that table may be lost.
    options.enable_blob_garbage_collection = false;
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

std::vector<std::string> ClosedDatabase::LogKeys(uint32_t family_id) {
  std::vector<std::string> keys;
  KeysOfBatch collect(family_id, keys);
  std::error_code error;
  for (const auto& file : fs::directory_iterator(log_folder_, error)) {
    if (file.path().extension() != ".log") continue;
    const Result<std::string> log = ReadWholeFile(file.path());
    if (!log.ok()) continue;  // it read a moment ago
    LogReader reader(*log);
    while (reader.Next()) {
      if (!ReadBatchHead(reader.payload())) continue;
      (void)rocksdb::WriteBatch(std::string(reader.payload())).Iterate(&collect);
    }
  }
  return keys;
}

}  // namespace sedge::kv
