// SPDX-License-Identifier: Apache-2.0
// `sedge kv check`, `repair`, `backup`, `restore`, `verify`: the store's files rather than what is
// in them.
#include <algorithm>
#include <ctime>
#include <filesystem>

#include "kv/backup.h"
#include "kv/check.h"
#include "kv/repair.h"
#include "tools/kv/backup_by_server.h"
#include "tools/kv/folder_turns.h"
#include "tools/kv/terminal.h"
#include "tools/kv/word.h"
#include "tools/kv/words.h"

namespace sedge::tools {
namespace {

struct FolderFlags : KvFlags {};

struct BackupFlags : KvFlags {
  std::string folder = {};
};

struct RestoreFlags : BackupFlags {
  uint32_t id = 0;
};

// Where the KV folder is; a failure is said.
std::optional<std::string> FindFolder(const std::string& name, const KvFlags& flags, int& status) {
  const Result<std::string> data_dir = FindDataDir(flags.place);
  if (data_dir.ok()) return *data_dir + "/kv";
  status = FailAs(name, data_dir.status());
  return std::nullopt;
}

void AddJson(CLI::App& command, KvFlags& flags) {
  AddFolderFlags(command, flags.place);
  command.add_flag("--json", flags.json, "Results as JSON");
}

void AddFolder(CLI::App& command, FolderFlags& flags) { AddJson(command, flags); }

void AddBackupFolder(CLI::App& command, BackupFlags& flags) {
  command.add_option("dir", flags.folder, "The folder of backups")->type_name("DIR")->required();
  AddJson(command, flags);
}

std::string Count(uint64_t count, const std::string& one, const std::string& many) {
  return Grouped(count) + " " + (count == 1 ? one : many);
}

std::string Entries(uint64_t count) { return Count(count, "entry", "entries"); }

Json ToJson(const std::vector<kv::LostRange>& ranges) {
  Json list = Json::array();
  for (const kv::LostRange& range : ranges) {
    list.push_back(
        {{"keys", kv::DescribeRows(range.rows)}, {"entries", range.entries}, {"what", range.what}});
  }
  return list;
}

Json ToJson(const kv::CheckReport& report) {
  Json files = Json::array();
  for (const kv::DamagedFile& file : report.files) {
    files.push_back(
        {{"file", file.file}, {"what", file.what}, {"keys", kv::DescribeRows(file.rows)}});
  }
  return {{"fine", report.fine()},
          {"entries", report.survey.entries},
          {"damagedFiles", files},
          {"holes", report.holes},
          {"tornLogs", report.torn_logs},
          {"mendable", ToJson(report.survey.mended_ranges)},
          {"lost", ToJson(report.survey.lost)}};
}

Json ToJson(const kv::BackupInfo& info) {
  return {
      {"id", info.id}, {"time", info.time_seconds}, {"bytes", info.bytes}, {"files", info.files}};
}

std::string Describe(const kv::BackupInfo& info) {
  char time[32] = {};
  const std::time_t seconds = info.time_seconds;
  std::tm utc = {};
  gmtime_r(&seconds, &utc);
  std::strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return "backup " + std::to_string(info.id) + " of " + time + " (" +
         Count(info.files, "file", "files") + ", " + Grouped(info.bytes) + " bytes)";
}

kv::MaintenanceOptions ShowIn(Progress& progress) {
  kv::MaintenanceOptions options;
  options.progress = [&progress](const kv::MaintenanceProgress& at) {
    if (at.total == 0) progress.Update(at.done, 0);
  };
  return options;
}

void PrintReport(const kv::CheckReport& report) {
  for (const std::string& line : kv::DescribeReport(report)) Print(line + "\n");
  for (const std::string& log : report.torn_logs) {
    Print("no damage: " + log + " ends in a torn write, as a crash leaves it\n");
  }
}

int Check(const std::string& name, const FolderFlags& flags) {
  int status = kExitOk;
  const auto folder = FindFolder(name, flags, status);
  if (!folder) return status;
  Progress progress("Checked");
  const auto report = kv::CheckFolder(*folder, ShowIn(progress));
  progress.Clear();
  if (!report.ok()) return Fail(report.status());
  if (!flags.json) PrintReport(*report);
  const std::string summary =
      report->fine() ? *folder + ": " + Entries(report->survey.entries) + ", nothing is damaged"
      : report->readable
          ? *folder + ": " + Entries(report->survey.entries) +
                " can be read; `sedge kv repair` keeps these, and moves the damaged files away"
          : *folder + ": the list of files is damaged; `sedge kv repair` makes a new one";
  const int printed = PrintResult(flags, summary, ToJson(*report));
  return report->fine() ? printed : static_cast<int>(kExitFailed);
}

int Repair(const std::string& name, const FolderFlags& flags) {
  int status = kExitOk;
  const auto folder = FindFolder(name, flags, status);
  if (!folder) return status;
  Progress progress("Looked at");
  const auto report = kv::RepairFolder(*folder, ShowIn(progress));
  progress.Clear();
  if (!report.ok()) return Fail(report.status());
  Json json = ToJson(report->found);
  json["changed"] = report->changed;
  if (report->changed) {
    json["entries"] = report->entries;
    json["movedTo"] = report->moved_to;
    json["mayBeOld"] = report->may_be_old;
  }
  if (!report->changed) return PrintResult(flags, *folder + ": there is nothing to repair", json);
  if (!flags.json) PrintReport(report->found);
  std::string summary = *folder + ": kept " + Entries(report->entries) +
                        "; the files as they were are in " + report->moved_to;
  if (report->may_be_old) {
    summary +=
        "\nThe list of files was lost: some entries may be older ones, and some that were"
        " deleted may be back.";
  }
  return PrintResult(flags, summary, json);
}

// By the server that has the folder, or else from the store.
Result<kv::BackupInfo> MakeBackup(const std::string& folder, const std::string& to) {
  std::unique_ptr<kv::Store> store;
  // Nothing when it is the store that makes it.
  const auto served = TakeTurns([&]() -> Result<std::optional<kv::BackupInfo>> {
    SEDGE_ASSIGN_OR_RETURN(std::optional<kv::BackupInfo> by_server, BackupByServer(folder, to));
    if (!by_server) {
      SEDGE_ASSIGN_OR_RETURN(store, kv::OpenRocksStore({.path = folder}));
    }
    return by_server;
  });
  if (!served.ok()) return served.status();
  if (*served) return **served;
  Progress progress("Copied", 0);
  auto copied = store->Backup(to, [&](uint64_t bytes) { progress.Update(0, bytes); });
  progress.Clear();
  return copied;
}

int Backup(const std::string& name, const BackupFlags& flags) {
  int status = kExitOk;
  const auto folder = FindFolder(name, flags, status);
  if (!folder) return status;
  std::error_code error;
  if (!std::filesystem::is_directory(*folder, error)) {
    return Fail(NotFound("there is no KV folder " + *folder));
  }
  const std::string to = std::filesystem::absolute(flags.folder).lexically_normal();
  const auto made = MakeBackup(*folder, to);
  if (!made.ok()) return Fail(made.status());
  return PrintResult(flags, to + ": made " + Describe(*made), ToJson(*made));
}

void AddRestore(CLI::App& command, RestoreFlags& flags) {
  AddBackupFolder(command, flags);
  command
      .add_option("--backup", flags.id, "Which backup, a number that `verify` shows (the newest)")
      ->type_name("ID");
}

int Restore(const std::string& name, const RestoreFlags& flags) {
  int status = kExitOk;
  const auto folder = FindFolder(name, flags, status);
  if (!folder) return status;
  const auto restored = kv::RestoreBackup(flags.folder, *folder, flags.id);
  if (!restored.ok()) return Fail(restored.status());
  return PrintResult(flags, *folder + ": restored " + Describe(*restored), ToJson(*restored));
}

int Verify(const std::string&, const BackupFlags& flags) {
  Progress progress("Verified");
  const auto report =
      kv::VerifyBackups(flags.folder, [&](size_t done, size_t) { progress.Update(done, 0); });
  progress.Clear();
  if (!report.ok()) return Fail(report.status());
  Json json = {
      {"fine", report->damaged.empty()}, {"whole", Json::array()}, {"damaged", Json::array()}};
  for (const kv::BackupInfo& info : report->whole) {
    if (!flags.json) Print("whole: " + Describe(info) + "\n");
    json["whole"].push_back(ToJson(info));
  }
  for (const kv::BackupDamage& damage : report->damaged) {
    if (!flags.json)
      Print("damaged: backup " + std::to_string(damage.id) + ": " + damage.what + "\n");
    json["damaged"].push_back({{"id", damage.id}, {"what", damage.what}});
  }
  const int printed = PrintResult(flags,
                                  flags.folder + ": " +
                                      Count(report->whole.size(), "whole backup", "whole backups") +
                                      ", " + Grouped(report->damaged.size()) + " damaged",
                                  json);
  return report->damaged.empty() ? printed : static_cast<int>(kExitFailed);
}

}  // namespace

void AddKvMaintenanceWords(CLI::App& kv, CommandRun& run) {
  AddKvWord<FolderFlags>(kv, run, "check", "Read every stored byte and say what is damaged",
                         AddFolder, Check);
  AddKvWord<FolderFlags>(kv, run, "repair",
                         "Make damaged data whole again without what cannot be read; nothing is "
                         "deleted",
                         AddFolder, Repair);
  AddKvWord<BackupFlags>(kv, run, "backup", "Add a backup to a folder of backups", AddBackupFolder,
                         Backup);
  AddKvWord<RestoreFlags>(kv, run, "restore", "Make new data from a backup", AddRestore, Restore);
  AddKvWord<BackupFlags>(kv, run, "verify", "Read every byte of a folder of backups",
                         AddBackupFolder, Verify);
}

}  // namespace sedge::tools
