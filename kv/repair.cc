// SPDX-License-Identifier: Apache-2.0
#include "kv/repair.h"

#include <fcntl.h>
#include <stdio.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "kv/database_builder.h"
#include "kv/folder_lock.h"
#include "kv/format_file.h"
#include "kv/salvage.h"
#include "kv/store_folder.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;

Status RenameError(const std::string& from, const std::string& to) {
  return IoError("cannot move " + from + " to " + to + ": " + std::strerror(errno));
}

// Both are durable when it returns.
Status Move(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return RenameError(from, to);
  SEDGE_RETURN_IF_ERROR(SyncFile(fs::path(to).parent_path()));
  return SyncFile(fs::path(from).parent_path());
}

class Repair {
 public:
  Repair(const std::string& folder, const MaintenanceOptions& options)
      : folder_(folder),
        options_(options),
        old_(DatabaseFolder(folder)),
        new_(RepairFolderName(folder)),
        aside_(RepairAsideName(folder)),
        draft_(RepairDraftName(folder)) {}

  Result<RepairReport> Run() {
    SEDGE_RETURN_IF_ERROR(FinishInterrupted());
    SEDGE_ASSIGN_OR_RETURN(report_.found, CheckLockedFolder(folder_, options_));
    if (report_.found.fine()) {
      SEDGE_RETURN_IF_ERROR(RemoveFolder(draft_));
      return report_;
    }
    SEDGE_RETURN_IF_ERROR(RemoveFolder(new_));
    SEDGE_RETURN_IF_ERROR(MakeFolder(draft_));
    SEDGE_RETURN_IF_ERROR(SyncFile(folder_));
    Status built = Build();
    if (!built.ok()) {
      (void)RemoveFolder(new_);
      (void)RemoveFolder(SalvageFolderName(folder_));
      (void)RemoveFolder(draft_);
      return built;
    }
    SEDGE_RETURN_IF_ERROR(Swap());
    return report_;
  }

 private:
  // A repair that was cut off in the middle.
  Status FinishInterrupted() {
    std::error_code error;
    SEDGE_RETURN_IF_ERROR(RequireWholeRepair(folder_));
    if (fs::exists(draft_, error)) SEDGE_RETURN_IF_ERROR(RemoveFolder(new_));
    if (!fs::exists(old_, error)) {
      // Between the two renames of Exchange().
      const std::string& made = fs::exists(new_, error) ? new_ : aside_;
      if (fs::exists(made, error)) SEDGE_RETURN_IF_ERROR(Move(made, old_));
    }
    // What is no draft is the old database, which was about to be moved away.
    for (const std::string& old : {aside_, new_}) {
      if (!fs::exists(old, error)) continue;
      SEDGE_ASSIGN_OR_RETURN(const std::string lost, NewLostFolder(folder_));
      SEDGE_RETURN_IF_ERROR(Move(old, lost));
    }
    return OkStatus();
  }

  Status Build() {
    report_.may_be_old = !report_.found.readable;
    Result<std::unique_ptr<ClosedDatabase>> source =
        report_.may_be_old ? SalvageDatabase(old_, SalvageFolderName(folder_), report_.found.files)
                           : ClosedDatabase::Open(old_, ScratchFolderName(folder_));
    SEDGE_RETURN_IF_ERROR(source.status());
    SEDGE_ASSIGN_OR_RETURN(const auto builder, DatabaseBuilder::Open(new_));
    SurveySinks sinks;
    sinks.entry = [&](std::string_view row_key, std::string_view value_row) {
      return builder->AddEntry(row_key, value_row);
    };
    sinks.name_space = [&](std::string_view id, std::string_view row) {
      return builder->AddNamespace(id, row);
    };
    sinks.progress = [&](uint64_t entries) {
      if (options_.progress) options_.progress({.stage = "repair", .done = entries, .total = 0});
    };
    SEDGE_ASSIGN_OR_RETURN(SurveyReport saved,
                           RunSurvey(**source, options_.clock->WallSeconds(), sinks));
    report_.entries = saved.entries;
    // Of a salvaged database only this survey could look at the entries.
    if (!report_.found.readable) report_.found.survey = std::move(saved);
    return builder->Finish();
  }

  Status Swap() {
    SEDGE_ASSIGN_OR_RETURN(report_.moved_to, NewLostFolder(folder_));
    SEDGE_RETURN_IF_ERROR(WriteFormat(folder_));
    SEDGE_RETURN_IF_ERROR(RemoveFolder(draft_));
    SEDGE_RETURN_IF_ERROR(SyncFile(folder_));
    SEDGE_ASSIGN_OR_RETURN(const std::string replaced, Exchange());
    SEDGE_RETURN_IF_ERROR(Move(replaced, report_.moved_to));
    report_.changed = true;
    SEDGE_RETURN_IF_ERROR(RemoveFolder(SalvageFolderName(folder_)));
    return SyncFile(folder_);
  }

  // Puts the new database into its place, and gives where the old one is. At no moment is there no
  // database: a store that opens in between would make an empty one.
  Result<std::string> Exchange() {
    if (options_.can_exchange) {
      if (renameat2(AT_FDCWD, new_.c_str(), AT_FDCWD, old_.c_str(), RENAME_EXCHANGE) == 0) {
        return new_;
      }
      if (errno != EINVAL && errno != ENOSYS) return RenameError(new_, old_);
    }
    // A file system that cannot: the folder's lock is ours, and opening refuses a folder that has
    // the new database but no old one.
    if (rename(old_.c_str(), aside_.c_str()) != 0) return RenameError(old_, aside_);
    if (rename(new_.c_str(), old_.c_str()) != 0) return RenameError(new_, old_);
    return aside_;
  }

  const std::string folder_;
  const MaintenanceOptions& options_;
  const std::string old_;
  const std::string new_;
  const std::string aside_;  // where the old one waits when the two cannot be exchanged
  const std::string draft_;  // there while new_ is not whole
  RepairReport report_;
};

}  // namespace

Result<RepairReport> RepairFolder(const std::string& folder, const MaintenanceOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(const FolderLock lock, LockExistingFolder(folder));
  return Repair(folder, options).Run();
}

}  // namespace sedge::kv
