// SPDX-License-Identifier: Apache-2.0
// DevSession: one run of `sedge dev`: watches the files of the workers, brings each change into the
// running server, and answers keys. The main thread, which runs its loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/file_stamp.h"
#include "runtime/loop/file_watch.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/signals.h"
#include "runtime/loop/timer.h"
#include "runtime/worker/server.h"
#include "tools/bundle/prepare.h"
#include "tools/dev/dev_output.h"
#include "tools/dev/key_terminal.h"
#include "tools/serve_flags.h"

namespace sedge::tools {

// As typed.
struct DevFlags {
  ServeFlags serve;
  bool quiet = false;
  bool json = false;
  bool open = false;     // a browser, once it serves
  bool no_open = false;  // none, whatever is pressed
};

class DevSession {
 public:
  // What is waited for when it ends; developers do not like to wait.
  static constexpr int64_t kStopMs = 1'000;

  // `options`: what ReadServeFlags made of the flags.
  DevSession(const DevFlags& flags, worker::ServeOptions options);
  ~DevSession();

  // Until a signal or a key ends it. Gives an ExitStatus.
  int Run();

 private:
  // Configurations as they are read for one load; made in the pool.
  struct Loaded {
    Status status;
    bool configured = false;  // the configurations could be read, whatever became of the code
    worker::ServeOptions options;
    BuildWatch build;
  };

  void Load();
  void OnRead(Loaded loaded);
  bool StartServer(worker::ServeOptions options);
  void OnReloaded(worker::ReloadResult result);
  void Fail(const Status& status);
  void LoadAgain();
  void WarnOnce(const std::string& warning);
  void WarnOfRestart(const worker::ServeOptions& wanted);
  void Announce();

  void AddChanged(const std::string& path);
  bool ReadTooEarly() const;
  void Rewatch();
  void AwaitQuiet();
  void OnChanged(const std::vector<std::string>& changed);
  void OnTick();
  void OnKey(char key);
  void OnSignal(int number);
  void OpenBrowser();
  void Suspend();
  void Quit(const char* why);

  const DevFlags flags_;
  const worker::ServeOptions base_;
  const DevOutput output_;
  std::unique_ptr<loop::Loop> loop_;
  std::unique_ptr<loop::FileWatch> watch_;
  std::unique_ptr<loop::Timer> tick_;
  std::unique_ptr<loop::Timer> blocked_;  // runs while the server reloads
  std::unique_ptr<loop::Timer> reread_;   // runs until a file that was read too early is read again
  std::unique_ptr<loop::Timer> quiet_;    // runs until build.command's follow-up
  std::unique_ptr<loop::Signals> signals_;
  std::unique_ptr<KeyTerminal> keys_;  // null without a terminal
  std::unique_ptr<worker::Server> server_;
  std::optional<worker::ServeOptions> started_;  // with the address that was asked for

  bool loading_ = false;
  bool again_ = false;  // something changed while it was loading
  bool serves_ = false;
  bool rereads_ = false;  // what was read too early was read again since the last change
  bool announced_ = false;
  bool stopping_ = false;
  int exit_ = 0;
  int64_t load_start_ns_ = 0;
  std::vector<std::string> changed_;                        // what led to this load
  std::vector<std::pair<std::string, FileStamp>> sources_;  // as read, or as last told to change
  BuildWatch build_;                                        // of the last load
  bool command_due_ = true;                                 // build.command, at the next load
  bool in_quiet_ = false;                                   // that as a follow-up
  const std::shared_ptr<CommandMemory> memory_;
  std::vector<std::string> watched_trees_;
  // Of the load that runs: ends its build.command and esbuild.
  std::shared_ptr<std::atomic<bool>> cancel_ = std::make_shared<std::atomic<bool>>(false);
  std::string folder_;  // that paths are shown relative to
  std::set<std::string> warned_;
};

}  // namespace sedge::tools
