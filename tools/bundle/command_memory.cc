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

void CommandMemory::Forget(const worker::WorkerConfig& config) {
  std::lock_guard lock(mutex_);
  if (commands_.erase(KeyOf(config)) != 0 && commands_.empty()) wants_ = false;
}

void CommandMemory::Begin(const worker::WorkerConfig& config, bool in_quiet) {
  {
    std::lock_guard lock(mutex_);
    running_ = KeyOf(config);
    in_quiet_ = in_quiet;
    Command& command = commands_[running_];
    if (command.text != TextOf(config)) {
      command = Command();
      row_.clear();
    }
    command.text = TextOf(config);
    command.trees = config.build.watch_dirs;
    command.folder = config.base_dir;
    command.cwd = config.build.cwd.empty() ? config.base_dir : config.build.cwd;
    command.main = config.main;
    for (const auto& [path, stamp] : watched_) {
      if (!files_.contains(path)) Learn(path, stamp);
    }
    // What else has changed is for the watcher to tell: another worker may have been made of it.
    const auto is_its = [&](const auto& file) {
      return file.first == command.main || IsBelow(file.first, command.trees);
    };
    Files now = Look();
    std::erase_if(files_, is_its);
    for (auto& file : now) {
      if (is_its(file)) files_.insert(std::move(file));
    }
    wants_ = false;
    began_ = Clock::now();
  }
  if (options_.on_begin) options_.on_begin();
}

void CommandMemory::End(const Status& status) {
  std::lock_guard lock(mutex_);
  const bool quick = Clock::now() - began_ < kQuick;
  Files after = Look();
  Command& command = commands_.at(running_);
  command.status = status;
  cancelled_ = status.code() == StatusCode::kCancelled;  // it runs again, so that nothing is missed
  if (!cancelled_) {
    command.ended = true;
    Judge(command, after, quick);
  }
  files_ = std::move(after);
  running_.clear();
  ended_ = Clock::now();
}

// What a run did.
void CommandMemory::Judge(Command& command, const Files& after, bool quick) {
  std::set<std::string> paths;
  for (const auto& [path, file] : files_) paths.insert(path);
  for (const auto& [path, file] : after) paths.insert(path);
  Names changed;  // of another text, or came, or went
  Names written;  // these, and what has the same text again
  Names again;    // of that what a run was ended for
  for (const std::string& path : paths) {
    const auto old = files_.find(path);
    const auto now = after.find(path);
    const bool came_or_went = old == files_.end() || now == after.end();
    const bool other = came_or_went || old->second.hash != now->second.hash;
    if (other && IsVarsFile(path)) stale_.insert(path);
    if (!MakesDue(path)) continue;
    if (!other && old->second.stamp.SameFile(now->second.stamp)) continue;
    const std::string name = came_or_went ? NamesIn(path) : path;
    written.insert(name);
    const auto seen = row_.find(path);
    if (!other && seen != row_.end() && seen->second.ends > 0) again.insert(path);
    if (!other) continue;
    changed.insert(name);
    if (name != path) ++row_[path].changes;
  }
  if (changed.empty()) row_.clear();  // it has come to rest
  for (const std::string& name : changed) {
    ++row_[name].changes;
    Doubt(command, name, quick);
  }
  if (command.status.ok()) {
    std::erase_if(command.own, [&](const auto& name) { return !written.contains(name); });
  }
  for (const std::string& name : in_quiet_ ? written : again) {
    if (!saved_.contains(name)) command.own.insert(name);
  }
}

// It changed in this run.
void CommandMemory::Doubt(Command& command, const std::string& name, bool quick) {
  if (command.own.contains(name) || IsMain(name)) return;
  const int changes = row_.at(name).changes;
  if (in_quiet_ && quick && changes > 1 && !saved_.contains(name)) return;
  if (changes < MaxChangesOf(name)) {
    wants_ = true;
    return;
  }
  LogOnce(name);
  saved_.erase(name);
  command.own.insert(name);
}

int CommandMemory::MaxChangesOf(const std::string& name) const {
  return saved_.contains(name) ? kMaxChangesOfSaved : kMaxChanges;
}

