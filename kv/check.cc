// SPDX-License-Identifier: Apache-2.0
#include "kv/check.h"

#include <filesystem>

#include "kv/closed_database.h"
#include "kv/file_check.h"
#include "kv/folder_lock.h"
#include "kv/format_file.h"
#include "kv/log_check.h"
#include "kv/store_folder.h"
#include "kv/synced_marker.h"

namespace sedge::kv {
namespace {

Status CheckFormat(const std::string& folder, CheckReport& report) {
  const Result<int> version = ReadFormat(folder);
  if (version.ok()) return OkStatus();
  const StatusCode code = version.status().code();
  if (code != StatusCode::kCorruption && code != StatusCode::kNotFound) return version.status();
  report.files.push_back({.file = "FORMAT",
                          .what = code == StatusCode::kNotFound ? "is missing" : "is damaged",
                          .rows = {}});
  return OkStatus();
}

Status CheckAllLogs(const std::string& database, CheckReport& report) {
  SEDGE_ASSIGN_OR_RETURN(const SyncedLogs synced, SyncedMarker::Read(database));
  if (synced.damaged) {
    report.files.push_back({.file = "SYNCED", .what = "is damaged", .rows = {}});
  }
  SEDGE_ASSIGN_OR_RETURN(LogReport logs, CheckLogs(database, synced));
  for (const LogDamage& damage : logs.damage) {
    report.files.push_back({.file = damage.file, .what = DescribeLogDamage(damage), .rows = {}});
  }
  if (logs.damage.empty()) {
    if (const auto parted = FindPartedWrites(database, logs)) {
      report.files.push_back({.file = parted->file, .what = parted->what, .rows = {}});
    }
  }
  report.torn_logs = std::move(logs.torn);
  for (const LogHole& hole : logs.holes) {
    if (!hole.passed) report.holes.push_back(DescribeHole(hole));
  }
  // What is left of the list is a list of some earlier moment.
  report.readable = !logs.list_damaged;
  return OkStatus();
}

}  // namespace

Result<CheckReport> CheckFolder(const std::string& folder, const MaintenanceOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(const FolderLock lock, LockExistingFolder(folder));
  return CheckLockedFolder(folder, options);
}

Result<CheckReport> CheckLockedFolder(const std::string& folder,
                                      const MaintenanceOptions& options) {
  const std::string database_folder = DatabaseFolder(folder);
  CheckReport report;
  SEDGE_RETURN_IF_ERROR(CheckFormat(folder, report));
  std::error_code error;
  if (!HasDatabaseFiles(folder)) SEDGE_RETURN_IF_ERROR(RequireNoLostDatabase(folder));
  if (!std::filesystem::exists(database_folder, error)) {
    if (report.files.empty()) return report;  // made, and never opened
    return NotFound("there is no KV data in the folder " + folder);
  }
  SEDGE_RETURN_IF_ERROR(CheckAllLogs(database_folder, report));
  if (!report.readable) return report;
  const auto database = ClosedDatabase::Open(database_folder, ScratchFolderName(folder));
  if (!database.ok()) {
    report.readable = false;
    report.files.push_back(
        {.file = "MANIFEST",
         .what = "or CURRENT is damaged: " + std::string(database.status().message()),
         .rows = {}});
    return report;
  }
  const auto progress = [&](const char* stage, uint64_t done, uint64_t total) {
    if (options.progress) options.progress({.stage = stage, .done = done, .total = total});
  };
  std::vector<DamagedFile> files =
      CheckFiles((*database)->db(), (*database)->families(), FileCheckDepth::kEveryByte,
                 [&](size_t file, size_t count) { progress("files", file, count); });
  report.files.insert(report.files.end(), files.begin(), files.end());
  SurveySinks sinks;
  sinks.progress = [&](uint64_t entries) { progress("entries", entries, 0); };
  SEDGE_ASSIGN_OR_RETURN(report.survey, RunSurvey(**database, options.clock->WallSeconds(), sinks));
  return report;
}

std::vector<std::string> DescribeReport(const CheckReport& report) {
  std::vector<std::string> lines;
  for (const DamagedFile& file : report.files) lines.push_back("damaged: " + DescribeFile(file));
  for (const std::string& hole : report.holes) {
    lines.push_back("a repair takes in, and opening without one leaves out: " + hole);
  }
  for (const LostRange& range : report.survey.mended_ranges) {
    lines.push_back("can be mended: " + DescribeLost(range));
  }
  for (const LostRange& range : report.survey.lost) {
    lines.push_back("lost: " + DescribeLost(range));
  }
  return lines;
}

}  // namespace sedge::kv
