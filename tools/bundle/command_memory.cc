// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/command_memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string_view>
#include <utility>

#include "runtime/base/log.h"
#include "tools/bundle/prepare.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxHashedBytes = 16 << 20;
constexpr int kMaxDepth = 32;  // as loop::FileWatch

std::string KeyOf(const worker::WorkerConfig& config) {
  return config.base_dir + '\n' + config.source;
}

std::string TextOf(const worker::WorkerConfig& config) {
  return config.build.cwd + '\n' + config.build.command;
}

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

// For what comes and goes, often by another name each time.
std::string NamesIn(const std::string& path) { return FolderOf(path) + "/*"; }

bool IsVarsFile(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.starts_with(".dev.vars") || name.starts_with(".env");
}

// Of a large file each write counts as another text.
uint64_t HashOf(const std::string& path, const FileStamp& stamp) {
  if (stamp.size > kMaxHashedBytes) return static_cast<uint64_t>(stamp.modified_ns);
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return std::hash<std::string_view>()(text);
}

// The files that loop::FileWatch sees below a folder, as it names them.
void Walk(const std::string& folder, int depth,
          const std::function<void(const std::string&)>& visit) {
  if (depth == kMaxDepth) return;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with('.') || name == "node_modules") continue;
    const std::string path = folder + "/" + name;
    std::error_code ignored;
    if (at->symlink_status(ignored).type() == fs::file_type::directory) {
      Walk(path, depth + 1, visit);
    } else {
      visit(path);
    }
  }
}

}  // namespace

bool IsBelow(const std::string& path, const std::vector<std::string>& folders) {
  return std::ranges::any_of(
      folders, [&](const std::string& folder) { return path.starts_with(folder + "/"); });
}

bool IsConfiguration(const std::string& path) {
  return !IsVarsFile(path) && !worker::IsScriptExtension(fs::path(path).extension().native());
}

CommandMemory::File CommandMemory::LookAt(const std::string& path) const {
  File file;
  file.stamp = FileStamp::Of(path);
  if (!file.stamp.exists) return file;
  const auto known = files_.find(path);
  const bool same = known != files_.end() && known->second.stamp.SameFile(file.stamp) &&
                    !known->second.stamp.racy();
  file.hash = same ? known->second.hash : HashOf(path, file.stamp);
  return file;
}

CommandMemory::Files CommandMemory::Look() const {
  Files files;
  const auto look = [&](const std::string& path) {
    if (files.contains(path) || IsIgnored(path)) return;
    const File file = LookAt(path);
    if (file.stamp.exists) files.emplace(path, file);
  };
  for (const auto& [key, command] : commands_) {
    look(command.main);
    for (const std::string& tree : command.trees) Walk(tree, 0, look);
  }
  for (const auto& [path, stamp] : watched_) look(path);
  for (const std::string& folder : folders_) {
    Walk(folder, kMaxDepth - 1, [&](const std::string& path) {
      if (IsSourceFile(path)) look(path);
    });
  }
  return files;
}

// Of a file that is watched from now on.
void CommandMemory::Learn(const std::string& path, const FileStamp& read) {
  const File now = LookAt(path);
  if (!read.SameFile(now.stamp)) unsure_.insert(path);
  if (now.stamp.exists) files_[path] = now;
}

bool CommandMemory::IsDue(const worker::WorkerConfig& config) const {
  std::lock_guard lock(mutex_);
  const auto found = commands_.find(KeyOf(config));
  return found == commands_.end() || found->second.text != TextOf(config) ||
         found->second.status.code() == StatusCode::kCancelled;
}

Status CommandMemory::FailureOf(const worker::WorkerConfig& config) const {
  std::lock_guard lock(mutex_);
  const auto found = commands_.find(KeyOf(config));
  return found == commands_.end() ? Status() : found->second.status;
}

bool CommandMemory::failed() const {
  std::lock_guard lock(mutex_);
  return AnyFailed();
}

bool CommandMemory::AnyFailed() const {
  return std::ranges::any_of(commands_, [](const auto& command) {
    return command.second.ended && !command.second.status.ok();
  });
}

