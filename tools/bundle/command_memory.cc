// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/command_memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string_view>
#include <utility>

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
    if (files.contains(path)) return;
    const File file = LookAt(path);
    if (file.stamp.exists) files.emplace(path, file);
  };
  for (const auto& [key, command] : commands_) {
    look(command.main);
    for (const std::string& tree : command.trees) Walk(tree, 0, look);
  }
  return files;
}

bool CommandMemory::IsDue(const worker::WorkerConfig& config) const {
  std::lock_guard lock(mutex_);
  const auto found = commands_.find(KeyOf(config));
  return found == commands_.end() || found->second.text != TextOf(config) || !found->second.good;
}

void CommandMemory::Begin(const worker::WorkerConfig& config) {
  {
    std::lock_guard lock(mutex_);
    running_ = KeyOf(config);
    Command& command = commands_[running_];
    if (command.text != TextOf(config)) command = Command();
    command.text = TextOf(config);
    command.trees = config.build.watch_dirs;
    command.main = config.main;
    command.good = false;
  }
  Files files = Look();
  std::lock_guard lock(mutex_);
  files_ = std::move(files);
}

void CommandMemory::End(Result result) {
  Files after = Look();
  std::lock_guard lock(mutex_);
  Command& command = commands_[running_];
  command.good = result == Result::kGood;
  cancelled_ = result == Result::kCancelled;  // it will run again, so that nothing is missed
  if (!cancelled_) Judge(command, after, command.good);
  files_ = std::move(after);
  running_.clear();
  for (const std::string& path : std::exchange(aside_, {})) {
    // Since it was looked at.
    if (!cancelled_ && !IsAsKnown(path, LookAt(path))) missed_.insert(path);
  }
}

// Whose the changes are that came about while the command ran. Its own: what came or went, what has
// the same text as before, and what each of the last runs has written. The first run is no proof of
// that: what it changes makes it run once more.
void CommandMemory::Judge(Command& command, const Files& after, bool good) {
  std::set<std::string> paths;
  for (const auto& [path, file] : files_) paths.insert(path);
  for (const auto& [path, file] : after) paths.insert(path);
  const bool first = !std::exchange(command.ended, true);
  for (const std::string& path : paths) {
    const auto old = files_.find(path);
    const auto now = after.find(path);
    const bool came_or_went = old == files_.end() || now == after.end();
    const bool other_text = came_or_went || old->second.hash != now->second.hash;
    if (!other_text && old->second.stamp.SameFile(now->second.stamp)) {
      if (good) command.writes.erase(path);
      continue;
    }
    int& writes = command.writes[path];
    const bool own = came_or_went || !other_text || writes >= kSureWrites;
    writes = first || came_or_went ? kSureWrites : writes + 1;
    if (!own && IsBelowTrees(path)) missed_.insert(path);
  }
}

bool CommandMemory::IsBelowTrees(const std::string& path) const {
  return std::ranges::any_of(
      commands_, [&](const auto& command) { return IsBelow(path, command.second.trees); });
}

bool CommandMemory::IsMain(const std::string& path) const {
  return std::ranges::any_of(commands_,
                             [&](const auto& command) { return command.second.main == path; });
}

bool CommandMemory::IsAsKnown(const std::string& path, const File& now) const {
  const auto known = files_.find(path);
  if (known == files_.end()) return !now.stamp.exists;
  return known->second.stamp.SameFile(now.stamp) && known->second.hash == now.hash;
}

// A save for which a command that runs can be ended: not twice in a row, nor in the first run, so
// that a command that itself does this comes to its end.
bool CommandMemory::IsSurelyForeign(const std::string& path) const {
  const Command& command = commands_.at(running_);
  const auto known = files_.find(path);
  if (!command.ended || cancelled_ || known == files_.end()) return false;
  const auto writes = command.writes.find(path);
  if (writes != command.writes.end() && writes->second >= kSureWrites) return false;
  const File now = LookAt(path);
  return now.stamp.exists && now.hash != known->second.hash;
}

bool CommandMemory::Knows(const std::string& path) {
  std::lock_guard lock(mutex_);
  const bool below = IsBelowTrees(path);
  if (!below && !IsMain(path)) return false;
  if (!running_.empty()) {
    if (!below) return true;  // it is read once the command has ended
    if (IsSurelyForeign(path)) return false;
    aside_.insert(path);
    return true;
  }
  const File now = LookAt(path);
  if (IsAsKnown(path, now)) return true;
  if (now.stamp.exists) {
    files_[path] = now;
  } else {
    files_.erase(path);
  }
  return false;
}

std::vector<std::string> CommandMemory::TakeMissed() {
  std::lock_guard lock(mutex_);
  const std::set<std::string> missed = std::exchange(missed_, {});
  return {missed.begin(), missed.end()};
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
