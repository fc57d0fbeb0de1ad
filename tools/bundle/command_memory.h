// SPDX-License-Identifier: Apache-2.0
// CommandMemory: what build.command does to the files that are watched, so that what it writes does
// not make it run on and on, and no save is lost. A file is known when its text is that of the last
// look; looks are taken around each run. What changed below build.watch_dir in a run may be the
// command's or a save, so that one more run follows once nothing else happens: what is written then
// is the command's own. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/file_stamp.h"
#include "runtime/base/status.h"
#include "runtime/worker/config.h"

namespace sedge::tools {

// Whether the file lies below one of the folders.
bool IsBelow(const std::string& path, const std::vector<std::string>& folders);

// Whether one of worker::ConfigFiles is a configuration: not variables, nor a script.
bool IsConfiguration(const std::string& path);

class CommandMemory {
 public:
  // For how long nothing may have changed before a follow-up.
  static constexpr uint64_t kQuietMs = 300;
  // After a save; then what still changes is the command's.
  static constexpr int kMaxFollowUps = 3;

  struct Options {
    bool ends_runs = false;            // a save ends a command that runs
    std::vector<std::string> ignored = {};  // files and folders that the process itself writes
  };
  struct Watched {
    std::vector<std::string> configs;  // for a change of which the command is due
    // With how they were when they were read.
    std::vector<std::pair<std::string, FileStamp>> files;
    std::vector<std::string> folders;  // source files directly in them
  };
  enum class News {
    kNone,    // it is known, or the end of the command that runs will show
    kReload,  // it is to be read
    kDue,     // likewise, once the command has run
    kLater,   // likewise, as a follow-up: it may be the command that wrote it
  };

  CommandMemory() = default;
  explicit CommandMemory(Options options) : options_(std::move(options)) {}

  // Whether the worker's command has not come to an end yet.
  bool IsDue(const worker::WorkerConfig& config) const;
  // How its last run failed, if it did. It is due again with the next news.
  Status FailureOf(const worker::WorkerConfig& config) const;
  bool failed() const;  // any of the commands
  // Around each run; one at a time. `in_quiet`: it is a follow-up.
  void Begin(const worker::WorkerConfig& config, bool in_quiet);
  void End(const Status& status);

  // What is watched besides build.watch_dir and main. Not while a command runs.
  void Watch(const Watched& watched);
  // What a change means that the watcher tells.
  News Tell(const std::string& path);
  // What changed below build.watch_dir since the last look.
  std::vector<std::string> Changed() const;
  // Variables that a command wrote after they had been read; told once.
  std::vector<std::string> TakeStale();

  // A follow-up is wanted, after kQuietMs in which nothing was told.
  bool WantsFollowUp() const;
  void StartFollowUp();
  // The command runs for another reason.
  void Restart();

 private:
  struct File {
    FileStamp stamp;
    uint64_t hash = 0;
  };
  using Files = std::map<std::string, File>;
  // Paths, and "FOLDER/*" for files that come and go in it.
  using Names = std::set<std::string>;
  struct Command {
    std::string text;
    std::vector<std::string> trees;
    std::string main;
    bool ended = false;  // at least once
    Status status;       // the last time
    Names own;           // what it writes, for sure
    Names suspects;      // what changed in the last run and the follow-ups before it
  };
  // What a run did.
  struct Changes {
    Names other;    // of another text, or came, or went
    Names written;  // these, and what has the same text again
    Names paths;    // of `other`
  };
  using Clock = std::chrono::steady_clock;
  // In so short a follow-up nobody saves what was saved in the run before, too.
  static constexpr std::chrono::milliseconds kQuick{500};
  // After which a change of what is the command's own is taken for a new one.
  static constexpr std::chrono::seconds kLong{30};

  File LookAt(const std::string& path) const;
  Files Look() const;
  void Learn(const std::string& path, const FileStamp& read);
  bool IsBelowTrees(const std::string& path) const;
  bool IsMain(const std::string& path) const;
  bool IsWatched(const std::string& path) const;
  bool IsIgnored(const std::string& path) const;
  bool MakesDue(const std::string& path) const;
  bool IsOwn(const std::string& path) const;
  bool IsSuspect(const std::string& path) const;
  bool IsAsKnown(const std::string& path, const File& now) const;
  bool IsSurelyForeign(const std::string& path) const;
  News TellRunning(const std::string& path);
  Changes Compare(const Files& after);
  void Judge(Command& command, const Changes& changes, bool quick);
  void LogOnce(const Names& names);
  bool AnyFailed() const;

  const Options options_;
  mutable std::mutex mutex_;
  // While a command runs only its own thread writes these, and it reads them without the lock.
  std::map<std::string, Command> commands_;
  Files files_;  // as they were at the last look, or told
  std::map<std::string, FileStamp> watched_;
  std::set<std::string> configs_, folders_;

  std::string running_;  // key in commands_; "": none
  bool in_quiet_ = false;
  Clock::time_point began_, ended_;
  bool cancelled_ = false;        // the last run
  std::set<std::string> causes_;  // of that
  std::set<std::string> aside_;   // told while it runs
  std::set<std::string> unsure_;  // which text was read is not known
  std::set<std::string> saved_;   // told as changed while nothing ran
  std::set<std::string> stale_;
  bool wants_ = false;
  int follow_ups_ = 0;  // since the last save
  std::string logged_;
};

}  // namespace sedge::tools