void CommandMemory::Begin(const worker::WorkerConfig& config, bool in_quiet) {
  {
    std::lock_guard lock(mutex_);
    running_ = KeyOf(config);
    in_quiet_ = in_quiet;
    Command& command = commands_[running_];
    if (command.text != TextOf(config)) command = Command();
    command.text = TextOf(config);
    command.trees = config.build.watch_dirs;
    command.main = config.main;
    if (!in_quiet) command.suspects.clear();
  }
  Files now = Look();
  std::lock_guard lock(mutex_);
  for (const auto& [path, stamp] : watched_) {
    if (!files_.contains(path)) Learn(path, stamp);
  }
  // What else has changed is for the watcher to tell: another worker may have been made of it.
  const Command& command = commands_.at(running_);
  const auto is_its = [&](const auto& file) {
    return file.first == command.main || IsBelow(file.first, command.trees);
  };
  std::erase_if(files_, is_its);
  for (auto& file : now) {
    if (is_its(file)) files_.insert(std::move(file));
  }
  wants_ = false;
  began_ = Clock::now();
}

void CommandMemory::End(const Status& status) {
  const bool quick = Clock::now() - began_ < kQuick;
  Files after = Look();
  std::lock_guard lock(mutex_);
  for (const std::string& path : std::exchange(aside_, {})) {  // since it was looked at
    const File now = LookAt(path);
    after.erase(path);
    if (now.stamp.exists) after[path] = now;
  }
  Command& command = commands_.at(running_);
  command.status = status;
  cancelled_ = status.code() == StatusCode::kCancelled;  // it runs again, so that nothing is missed
  if (!cancelled_) {
    command.ended = true;
    Judge(command, Compare(after), quick);
    causes_.clear();
  }
  files_ = std::move(after);
  running_.clear();
  ended_ = Clock::now();
}

CommandMemory::Changes CommandMemory::Compare(const Files& after) {
  std::set<std::string> paths;
  for (const auto& [path, file] : files_) paths.insert(path);
  for (const auto& [path, file] : after) paths.insert(path);
  Changes changes;
  for (const std::string& path : paths) {
    const auto old = files_.find(path);
    const auto now = after.find(path);
    const bool came_or_went = old == files_.end() || now == after.end();
    const bool other = came_or_went || old->second.hash != now->second.hash;
    if (other && IsVarsFile(path)) stale_.insert(path);
    if (!MakesDue(path) || IsMain(path)) continue;
    if (!other && old->second.stamp.SameFile(now->second.stamp)) continue;
    const std::string name = came_or_went ? NamesIn(path) : path;
    changes.written.insert(name);
    // A run was ended for it, and this one writes it again.
    if (!other && !causes_.contains(path)) continue;
    changes.other.insert(name);
    changes.paths.insert(path);
  }
  return changes;
}

void CommandMemory::Judge(Command& command, const Changes& changes, bool quick) {
  Names doubtful;
  for (const std::string& name : changes.other) {
    const bool is_sure =
        command.own.contains(name) ||
        (in_quiet_ && quick && command.suspects.contains(name) && !saved_.contains(name));
    if (!is_sure) doubtful.insert(name);
  }
  if (command.status.ok()) {
    std::erase_if(command.own, [&](const auto& name) { return !changes.written.contains(name); });
  }
  const auto add_own = [&](const Names& names) {
    for (const std::string& name : names) {
      if (!saved_.contains(name)) command.own.insert(name);
    }
  };
  if (in_quiet_) add_own(changes.written);
  if (changes.other.empty()) command.suspects.clear();
  command.suspects.insert(changes.other.begin(), changes.other.end());
  command.suspects.insert(changes.paths.begin(), changes.paths.end());
  if (doubtful.empty()) return;
  if (follow_ups_ < kMaxFollowUps) {
    wants_ = true;
    return;
  }
  add_own(doubtful);
  LogOnce(doubtful);
}

void CommandMemory::LogOnce(const Names& names) {
  std::string files;
  for (const std::string& name : names) files += (files.empty() ? "" : ", ") + name;
  if (std::exchange(logged_, files) == files) return;
  LogWarn("build.command changes " + files +
          " in each run, which is below build.watch_dir; it waits for the next save");
}

bool CommandMemory::IsBelowTrees(const std::string& path) const {
  return std::ranges::any_of(
      commands_, [&](const auto& command) { return IsBelow(path, command.second.trees); });
}

bool CommandMemory::IsMain(const std::string& path) const {
  return std::ranges::any_of(commands_,
                             [&](const auto& command) { return command.second.main == path; });
}

bool CommandMemory::IsWatched(const std::string& path) const {
  return watched_.contains(path) || IsMain(path) || IsBelowTrees(path) ||
         (folders_.contains(FolderOf(path)) && IsSourceFile(path));
}

bool CommandMemory::IsIgnored(const std::string& path) const {
  return std::ranges::find(options_.ignored, path) != options_.ignored.end() ||
         IsBelow(path, options_.ignored);
}

bool CommandMemory::MakesDue(const std::string& path) const {
  return IsBelowTrees(path) || configs_.contains(path);
}

