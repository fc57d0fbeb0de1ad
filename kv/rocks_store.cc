// SPDX-License-Identifier: Apache-2.0
#include "kv/rocks_store.h"

#include <rocksdb/convenience.h>

#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "kv/file_check.h"
#include "kv/format_file.h"
#include "kv/hole_cutter.h"
#include "kv/log_check.h"
#include "kv/needed_logs.h"
#include "kv/rocks_options.h"
#include "kv/store_folder.h"
#include "kv/watched_files.h"
#include "runtime/base/log.h"

namespace sedge::kv {
namespace {

// RocksDB would make a new database in a folder without CURRENT, and delete the files of the old.
Status RequireListOfFiles(const std::string& folder, const std::string& database_folder) {
  std::error_code error;
  if (!HasDatabaseFiles(folder)) return RequireNoLostDatabase(folder);
  if (std::filesystem::exists(database_folder + "/CURRENT", error)) return OkStatus();
  return Corruption("the KV folder " + folder + " has data, but the file db/CURRENT is missing" +
                    RepairHint(folder));
}

// A repair may have been killed while its new database was on its way.
Status RequireNoHalfRepair(const std::string& folder, const std::string& database_folder) {
  std::error_code error;
  if (std::filesystem::exists(database_folder, error) ||
      !std::filesystem::exists(RepairFolderName(folder), error)) {
    return OkStatus();
  }
  SEDGE_RETURN_IF_ERROR(RequireWholeRepair(folder));
  return Corruption("a repair of the KV folder " + folder +
                    " was cut off; run `sedge kv repair` again");
}

bool HasWrittenLogs(const std::string& database_folder) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(database_folder, error)) {
    if (file.path().extension() == ".log" && file.file_size(error) > 0) return true;
  }
  return false;
}

// Whole writes that RocksDB would drop. False when there is no space to keep them elsewhere.
Result<bool> KeepHoles(const std::string& folder, const std::vector<LogHole>& holes) {
  bool all_kept = true;
  for (const LogHole& hole : holes) {
    const Result<std::string> kept = CutHole(folder, hole);
    if (kept.ok()) {
      LogWarn(
          "a log of the KV folder has writes after a hole. Nobody was told that they are durable: "
          "they are left out, and kept in lost+found. `sedge kv repair`, run before the store is "
          "opened, takes such writes in",
          {{"folder", folder}, {"log", DescribeHole(hole)}, {"kept", *kept}});
    } else if (kept.status().code() == StatusCode::kResourceExhausted) {
      all_kept = false;
      LogError(
          "a log of the KV folder has writes after a hole, and there is no space to keep them "
          "elsewhere: they are left out, and go with the log. To have them, stop sedge before it "
          "writes, make space and run `sedge kv repair`",
          {{"folder", folder},
           {"log", DescribeHole(hole)},
           {"why", std::string(kept.status().message())}});
    } else {
      return kept.status();
    }
  }
  return all_kept;
}

// Of a write that is not replayed, the table of one family may have its part and that of the other
// not: an entry by half.
Status RequireNothingByHalf(const std::string& folder, const LogReport& logs) {
  const std::optional<PartedWrites> parted = FindPartedWrites(DatabaseFolder(folder), logs);
  if (!parted) return OkStatus();
  return Corruption("cannot open the KV folder " + folder + ": the log " + parted->file + " " +
                    parted->what + RepairHint(folder));
}

// A table of one family that is made of replayed logs must not outlive their unsynced ends, where
// the other family's part is.
Status SyncLogs(const std::string& database_folder) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(database_folder, error)) {
    if (file.path().extension() == ".log") SEDGE_RETURN_IF_ERROR(SyncFile(file.path()));
  }
  if (error) return IoError("cannot read the folder " + database_folder + ": " + error.message());
  return SyncFile(database_folder);
}

struct OldLogs {
  bool may_go = true;                         // false: they should stay as long as they can
  std::map<std::string, uint64_t> torn_ends;  // see LogReport
};

