// SPDX-License-Identifier: Apache-2.0
// CommandMemory: what build.command does to the files that are watched for it, so that what it
// writes does not make it run again, and a save while it runs does. It looks at main and at all
// files below build.watch_dir before and after each run. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/file_stamp.h"
#include "runtime/worker/config.h"

namespace sedge::tools {

// Whether the file lies below one of the folders.
bool IsBelow(const std::string& path, const std::vector<std::string>& folders);

class CommandMemory {
 public:
  enum class Result { kGood, kFailed, kCancelled };

  // Whether the worker's command has not come to a good end yet.
  bool IsDue(const worker::WorkerConfig& config) const;
  // Around each run; one at a time.
  void Begin(const worker::WorkerConfig& config);
  void End(Result result);

  // Whether a change that is told needs no answer: it was there when the command had ended, or was
  // told before, or the command still runs, whose end will show whose it is.
  bool Knows(const std::string& path);
  // What somebody else changed below build.watch_dir while commands ran; told once.
  std::vector<std::string> TakeMissed();
  // What changed below build.watch_dir since the last command ended, but for what was told.
  std::vector<std::string> Changed() const;

 private:
  struct File {
    FileStamp stamp;
    uint64_t hash = 0;
  };
  using Files = std::map<std::string, File>;
  struct Command {
    std::string text;
    std::vector<std::string> trees;
    std::string main;
    bool ended = false;  // at least once
    bool good = false;   // the last time
    // How many of the last runs wrote the file, one after another.
    std::map<std::string, int> writes;
  };
  // So many and it is the command that writes it: nobody saves a file in each run of a command.
  static constexpr int kSureWrites = 2;

  File LookAt(const std::string& path) const;
  Files Look() const;
  bool IsBelowTrees(const std::string& path) const;
  bool IsMain(const std::string& path) const;
  bool IsAsKnown(const std::string& path, const File& now) const;
  bool IsSurelyForeign(const std::string& path) const;
  void Judge(Command& command, const Files& after, bool good);

  mutable std::mutex mutex_;
  // While a command runs only its own thread writes these two, and it reads them without the lock.
  std::map<std::string, Command> commands_;
  Files files_;                  // as they were at the last Begin or End, or told
  std::string running_;          // key in commands_; "": none
  bool cancelled_ = false;       // the last run
  std::set<std::string> aside_;  // told while it runs
  std::set<std::string> missed_;
};

}  // namespace sedge::tools