bool CommandMemory::IsOwn(const std::string& path) const {
  return std::ranges::any_of(commands_, [&](const auto& command) {
    return command.second.own.contains(path) || command.second.main == path;
  });
}

bool CommandMemory::IsSuspect(const std::string& path) const {
  return !saved_.contains(path) && std::ranges::any_of(commands_, [&](const auto& command) {
    return command.second.suspects.contains(path);
  });
}

bool CommandMemory::IsAsKnown(const std::string& path, const File& now) const {
  const auto known = files_.find(path);
  if (known == files_.end()) return !now.stamp.exists;
  return now.stamp.exists && known->second.hash == now.hash;
}

// A save for which a command that runs can be ended: not twice in a row, nor in the first run, so
// that a command that itself does this comes to its end.
bool CommandMemory::IsSurelyForeign(const std::string& path) const {
  const auto known = files_.find(path);
  if (!commands_.at(running_).ended || cancelled_ || known == files_.end()) return false;
  if (IsOwn(path) || IsSuspect(path)) return false;
  const File now = LookAt(path);
  return now.stamp.exists && now.hash != known->second.hash;
}

CommandMemory::News CommandMemory::TellRunning(const std::string& path) {
  if (!IsWatched(path)) return News::kReload;
  if (options_.ends_runs && MakesDue(path) && IsSurelyForeign(path)) {
    causes_.insert(path);
    return News::kDue;
  }
  aside_.insert(path);
  return News::kNone;
}

CommandMemory::News CommandMemory::Tell(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (IsIgnored(path)) return News::kNone;
  if (commands_.empty()) return News::kReload;
  if (!running_.empty()) return TellRunning(path);
  const File now = LookAt(path);
  if (unsure_.erase(path) == 0 && IsAsKnown(path, now)) return News::kNone;
  files_.erase(path);
  if (now.stamp.exists && IsWatched(path)) files_[path] = now;
  if (!MakesDue(path)) {
    if (!AnyFailed()) return News::kReload;
  } else if (IsOwn(path) || (IsSuspect(path) && follow_ups_ < kMaxFollowUps)) {
    if (Clock::now() - ended_ > kLong) follow_ups_ = 0;
    if (follow_ups_ < kMaxFollowUps) {
      wants_ = true;
      return News::kLater;
    }
    LogOnce({path});  // two processes that run the same command, perhaps
    return News::kReload;
  } else {
    saved_.insert(path);
  }
  wants_ = false;
  follow_ups_ = 0;
  return News::kDue;
}

void CommandMemory::Watch(const Watched& watched) {
  std::lock_guard lock(mutex_);
  if (!running_.empty()) return;
  configs_ = {watched.configs.begin(), watched.configs.end()};
  folders_ = {watched.folders.begin(), watched.folders.end()};
  std::map<std::string, FileStamp> before = std::exchange(watched_, {});
  for (const auto& [path, stamp] : watched.files) {
    const bool is_new = watched_.emplace(path, stamp).second && !before.contains(path);
    if (is_new && !commands_.empty() && !files_.contains(path)) Learn(path, stamp);
  }
  for (const std::string& path : configs_) {
    const FileStamp now = FileStamp::Of(path);
    const bool is_new = watched_.emplace(path, now).second && !before.contains(path);
    if (is_new && !commands_.empty() && !files_.contains(path)) Learn(path, now);
  }
  std::erase_if(files_, [&](const auto& file) { return !IsWatched(file.first); });
}

std::vector<std::string> CommandMemory::TakeStale() {
  std::lock_guard lock(mutex_);
  const std::set<std::string> stale = std::exchange(stale_, {});
  return {stale.begin(), stale.end()};
}

bool CommandMemory::WantsFollowUp() const {
  std::lock_guard lock(mutex_);
  return wants_;
}

void CommandMemory::StartFollowUp() {
  std::lock_guard lock(mutex_);
  wants_ = false;
  ++follow_ups_;
}

void CommandMemory::Restart() {
  std::lock_guard lock(mutex_);
  wants_ = false;
  follow_ups_ = 0;
}

std::vector<std::string> CommandMemory::Changed() const {
  std::lock_guard lock(mutex_);
  if (!running_.empty()) return {};  // its end will show
  const Files now = Look();
  std::vector<std::string> changed;
  const auto add = [&](const std::string& path) {
    if (IsBelowTrees(path)) changed.push_back(path);
  };
  for (const auto& [path, file] : now) {
    if (!IsAsKnown(path, file)) add(path);
  }
  for (const auto& [path, file] : files_) {
    if (!now.contains(path)) add(path);
  }
  return changed;
}

}  // namespace sedge::tools
