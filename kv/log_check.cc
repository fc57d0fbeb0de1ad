// SPDX-License-Identifier: Apache-2.0
#include "kv/log_check.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "kv/log_reader.h"
#include "kv/watched_files.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;

Result<std::map<uint64_t, std::string>> FindLogs(const std::string& folder) {
  std::map<uint64_t, std::string> logs;
  std::error_code error;
  for (fs::directory_iterator file(folder, error); file != fs::directory_iterator();
       file.increment(error)) {
    if (error) break;
    const std::string name = file->path().filename();
    if (const uint64_t number = LogNumber(name); number != 0) logs[number] = name;
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return IoError("cannot read the folder " + folder + ": " + error.message());
  }
  return logs;
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  if (!in) {
    std::error_code error;
    if (fs::file_size(path, error) == 0 && !error) return std::string();
    return IoError("cannot read " + path + ": " + std::strerror(errno));
  }
  return std::move(bytes).str();
}

std::string LogName(uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return digits + ".log";
}

bool IsListOfFiles(std::string_view name) { return name.starts_with("MANIFEST"); }

// One log. `next_sequence` is that of the first write after the records so far; 0 when not known.
class OneLog {
 public:
  OneLog(std::string name, const std::string& bytes, uint64_t synced, bool every_write,
         uint64_t& next_sequence)
      : name_(std::move(name)),
        bytes_(bytes),
        synced_(synced),
        every_write_(every_write),
        next_sequence_(next_sequence),
        list_of_files_(IsListOfFiles(name_)) {}

  void Check(LogReport& report) {
    LogReader reader(bytes_);
    bool has_hole = false;
    while (reader.Next()) {
      const std::optional<BatchHead> head =
          list_of_files_ ? BatchHead{} : ReadBatchHead(reader.payload());
      if (!head) continue;
      const bool newly_bad = reader.first_bad() && !told_;
      if (newly_bad && (every_write_ || *reader.first_bad() < synced_)) {
        Tell(report, *reader.first_bad(), list_of_files_ ? 0 : head->sequence - 1);
      }
      has_hole |= newly_bad && !told_;
      if (!list_of_files_) next_sequence_ = head->sequence + head->writes;
    }
    if (told_) return;
    const std::optional<uint64_t> bad = reader.first_bad();
    const uint64_t end = bad.value_or(bytes_.size());
    if (end < synced_) {
      Tell(report, end, 0);
    } else if (bad) {
      (has_hole ? report.holes : report.torn).push_back(name_);
    }
  }

 private:
  void Tell(LogReport& report, uint64_t offset, uint64_t last_sequence) {
    told_ = true;
    report.list_damaged |= list_of_files_;
    const bool ends = offset == bytes_.size();
    report.damage.push_back(
        {.file = name_,
         .what = ends ? "ends at byte " + std::to_string(offset) + " of " + std::to_string(synced_)
                      : "is damaged at byte " + std::to_string(offset),
         .first_sequence = list_of_files_ ? 0 : next_sequence_,
         .last_sequence = last_sequence});
  }

  const std::string name_;
  const std::string& bytes_;
  const uint64_t synced_;
  const bool every_write_;
  uint64_t& next_sequence_;
  const bool list_of_files_;
  bool told_ = false;
};

}  // namespace

Result<LogReport> CheckLogs(const std::string& database_folder, const SyncedLogs& synced) {
  SEDGE_ASSIGN_OR_RETURN(const auto logs, FindLogs(database_folder));
  LogReport report;
  bool has_list = false;
  for (const auto& [number, name] : logs) has_list |= IsListOfFiles(name);
  for (const auto& [number, bytes] : synced.bytes) {
    if (bytes == 0 || logs.contains(number)) continue;
    // Its kind is not known. There is always one list of files.
    report.damage.push_back(
        {.file = has_list ? LogName(number) : "MANIFEST", .what = "is missing"});
    report.list_damaged |= !has_list;
    has_list = true;
  }
  uint64_t next_sequence = 0;
  for (const auto& [number, name] : logs) {
    SEDGE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(database_folder + "/" + name));
    const auto mark = synced.bytes.find(number);
    OneLog(name, bytes, mark == synced.bytes.end() ? 0 : mark->second, synced.every_write,
           next_sequence)
        .Check(report);
  }
  return report;
}

std::string DescribeLogDamage(const LogDamage& damage) {
  const std::string& text = damage.what;
  if (damage.first_sequence == 0 && damage.last_sequence == 0) return text;
  const std::string first = std::to_string(damage.first_sequence);
  const std::string last = std::to_string(damage.last_sequence);
  if (damage.last_sequence == 0) return text + " (writes from number " + first + " on are lost)";
  if (damage.first_sequence == 0) return text + " (writes up to number " + last + " are lost)";
  return text + " (writes from number " + first + " to " + last + " are lost)";
}

}  // namespace sedge::kv