// RocksDB replays a log up to the first place that it cannot read, and drops the rest.
Result<OldLogs> RequireWholeLogs(const std::string& folder, const std::string& database_folder) {
  SEDGE_ASSIGN_OR_RETURN(const SyncedLogs synced, SyncedMarker::Read(database_folder));
  if (synced.damaged) {
    LogWarn("the file SYNCED of the KV folder is damaged: damage of its logs may go unnoticed",
            {{"folder", folder}});
  }
  SEDGE_ASSIGN_OR_RETURN(LogReport logs, CheckLogs(database_folder, synced));
  if (!logs.damage.empty()) {
    std::string text = "cannot open the KV folder " + folder;
    for (const LogDamage& damage : logs.damage) {
      text += ": the log " + damage.file + " " + DescribeLogDamage(damage);
    }
    return Corruption(text + RepairHint(folder));
  }
  for (const std::string& torn : logs.torn) {
    LogWarn("a log of the KV folder ends in a torn write: dropped",
            {{"folder", folder}, {"file", torn}});
  }
  SEDGE_RETURN_IF_ERROR(RequireNothingByHalf(folder, logs));
  SEDGE_ASSIGN_OR_RETURN(const bool may_go, KeepHoles(folder, logs.holes));
  return OldLogs{.may_go = may_go, .torn_ends = std::move(logs.torn_ends)};
}

// A log without a whole write in front of its torn end says nothing of where the next one goes on;
// so no write may follow while such an end is there.
Status CutTornEnds(const std::string& folder, const std::map<std::string, uint64_t>& torn_ends) {
  for (const auto& [log, offset] : torn_ends) {
    const Status cut = CutTornEnd(folder, log, offset);
    if (cut.code() == StatusCode::kResourceExhausted) {
      LogWarn("a torn write stays at the end of a log of the KV folder",
              {{"folder", folder}, {"why", std::string(cut.message())}});
    } else if (!cut.ok()) {
      return cut;
    }
  }
  return OkStatus();
}

}  // namespace

Result<std::unique_ptr<RocksStore>> RocksStore::Open(const StoreOptions& options,
                                                     std::shared_ptr<rocksdb::FileSystem> files) {
  if (options.path.empty()) return InvalidArgument("the KV folder has no name");
  SEDGE_RETURN_IF_ERROR(MakePrivateFolder(options.path));
  SEDGE_ASSIGN_OR_RETURN(FolderLock lock, FolderLock::Acquire(options.path));
  const std::string folder = DatabaseFolder(options.path);
  SEDGE_RETURN_IF_ERROR(CheckOrWriteFormat(options.path, folder));
  SEDGE_RETURN_IF_ERROR(RequireNoHalfRepair(options.path, folder));
  SEDGE_RETURN_IF_ERROR(RequireListOfFiles(options.path, folder));
  SEDGE_RETURN_IF_ERROR(MakeFolder(folder));
  std::unique_ptr<RocksStore> store(new RocksStore(options, std::move(lock)));
  SEDGE_RETURN_IF_ERROR(store->OpenDatabase(folder, std::move(files)));
  return store;
}

RocksStore::RocksStore(const StoreOptions& options, FolderLock lock)
    : options_(options),
      lock_(std::move(lock)),
      reserve_(DatabaseFolder(options.path)),
      cache_(EntryCacheBytes(options)) {
  reaper_ = std::make_unique<Reaper>([this](const std::string& row_key) { ReapExpired(row_key); });
  sweeper_ = std::make_unique<Reaper>([this](const std::string& id) { SweepNamespace(id); });
}

