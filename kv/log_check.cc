// SPDX-License-Identifier: Apache-2.0
#include "kv/log_check.h"

#include <filesystem>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "kv/log_reader.h"
#include "kv/needed_logs.h"
#include "kv/store_folder.h"
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

std::string LogName(uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return digits + ".log";
}

// What one log says by itself.
struct OneLog {
  uint64_t number = 0;
  std::string name;
  uint64_t size = 0;
  uint64_t synced = 0;               // so many bytes of it
  std::optional<uint64_t> bad = {};  // where the first place is that does not read
  std::optional<BatchHead> first =
      {};  // of the first whole write, when nothing bad is in front of it
  std::optional<BatchHead> behind = {};  // of the first whole write behind `bad`
  uint64_t next_sequence = 0;  // after the whole writes in front of `bad`; 0: there are none

  bool IsListOfFiles() const { return name.starts_with("MANIFEST"); }
  // Of its first whole write; 0 when it has none.
  uint64_t first_sequence() const {
    return first ? first->sequence : behind ? behind->sequence : 0;
  }
};

Result<OneLog> Scan(const std::string& folder, uint64_t number, const std::string& name,
                    const SyncedLogs& synced) {
  SEDGE_ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(folder + "/" + name));
  OneLog log{.number = number, .name = name, .size = bytes.size()};
  if (const auto mark = synced.bytes.find(number); mark != synced.bytes.end()) {
    log.synced = mark->second;
  }
  LogReader reader(bytes);
  while (reader.Next()) {
    const std::optional<BatchHead> head =
        log.IsListOfFiles() ? BatchHead{} : ReadBatchHead(reader.payload());
    if (!head) continue;
    if (reader.first_bad()) {
      log.behind = head;
      break;
    }
    if (!log.first) log.first = head;
    log.next_sequence = head->sequence + head->writes;
  }
  while (reader.Next()) {
  }
  log.bad = reader.first_bad();
  return log;
}

// Goes through the logs as RocksDB does when it opens.
class Replay {
 public:
  // `first_sequence` is that of the first write that no table has; 0 when that is not known.
  Replay(bool every_write, uint64_t first_sequence, LogReport& report)
      : every_write_(every_write), first_sequence_(first_sequence), report_(report) {}

  void Add(const OneLog& log) {
    if (DamagedByItself(log)) {
      // What follows is judged by itself; the store stays shut anyway.
      EndHole();
      next_sequence_ = first_sequence_ = 0;
      return;
    }
    if (log.IsListOfFiles()) {
      if (log.bad) report_.torn.push_back(log.name);
      return;
    }
    const bool vouches = every_write_ || log.synced > 0;  // for whatever was written before it
    if (hole_ && !GoesOn(log)) {
      if (log.first_sequence() == 0) {
        if (log.bad) AddTorn(log.name, *log.bad);
      } else if (vouches) {
        Lost(hole_->file, "is damaged at byte " + std::to_string(hole_->offset),
             log.first_sequence());
        hole_.reset();
        next_sequence_ = first_sequence_ = 0;
      } else {
        hole_->behind.push_back(log.name);
      }
      return;
    }
    if (hole_) DropHole();
    if (log.first && next_sequence_ != 0 && log.first->sequence > next_sequence_) {
      if (vouches) {
        Lost(last_name_, "does not go on to " + log.name, log.first->sequence);
      } else {
        report_.torn.push_back(last_name_);
        report_.gaps.push_back({.file = last_name_, .first_sequence = next_sequence_});
      }
    }
    Pass(log);
  }

  void Finish() { EndHole(); }

 private:
  // Also of an earlier log than the last one.
  void Lost(const std::string& file, std::string what, uint64_t next_known) {
    report_.damage.push_back({.file = file,
                              .what = std::move(what),
                              .first_sequence = next_sequence_,
                              .last_sequence = next_known == 0 ? 0 : next_known - 1});
  }

  bool DamagedByItself(const OneLog& log) {
    const bool list = log.IsListOfFiles();
    const uint64_t end = log.bad.value_or(log.size);
    // Every write to a list of files is synced before the next.
    const bool vouched = log.bad && log.behind && (every_write_ || list);
    if (end >= log.synced && !vouched) return false;
    report_.list_damaged |= list;
    const bool ends = end == log.size;
    const uint64_t first = log.next_sequence != 0 ? log.next_sequence : next_sequence_;
    report_.damage.push_back(
        {.file = log.name,
         .what = ends ? "ends at byte " + std::to_string(end) + " of " + std::to_string(log.synced)
                      : "is damaged at byte " + std::to_string(end),
         .first_sequence = list ? 0 : first,
         .last_sequence = list || !log.behind ? 0 : log.behind->sequence - 1});
    return true;
  }

  // Whether it begins where the hole does: then an earlier opening has dropped what is behind that.
  // With no write at all before the hole, that is where the tables end.
  bool GoesOn(const OneLog& log) const {
    const uint64_t next = next_sequence_ != 0 || has_tail_ ? next_sequence_ : first_sequence_;
    return log.first && next != 0 && log.first->sequence == next;
  }

