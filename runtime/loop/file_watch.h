// SPDX-License-Identifier: Apache-2.0
// FileWatch: tells when files change, come or go. It watches the folders in which they lie, so that
// an editor's way of saving (write in place, or another file renamed over it) makes no difference,
// and looks at each file itself once a second, for what no event tells: network file systems,
// folders renamed far above, queues that ran over. The loop's thread.
//
// What happens at about the same time is one change: it is told once the files have been at rest
// for quiet_ms. A file that is gone or empty gets gone_ms to come back, as it does when it is
// saved.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/file_stamp.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/timer.h"

namespace sedge::loop {

struct WatchedFile {
  std::string path;  // absolute; it need not exist
  // How it looked when it was read: a change since then is told at once. Null: as it is now.
  const FileStamp* seen = nullptr;
};

// What is watched.
struct WatchSet {
  std::vector<WatchedFile> files;
  // Absolute; every file below them, also one that comes later. Names that begin with a dot, and
  // node_modules, are left out.
  std::vector<std::string> folders;
  // Likewise, but for the files that lie directly in them.
  std::vector<std::string> flat_folders;
  // Of the files below folders, those that count; empty: all. Gets the path.
  std::function<bool(const std::string& path)> wanted;
};

struct WatchTimes {
  uint64_t quiet_ms = 15;  // more than FileStamp's doubt about a file
  uint64_t busy_ms = 250;  // for files that are never at rest
  uint64_t gone_ms = 150;  // for a file to come back
  uint64_t poll_ms = 1'000;
};

class FileWatch {
 public:
  // Gets paths as they were given (below folders: as the folder was given), ordered. May call
  // Watch, but not destroy the FileWatch.
  using OnChange = std::function<void(const std::vector<std::string>& changed)>;

  FileWatch(Loop& loop, OnChange on_change, const WatchTimes& times = {});
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // Watches these from now on, instead of those before. Changes of files that were watched before
  // and still are do not get lost.
  void Watch(const WatchSet& set);

  // Why events do not come, such as a limit of the system; "" when they do. Then changes are seen
  // by looking alone.
  const std::string& problem() const { return problem_; }
  size_t file_count() const { return files_.size(); }

 private:
  class Folder;
  struct File {
    FileStamp stamp;
    bool dirty = false;
    uint64_t gone_since_ms = 0;  // 0: it is not gone
    bool found = false;          // below a folder, and not given by name
  };

  // Watches the folders that the files need, and no others. A file below a folder that is seen for
  // the first time is news unless `all_known`.
  void Arm(bool all_known);
  void NoteFolder(const std::string& path, const std::string& name, const std::string& file);
  void NoteFile(const std::string& file);
  void ScanTree(const std::string& folder, int depth, bool all_known, std::set<std::string>& seen);
  void OnEvent(const std::string& folder, std::string_view name);
  void MarkDirty(File& file);
  void Nudge();
  void Flush();
  bool Settle(const std::string& path, File& file, uint64_t now);
  void Poll();
  bool IsWanted(const std::string& path) const;

  Loop& loop_;
  const OnChange on_change_;
  const WatchTimes times_;
  WatchSet set_;
  std::map<std::string, File> files_;
  std::map<std::string, std::unique_ptr<Folder>> folders_;
  std::set<std::string> changed_;  // settled, not told yet
  uint64_t first_event_ms_ = 0;    // of what is not told yet; 0: nothing is
  bool rearm_ = false;             // folders came, went or moved
  std::string problem_;
  Timer flush_timer_;
  Timer poll_timer_;
};

}  // namespace sedge::loop
