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

// At no moment is there no database: a store that opens in between would make an empty one.
Status Exchange(const std::string& made, const std::string& old) {
  if (renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) == 0) {
    return OkStatus();
  }
  if (errno != EINVAL && errno != ENOSYS) return RenameError(made, old);
  // A file system that cannot: the folder's lock is ours, and opening refuses a folder that has
  // the new database but no old one.
  const std::string aside = made + ".old";
  if (rename(old.c_str(), aside.c_str()) != 0) return RenameError(old, aside);
  if (rename(made.c_str(), old.c_str()) != 0) return RenameError(made, old);
  if (rename(aside.c_str(), made.c_str()) != 0) return RenameError(aside, made);
  return OkStatus();
}

class Repair {
 public:
  Repair(const std::string& folder, const MaintenanceOptions& options)
      : folder_(folder),
        options_(options),
        old_(DatabaseFolder(folder)),
        new_(RepairFolderName(folder)),
        draft_(new_ + ".draft") {}

  Result<RepairReport> Run() {
    SEDGE_RETURN_IF_ERROR(FinishInterrupted());
    SEDGE_ASSIGN_OR_RETURN(report_.found, CheckLockedFolder(folder_, options_));
    if (report_.found.fine()) return report_;
    SEDGE_RETURN_IF_ERROR(RemoveFolder(new_));
    SEDGE_RETURN_IF_ERROR(MakeFolder(draft_));
    SEDGE_RETURN_IF_ERROR(SyncFolder(folder_));
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
    if (!fs::exists(new_, error)) return OkStatus();
    if (fs::exists(old_, error)) {
      // What is no draft is the old database, which was about to be moved away.
      if (fs::exists(draft_, error)) {
        SEDGE_RETURN_IF_ERROR(RemoveFolder(new_));
        return RemoveFolder(draft_);
      }
      SEDGE_ASSIGN_OR_RETURN(const std::string lost, NewLostFolder(folder_));
      return rename(new_.c_str(), lost.c_str()) == 0 ? OkStatus() : RenameError(new_, lost);
    }
    if (rename(new_.c_str(), old_.c_str()) != 0) return RenameError(new_, old_);
    const std::string aside = new_ + ".old";
    if (!fs::exists(aside, error)) return OkStatus();
    SEDGE_ASSIGN_OR_RETURN(const std::string lost, NewLostFolder(folder_));
    return rename(aside.c_str(), lost.c_str()) == 0 ? OkStatus() : RenameError(aside, lost);
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
    SEDGE_RETURN_IF_ERROR(SyncFolder(folder_));
    SEDGE_RETURN_IF_ERROR(Exchange(new_, old_));
    if (rename(new_.c_str(), report_.moved_to.c_str()) != 0) {
      return RenameError(new_, report_.moved_to);
    }
    report_.changed = true;
    SEDGE_RETURN_IF_ERROR(RemoveFolder(SalvageFolderName(folder_)));
    return SyncFolder(folder_);
  }

  const std::string folder_;
  const MaintenanceOptions& options_;
  const std::string old_;
  const std::string new_;
  const std::string draft_;  // there while new_ is not whole
  RepairReport report_;
};

}  // namespace

Result<RepairReport> RepairFolder(const std::string& folder, const MaintenanceOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(const FolderLock lock, LockExistingFolder(folder));
  return Repair(folder, options).Run();
}

}  // namespace sedge::kv