  void AddTorn(const std::string& name, uint64_t end) {
    report_.torn.push_back(name);
    report_.torn_ends[name] = end;
  }

  void Pass(const OneLog& log) {
    last_name_ = log.name;
    if (log.next_sequence != 0) next_sequence_ = log.next_sequence;
    if (!log.bad) return;
    hole_ = LogHole{.file = log.name, .offset = *log.bad, .behind = {}};
    if (report_.unread_from == 0) report_.unread_from = next_sequence_;
    has_tail_ = log.behind.has_value();
  }

  // A later log goes on from the hole.
  void DropHole() {
    if (has_tail_) report_.dropped[hole_->file] = hole_->offset;
    for (const std::string& name : hole_->behind) report_.dropped[name] = 0;
    hole_->passed = true;
    EndHole();
  }

  void EndHole() {
    if (!hole_) return;
    if (has_tail_ || !hole_->behind.empty()) {
      report_.holes.push_back(*std::move(hole_));
    } else {
      AddTorn(hole_->file, hole_->offset);
    }
    hole_.reset();
  }

  const bool every_write_;
  uint64_t first_sequence_;
  LogReport& report_;
  uint64_t next_sequence_ = 0;  // of the write that must follow; 0: not known
  std::string last_name_;
  std::optional<LogHole> hole_;  // where the replay stands still
  bool has_tail_ = false;        // whole writes are behind it in its own log
};

LogReport Judge(const std::vector<OneLog>& logs, const SyncedLogs& synced,
                const NeededLogs& needed) {
  LogReport report;
  Replay replay(synced.every_write, needed.next_sequence, report);
  for (const OneLog& log : logs) {
    if (log.number >= needed.oldest || log.IsListOfFiles()) replay.Add(log);
  }
  replay.Finish();
  return report;
}

// Marks without a log.
void AddMissing(const std::map<uint64_t, std::string>& logs, const SyncedLogs& synced,
                LogReport& report) {
  bool has_list = false;
  for (const auto& [number, name] : logs) has_list |= name.starts_with("MANIFEST");
  for (const auto& [number, bytes] : synced.bytes) {
    if (bytes == 0 || logs.contains(number)) continue;
    // Its kind is not known. There is always one list of files.
    report.damage.push_back(
        {.file = has_list ? LogName(number) : "MANIFEST", .what = "is missing"});
    report.list_damaged |= !has_list;
    has_list = true;
  }
}

}  // namespace

Result<LogReport> CheckLogs(const std::string& database_folder, const SyncedLogs& synced) {
  SEDGE_ASSIGN_OR_RETURN(const auto names, FindLogs(database_folder));
  std::vector<OneLog> logs;
  for (const auto& [number, name] : names) {
    SEDGE_ASSIGN_OR_RETURN(OneLog log, Scan(database_folder, number, name, synced));
    logs.push_back(std::move(log));
  }
  LogReport report = Judge(logs, synced, {});
  const bool fine = report.damage.empty() && report.holes.empty() && report.gaps.empty();
  if (!report.list_damaged && !fine) {
    const NeededLogs needed = FindNeededLogs(database_folder);
    report = Judge(logs, synced, needed);
    report.newest_in_tables = needed.newest_in_tables;
    std::erase_if(report.gaps, [&needed](const LogGap& gap) {
      return needed.next_sequence != 0 && needed.newest_in_tables < gap.first_sequence;
    });
  }
  AddMissing(names, synced, report);
  return report;
}

std::optional<PartedWrites> FindPartedWrites(const std::string& database_folder,
                                             const LogReport& logs) {
  constexpr const char* kPart = ", and tables have a part of what was written there";
  if (!logs.gaps.empty()) {
    const LogGap& gap = logs.gaps.front();
    return PartedWrites{.file = gap.file,
                        .what = "lacks the writes from number " +
                                std::to_string(gap.first_sequence) + " on" + kPart};
  }
  if (logs.holes.empty() && logs.torn_ends.empty()) return std::nullopt;
  // RocksDB compares which logs a family is past, not what is in them: one that is torn where a
  // full disk cut it lacks nothing.
  const uint64_t newest = logs.newest_in_tables ? *logs.newest_in_tables
                                                : FindNeededLogs(database_folder).newest_in_tables;
  if (logs.unread_from != 0 && newest < logs.unread_from) return std::nullopt;
  if (!TablesAreAheadOfLogs(database_folder)) return std::nullopt;
  if (!logs.holes.empty()) {
    const LogHole& hole = logs.holes.front();
    return PartedWrites{.file = hole.file,
                        .what = "has a hole at byte " + std::to_string(hole.offset) + kPart};
  }
  const auto& [file, end] = *logs.torn_ends.begin();
  return PartedWrites{.file = file, .what = "is torn at byte " + std::to_string(end) + kPart};
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

std::string DescribeHole(const LogHole& hole) {
  std::string text = hole.file + " has a hole at byte " + std::to_string(hole.offset) +
                     "; there are whole writes behind it";
  for (size_t i = 0; i < hole.behind.size(); ++i) {
    text += (i == 0 ? ", also in " : ", ") + hole.behind[i];
  }
  return text;
}

}  // namespace sedge::kv
