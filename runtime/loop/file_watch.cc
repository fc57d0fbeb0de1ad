// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/file_watch.h"

#include <dirent.h>
#include <sys/stat.h>
#include <uv.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <utility>

#include "runtime/base/check.h"

namespace sedge::loop {
namespace {

constexpr uint64_t kRetryMs = 10;        // while a file is gone
constexpr int kMaxDepth = 32;            // of folders below those given
constexpr size_t kFilesPerPoll = 2'000;  // with more files it polls less often

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string Join(const std::string& folder, std::string_view name) {
  return (folder == "/" ? "" : folder) + "/" + std::string(name);
}

bool IsFolder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool IsLeftOut(std::string_view name) { return name.starts_with('.') || name == "node_modules"; }

struct FolderId {
  uint64_t device = 0;
  uint64_t inode = 0;
  bool operator==(const FolderId&) const = default;
};

FolderId IdOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

}  // namespace

// One folder's events, and what its names mean.
class FileWatch::Folder {
 public:
  Folder(FileWatch& owner, std::string path)
      : path_(std::move(path)), handle_(new Handle{{}, &owner, path_}), id_(IdOf(path_)) {
    SEDGE_CHECK(uv_fs_event_init(owner.loop_.uv(), &handle_->uv) == 0);
    handle_->uv.data = handle_;
    error_ = uv_fs_event_start(
        &handle_->uv,
        [](uv_fs_event_t* event, const char* name, int, int) {
          // A copy: what the event leads to may close the handle.
          const auto* handle = static_cast<Handle*>(event->data);
          const std::string folder = handle->path;
          if (handle->owner) handle->owner->OnEvent(folder, name ? name : "");
        },
        path_.c_str(), 0);
  }
  ~Folder() {
    handle_->owner = nullptr;
    uv_fs_event_stop(&handle_->uv);
    uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
             [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
  }

  int error() const { return error_; }
  // The path names another folder than the one that is watched.
  bool moved() const { return IdOf(path_) != id_; }

  std::multimap<std::string, std::string, std::less<>> names;  // -> watched files
  bool tree = false;                                           // every name in it counts
  bool needed = true;

 private:
  struct Handle {
    uv_fs_event_t uv;
    FileWatch* owner;
    std::string path;
  };
  const std::string path_;
  Handle* handle_;
  FolderId id_;
  int error_ = 0;
};

FileWatch::FileWatch(Loop& loop, OnChange on_change, const WatchTimes& times)
    : loop_(loop),
      on_change_(std::move(on_change)),
      times_(times),
      flush_timer_(loop, [this] { Flush(); }),
      poll_timer_(loop, [this] { Poll(); }) {
  poll_timer_.Start(times_.poll_ms);
}

FileWatch::~FileWatch() = default;

bool FileWatch::IsWanted(const std::string& path) const {
  return !IsLeftOut(NameOf(path)) && (!set_.wanted || set_.wanted(path));
}

void FileWatch::Watch(const WatchSet& set) {
  const bool same_folders =
      set_.folders == set.folders && set_.flat_folders == set.flat_folders;
  set_ = set;
  std::set<std::string> given;
  for (const WatchedFile& file : set_.files) {
    given.insert(file.path);
    auto [known, is_new] = files_.try_emplace(file.path);
    known->second.found = false;
    const FileStamp now = FileStamp::Of(file.path);
    if (is_new) known->second.stamp = file.seen ? *file.seen : now;
    if (file.seen && !file.seen->SameFile(now)) {
      known->second.stamp = *file.seen;
      MarkDirty(known->second);
    }
  }
  for (WatchedFile& file : set_.files) file.seen = nullptr;  // it is the caller's
  std::erase_if(
      files_, [&](const auto& file) { return !file.second.found && !given.contains(file.first); });
  Arm(/*all_known=*/!same_folders);
}

void FileWatch::NoteFolder(const std::string& path, const std::string& name,
                           const std::string& file) {
  auto& folder = folders_[path];
  if (!folder) {
    folder = std::make_unique<Folder>(*this, path);
    if (folder->error() != 0 && folder->error() != UV_ENOENT && folder->error() != UV_EACCES) {
      problem_ = "changes are looked for once a second, because " + path +
                 " cannot be watched: " + uv_strerror(folder->error());
      if (folder->error() == UV_ENOSPC) problem_ += " (raise fs.inotify.max_user_watches)";
    }
  }
  folder->needed = true;
  if (!name.empty()) folder->names.emplace(name, file);
}

// The folder that holds the file, or the nearest one that is there; and the same for where a
// symbolic link leads.
void FileWatch::NoteFile(const std::string& file) {
  std::string path = file;
  std::string folder = ParentOf(path);
  while (folder != "/" && folder != "." && !IsFolder(folder)) {
    path = folder;
    folder = ParentOf(path);
  }
  NoteFolder(folder, NameOf(path), file);
  char real[PATH_MAX];
  if (!realpath(file.c_str(), real) || file == real) return;
  NoteFolder(ParentOf(real), NameOf(real), file);
}

void FileWatch::ScanTree(const std::string& folder, int depth, bool all_known,
                         std::set<std::string>& seen) {
  DIR* entries = depth < kMaxDepth ? opendir(folder.c_str()) : nullptr;
  if (!entries) return;
  NoteFolder(folder, "", "");
  folders_[folder]->tree = true;
  std::vector<std::string> below;
  while (const dirent* entry = readdir(entries)) {
    if (IsLeftOut(entry->d_name)) continue;
    const std::string path = Join(folder, entry->d_name);
    if (entry->d_type == DT_DIR) {
      below.push_back(path);
    } else if (IsWanted(path)) {
      seen.insert(path);
      auto [file, is_new] = files_.try_emplace(path);
      if (!is_new) continue;
      file->second.found = true;
      if (all_known) {
        file->second.stamp = FileStamp::Of(path);
      } else {
        MarkDirty(file->second);
      }
    }
  }
  closedir(entries);
  for (const std::string& path : below) ScanTree(path, depth + 1, all_known, seen);
}

void FileWatch::Arm(bool all_known) {
  rearm_ = false;
  problem_.clear();
  std::erase_if(folders_, [](const auto& folder) {
    return folder.second->error() != 0 || folder.second->moved();
  });
  for (auto& [path, folder] : folders_) {
    folder->needed = folder->tree = false;
    folder->names.clear();
  }
  std::set<std::string> seen;
  const auto scan = [&](const std::string& folder, int depth) {
    if (IsFolder(folder)) {
      ScanTree(folder, depth, all_known, seen);
    } else {
      NoteFile(folder);  // so that its coming is seen
    }
  };
  for (const std::string& folder : set_.folders) scan(folder, 0);
  for (const std::string& folder : set_.flat_folders) scan(folder, kMaxDepth - 1);
  for (auto at = files_.begin(); at != files_.end();) {
    auto& [path, file] = *at;
    bool left = false;
    if (!file.found) {
      NoteFile(path);
    } else if (!seen.contains(path)) {
      left = FileStamp::Of(path).exists;  // its folder is watched no more
      if (!left) MarkDirty(file);         // it went
    }
    at = left ? files_.erase(at) : std::next(at);
  }
  std::erase_if(folders_, [](const auto& folder) { return !folder.second->needed; });
}

void FileWatch::OnEvent(const std::string& path, std::string_view name) {
  const auto found = folders_.find(path);
  if (found == folders_.end()) return;
  Folder& folder = *found->second;
  // Its own name, or none: it is about the folder itself.
  if (name.empty() || name == NameOf(path)) {
    rearm_ = true;
    for (auto& [file_path, file] : files_) {
      if (file_path.starts_with(Join(path, ""))) MarkDirty(file);
    }
    for (const auto& [ignored, file] : folder.names) {
      if (const auto known = files_.find(file); known != files_.end()) {
        MarkDirty(known->second);
      }
    }
    Nudge();
    return;
  }
  const auto [first, last] = folder.names.equal_range(name);
  for (auto at = first; at != last; ++at) {
    const auto known = files_.find(at->second);
    if (known == files_.end()) {
      Nudge();  // a folder that is to be watched came
    } else {
      MarkDirty(known->second);
    }
    // What came may be the folder of the file, or where a link leads may be another place now.
    rearm_ = true;
  }
  if (!folder.tree || IsLeftOut(name)) return;
  const std::string inside = Join(path, name);
  if (IsFolder(inside) || folders_.contains(inside)) {
    rearm_ = true;
    Nudge();
  } else if (IsWanted(inside)) {
    File& file = files_[inside];
    if (!file.dirty && file.stamp.taken_ns == 0) file.found = true;
    MarkDirty(file);
  }
}

void FileWatch::MarkDirty(File& file) {
  file.dirty = true;
  Nudge();
}

void FileWatch::Nudge() {
  const uint64_t now = loop_.now_ms();
  if (first_event_ms_ == 0) first_event_ms_ = std::max<uint64_t>(now, 1);
  const uint64_t latest = first_event_ms_ + times_.busy_ms;
  flush_timer_.Start(now >= latest ? 0 : std::min(times_.quiet_ms, latest - now));
}

// True once it is known what became of the file.
bool FileWatch::Settle(const std::string& path, File& file, uint64_t now) {
  const FileStamp stamp = FileStamp::Of(path);
  const bool gone = (!stamp.exists && file.stamp.exists) ||
                    (stamp.exists && stamp.size == 0 && file.stamp.size > 0);
  if (gone) {
    if (file.gone_since_ms == 0) file.gone_since_ms = std::max<uint64_t>(now, 1);
    if (now - file.gone_since_ms < times_.gone_ms) return false;
  }
  file.gone_since_ms = 0;
  file.dirty = false;
  if (!stamp.SameFile(file.stamp) || file.stamp.racy()) changed_.insert(path);
  file.stamp = stamp;
  return true;
}

void FileWatch::Flush() {
  uv_update_time(loop_.uv());
  const uint64_t now = std::max<uint64_t>(loop_.now_ms(), 1);
  if (rearm_) Arm(/*all_known=*/false);
  bool all_settled = true;
  for (auto at = files_.begin(); at != files_.end();) {
    File& file = at->second;
    if (file.dirty && !Settle(at->first, file, now)) all_settled = false;
    const bool forget = file.found && !file.dirty && !file.stamp.exists;
    at = forget ? files_.erase(at) : std::next(at);
  }
  if (!all_settled) {
    flush_timer_.Start(kRetryMs);
    return;
  }
  flush_timer_.Stop();
  first_event_ms_ = 0;
  const std::vector<std::string> changed(changed_.begin(), changed_.end());
  changed_.clear();
  if (!changed.empty()) on_change_(changed);
}

void FileWatch::Poll() {
  bool moved = false;
  for (const auto& [path, folder] : folders_) {
    moved |= folder->moved() || folder->error() != 0;
  }
  if (moved) {
    rearm_ = true;
    Nudge();
  }
  for (auto& [path, file] : files_) {
    if (file.dirty) continue;
    const FileStamp stamp = FileStamp::Of(path);
    if (!stamp.SameFile(file.stamp)) {
      MarkDirty(file);
    } else {
      file.stamp = stamp;  // taken later: no longer racy
    }
  }
  poll_timer_.Start(times_.poll_ms * (1 + files_.size() / kFilesPerPoll));
}

}  // namespace sedge::loop