void CommandMemory::LogOnce(const std::string& name) {
  if (!logged_.insert(name).second) return;
  LogWarn("build.command changes " + name +
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

bool CommandMemory::IsOwn(const std::string& name) const {
  return IsMain(name) || std::ranges::any_of(commands_, [&](const auto& command) {
           return command.second.own.contains(name);
         });
}

bool CommandMemory::IsSuspect(const std::string& name) const {
  return row_.contains(name) && !saved_.contains(name);
}

bool CommandMemory::IsAsKnown(const std::string& path, const File& now) const {
  const auto known = files_.find(path);
  if (known == files_.end()) return !now.stamp.exists;
  return now.stamp.exists && known->second.hash == now.hash;
}

// Whether it is a save for which the command that runs is ended. So that one that itself does this
// comes to its end, its first run and the one after that which was ended go on, as long as they do
// not seem to hang, and no name ends run after run.
bool CommandMemory::EndsRun(const std::string& path) const {
  const auto known = files_.find(path);
  if (!MakesDue(path) || known == files_.end() || IsOwn(path)) return false;
  const bool hangs = Clock::now() - began_ >= options_.hangs_after;
  if (!hangs && (!commands_.at(running_).ended || cancelled_ || IsSuspect(path))) return false;
  if (const auto seen = row_.find(path); seen != row_.end()) {
    if (IsSuspect(path) && seen->second.changes > 0) return false;
    if (seen->second.ends + 1 >= MaxChangesOf(path)) return false;
  }
  const File now = LookAt(path);
  return now.stamp.exists && now.hash != known->second.hash;
}

CommandMemory::News CommandMemory::TellRunning(const std::string& path) {
  if (!IsWatched(path)) return News::kReload;
  if (EndsRun(path)) {
    ++row_[path].ends;
    return News::kDue;
  }
  // What the command makes is read behind it, so that its end will show. Other workers may have
  // been made already.
  const Command& command = commands_.at(running_);
  const bool is_near = MakesDue(path) || IsBelow(path, {command.folder, command.cwd});
  return is_near || IsAsKnown(path, LookAt(path)) ? News::kNone : News::kReload;
}

CommandMemory::News CommandMemory::Tell(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (IsIgnored(path)) return News::kNone;
  if (commands_.empty()) return News::kReload;
  if (!running_.empty()) return TellRunning(path);
  const File now = LookAt(path);
  if (unsure_.erase(path) == 0 && IsAsKnown(path, now)) return News::kNone;
  const bool came_or_went = files_.erase(path) == 0 || !now.stamp.exists;
  if (now.stamp.exists && IsWatched(path)) files_[path] = now;
  const std::string name = came_or_went ? NamesIn(path) : path;
  if (!MakesDue(path)) {
    if (!AnyFailed()) return News::kReload;
  } else if (IsOwn(path) || IsOwn(name) || IsSuspect(path)) {
    if (Clock::now() - ended_ > kLong) row_.clear();
    Seen& seen = row_[name];
    if (seen.tells < kMaxChanges) {
      if (!std::exchange(wants_, true)) ++seen.tells;
      return News::kLater;
    }
    LogOnce(name);  // two processes that run the same command, perhaps
    return News::kReload;
  } else {
    saved_.insert(path);
  }
  wants_ = false;
  row_.clear();
  return News::kDue;
}

void CommandMemory::Watch(const Watched& watched) {
  std::lock_guard lock(mutex_);
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

std::vector<std::string> CommandMemory::trees() const {
  std::lock_guard lock(mutex_);
  std::set<std::string> trees;
  for (const auto& [key, command] : commands_) {
    trees.insert(command.trees.begin(), command.trees.end());
  }
  return {trees.begin(), trees.end()};
}

std::vector<std::string> CommandMemory::projects() const {
  std::lock_guard lock(mutex_);
  std::set<std::string> folders;
  for (const auto& [key, command] : commands_) folders.insert(command.folder);
  return {folders.begin(), folders.end()};
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
}

void CommandMemory::Restart() {
  std::lock_guard lock(mutex_);
  wants_ = false;
  row_.clear();
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