Status RocksStore::OpenDatabase(const std::string& folder,
                                std::shared_ptr<rocksdb::FileSystem> files) {
  SEDGE_ASSIGN_OR_RETURN(const OldLogs old_logs, RequireWholeLogs(options_.path, folder));
  const bool has_logs = HasWrittenLogs(folder);
  if (has_logs) SEDGE_RETURN_IF_ERROR(SyncLogs(folder));
  SEDGE_ASSIGN_OR_RETURN(synced_, SyncedMarker::Open(folder));
  if (!options_.durable_writes) synced_->SetEveryWrite(false);
  env_ = rocksdb::NewCompositeEnv(WatchFiles(std::move(files), *synced_, reserve_));
  RocksOptions rocks = MakeRocksOptions(
      options_, [reaper = reaper_.get()](std::string_view row_key) { reaper->Add(row_key); });
  rocks.database.env = env_.get();
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  rocksdb::Status opened =
      rocksdb::DB::Open(rocks.database, folder, FamiliesOf(rocks), &handles, &db);
  damaged_ = IsDamage(opened);
  if (damaged_) {
    // One bad file is no reason to keep the others shut. Compactions would fail on it for ever.
    rocks.database.paranoid_checks = false;
    rocks.records.disable_auto_compactions = true;
    rocks.values.disable_auto_compactions = true;
    handles.clear();
    opened = rocksdb::DB::Open(rocks.database, folder, FamiliesOf(rocks), &handles, &db);
  }
  const std::string doing = "cannot open the KV folder " + options_.path;
  if (IsDamage(opened)) {
    return Corruption(doing + ": " + opened.ToString() + RepairHint(options_.path));
  }
  SEDGE_RETURN_IF_ERROR(FromRocks(opened, doing));
  db_.reset(db);
  default_ = handles[0];
  records_ = handles[1];
  values_ = handles[2];
  namespaces_ = handles[3];
  SEDGE_RETURN_IF_ERROR(CutTornEnds(options_.path, old_logs.torn_ends));
  if (damaged_) LogDamagedFiles();
  registry_ = std::make_unique<NamespaceRegistry>(
      *db_, namespaces_, options_.path, [this](rocksdb::WriteBatch& batch, std::string_view what) {
        return Commit(batch, /*sync=*/true, what);
      });
  if (const Status loaded = registry_->Load(); loaded.code() == StatusCode::kCorruption) {
    LogError(
        std::string(loaded.message()) + "; some titles are missing" + RepairHint(options_.path),
        {{"folder", options_.path}});
  } else if (!loaded.ok()) {
    return loaded;
  }
  const bool settled = !has_logs || (old_logs.may_go && DropOldLogs());
  if (options_.durable_writes && settled) synced_->SetEveryWrite(true);
  SEDGE_RETURN_IF_ERROR(NoteDatabase(options_.path));
  // Each write takes two sequence numbers and one version, so this is past every version on disk.
  last_version_ = db_->GetLatestSequenceNumber();
  reaper_->Start();
  sweeper_->Start();
  ResumeSweeps();
  return OkStatus();
}

// What is in logs goes to tables, and the logs go: how they were written may differ from how this
// session writes, there are marks for so many only, and a tail that was dropped must not come back.
bool RocksStore::DropOldLogs() {
  for (rocksdb::ColumnFamilyHandle* family : {default_, records_, values_, namespaces_}) {
    const rocksdb::Status flushed = db_->Flush(rocksdb::FlushOptions(), family);
    if (flushed.ok()) continue;
    // Such as on a full disk, where reads are to go on.
    LogWarn("the logs of earlier sessions stay in the KV folder",
            {{"folder", options_.path}, {"why", flushed.ToString()}});
    return false;
  }
  return true;
}

void RocksStore::LogDamagedFiles() {
  for (const DamagedFile& file :
       CheckFiles(*db_, {records_, values_, namespaces_}, FileCheckDepth::kOpens)) {
    LogError("a file of the KV folder is damaged; entries in it cannot be read: " +
                 DescribeFile(file) + RepairHint(options_.path),
             {{"folder", options_.path}});
  }
}

RocksStore::~RocksStore() {
  if (db_) rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/true);  // they feed the reaper
  reaper_.reset();
  sweeper_.reset();
  if (!db_) return;
  // The last chance. RocksDB must not be asked to sync a log that it failed to write to.
  if (!options_.durable_writes && !write_failed_) (void)db_->SyncWAL();
  (void)db_->DestroyColumnFamilyHandle(default_);
  (void)db_->DestroyColumnFamilyHandle(records_);
  (void)db_->DestroyColumnFamilyHandle(values_);
  (void)db_->DestroyColumnFamilyHandle(namespaces_);
  if (const Status closed = FromRocks(db_->Close(), "cannot close the KV folder " + options_.path);
      !closed.ok()) {
    LogError(closed.message());
  }
}

Result<std::unique_ptr<Store>> OpenRocksStore(const StoreOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<RocksStore> store, RocksStore::Open(options));
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace sedge::kv
