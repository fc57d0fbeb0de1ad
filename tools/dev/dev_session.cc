// SPDX-License-Identifier: Apache-2.0
#include "tools/dev/dev_session.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/pool_size.h"
#include "runtime/worker/restart_needs.h"
#include "tools/cli.h"
#include "tools/dev/browser.h"
#include "tools/dev/free_port.h"
#include "tools/serve_command.h"

namespace sedge::tools {
namespace {

constexpr uint64_t kTickMs = 500;
// How often the server looks for handlers that compute on while a reload waits for their thread.
constexpr uint64_t kBlockedMs = 50;
// For an editor to write the text of a file that it has emptied: loop::WatchTimes::gone_ms.
constexpr uint64_t kRereadMs = 150;

// Neither a flag nor a configuration says where to listen.
bool ListensByDefault(const ServeFlags& flags, const worker::ServeOptions& options) {
  return flags.port.empty() && flags.listen.empty() &&
         std::all_of(options.workers.begin(), options.workers.end(), [](const auto& config) {
           return !config.dev_port && config.listen_line == 0;
         });
}

CommandMemory::Options MemoryOptions(const ServeFlags& flags) {
  CommandMemory::Options options{.ends_runs = true};
  if (!flags.data_dir.empty()) {
    std::string data = std::filesystem::absolute(flags.data_dir).lexically_normal();
    if (data.ends_with('/')) data.pop_back();
    options.ignored.push_back(std::move(data));
  }
  return options;
}

}  // namespace

DevSession::DevSession(const DevFlags& flags, worker::ServeOptions options)
    : flags_(flags),
      base_(std::move(options)),
      output_(base_.log_format == LogFormat::kJson, WantsColor(STDERR_FILENO)),
      memory_(std::make_shared<CommandMemory>(MemoryOptions(flags.serve))),
      folder_(std::filesystem::current_path().string()) {}

DevSession::~DevSession() = default;

int DevSession::Run() {
  setenv("UV_THREADPOOL_SIZE", std::to_string(kPoolThreads).c_str(), 0);  // before its first use
  Result<std::unique_ptr<loop::Loop>> loop = loop::Loop::Create();
  if (!loop.ok()) {
    PrintError(loop.status());
    return kExitFailed;
  }
  loop_ = std::move(loop).value();
  watch_ = std::make_unique<loop::FileWatch>(
      *loop_, [this](const std::vector<std::string>& changed) { OnChanged(changed); });
  tick_ = std::make_unique<loop::Timer>(*loop_, [this] { OnTick(); });
  tick_->Start(kTickMs);
  blocked_ = std::make_unique<loop::Timer>(*loop_, [this] {
    server_->EndBlocking();
    blocked_->Start(kBlockedMs);
  });
  reread_ = std::make_unique<loop::Timer>(*loop_, [this] { Load(); });
  quiet_ = std::make_unique<loop::Timer>(*loop_, [this] {
    if (loading_ || stopping_ || !memory_->WantsFollowUp()) return;
    memory_->StartFollowUp();
    command_due_ = in_quiet_ = true;
    Load();
  });
  const auto on_signal = [this](int number) { OnSignal(number); };
  if (KeyTerminal::IsThere()) {
    signals_.reset(
        new loop::Signals(*loop_, {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGTSTP, SIGCONT}, on_signal));
    keys_ = std::make_unique<KeyTerminal>(*loop_, [this](char key) { OnKey(key); });
  } else {
    signals_.reset(new loop::Signals(*loop_, {SIGINT, SIGTERM, SIGHUP, SIGUSR1}, on_signal));
  }
  Rewatch();
  Load();
  loop_->Run();
  signals_->Stop();  // the next signal ends the process at once
  keys_.reset();
  if (server_ && !server_->Stop()) {
    LogWarn("native work still runs; it is given up");
    _exit(exit_);  // nothing else ends it; the store is as durable as after a crash
  }
  server_.reset();
  watch_.reset();
  blocked_.reset();
  reread_.reset();
  quiet_.reset();
  tick_.reset();
  return exit_;
}

void DevSession::Load() {
  if (loading_) {
    again_ = true;
    if (server_) server_->CancelReload();
    if (command_due_) *cancel_ = true;
    return;
  }
  loading_ = true;
  reread_->Stop();
  load_start_ns_ = Clock::System().MonotonicNs();
  auto loaded = std::make_shared<Loaded>();
  loaded->options = base_;
  PrepareOptions prepare;
  prepare.run_build_command = std::exchange(command_due_, false);
  prepare.in_quiet = std::exchange(in_quiet_, false);
  prepare.memory = memory_;
  prepare.cancel = cancel_ = std::make_shared<std::atomic<bool>>(false);
  loop_->RunBlocking(
      [this, loaded, prepare] {
        loaded->status = LoadServeFiles(flags_.serve, loaded->options);
        loaded->configured = loaded->status.ok();
        if (loaded->configured) {
          loaded->status = PrepareAll(loaded->options, prepare, &loaded->build);
        }
      },
      [this, loaded] { OnRead(std::move(*loaded)); });
}

void DevSession::OnRead(Loaded loaded) {
  for (const worker::WorkerConfig& config : loaded.options.workers) {
    for (const std::string& warning : config.warnings) WarnOnce(warning);
  }
  build_ = std::move(loaded.build);
  for (const std::string& path : memory_->TakeStale()) {
    AddChanged(path);
    again_ = true;
  }
  if (again_) {
    LoadAgain();
    return;
  }
  worker::ServeOptions& options = loaded.options;
  options.limits.shutdown_timeout_ms = std::min(options.limits.shutdown_timeout_ms, kStopMs);
  if (!loaded.status.ok()) {
    if (loaded.configured && !server_ && !StartServer(options)) return;
    Fail(loaded.status);
    return;
  }
  if (!server_ && !StartServer(options)) return;
  WarnOfRestart(options);
  blocked_->Start(kBlockedMs);
  server_->Reload(std::move(options), [this](worker::ReloadResult result) {
    loop_->Post([this, result = std::move(result)]() mutable { OnReloaded(std::move(result)); });
  });
}

bool DevSession::StartServer(worker::ServeOptions options) {
  started_ = options;
  const uint16_t wanted = options.listen[0].port;
  uint16_t port = wanted;
  if (ListensByDefault(flags_.serve, options)) {
    port = FindFreePort(options.listen[0].host, wanted);
    options.listen[0].port = port;
  }
  worker::DevHooks hooks;
  if (!flags_.quiet) {
    hooks.on_request = [this](const worker::RequestRecord& request) { output_.Request(request); };
  }
  Result<std::unique_ptr<worker::Server>> server =
      worker::Server::StartDev(std::move(options), std::move(hooks));
  if (!server.ok()) {
    // No change of a file mends that.
    PrintError(server.status());
    exit_ = kExitFailed;
    loop_->Stop();
    return false;
  }
  server_ = std::move(server).value();
  if (port != wanted) {
    LogWarn("port " + std::to_string(wanted) + " is taken, so this listens on another");
  }
  return true;
}

void DevSession::OnReloaded(worker::ReloadResult result) {
  blocked_->Stop();
  if (!result.files.empty()) sources_ = std::move(result.files);
  if (again_) {
    LoadAgain();
    return;
  }
  if (!result.status.ok()) {
    Fail(result.status);
    return;
  }
  const double ms = static_cast<double>(Clock::System().MonotonicNs() - load_start_ns_) / 1e6;
  loading_ = false;
  const bool first = !serves_;
  serves_ = true;
  Announce();
  if (!first || !changed_.empty()) output_.Reloaded(ms, changed_, folder_);
  changed_.clear();
  rereads_ = false;
  Rewatch();
  AwaitQuiet();
}

// An editor may be in the midst of saving: a file was empty, or has changed since it was read.
bool DevSession::ReadTooEarly() const {
  const auto is_early = [](const auto& file) {
    return (file.second.exists && file.second.size == 0) ||
           !file.second.SameFile(FileStamp::Of(file.first));
  };
  return std::ranges::any_of(sources_, is_early) || std::ranges::any_of(build_.files, is_early);
}

void DevSession::Fail(const Status& status) {
  loading_ = false;
  if (serves_ && !rereads_ && !memory_->failed() && ReadTooEarly()) {
    rereads_ = true;
    Rewatch();
    reread_->Start(kRereadMs);
    return;
  }
  rereads_ = false;
  changed_.clear();
  if (server_) server_->ShowError(std::string(status.message()));
  output_.Failed(status.message(), serves_);
  if (server_) Announce();
  Rewatch();
  AwaitQuiet();
}

void DevSession::AwaitQuiet() {
  if (memory_->WantsFollowUp()) quiet_->Start(CommandMemory::kQuietMs);
}

void DevSession::LoadAgain() {
  again_ = loading_ = false;
  Rewatch();
  Load();
}

void DevSession::WarnOnce(const std::string& warning) {
  if (warned_.insert(warning).second) LogWarn(warning);
}

void DevSession::WarnOfRestart(const worker::ServeOptions& wanted) {
  std::string keys;
  for (const std::string& key : worker::RestartNeeds(*started_, wanted)) {
    keys += (keys.empty() ? "" : ", ") + key;
  }
  if (keys.empty()) return;
  LogWarn("changed, but taken only by a new start of sedge dev: " + keys);
}

// Once there is somebody who answers, if only with an error.
void DevSession::Announce() {
  if (std::exchange(announced_, true)) return;
  for (const std::string& url : server_->urls()) std::printf("Listening on %s\n", url.c_str());
  const std::string admin = server_->admin_url();
  if (!admin.empty()) std::printf("Admin on %s\n", admin.c_str());
  std::fflush(stdout);
  if (keys_) output_.Keys();
  if (flags_.open) OpenBrowser();
}

void DevSession::Rewatch() {
  loop::WatchSet set;
  CommandMemory::Watched watched;
  const std::vector<std::string> here = {"."};
  for (const std::string& path : flags_.serve.paths.empty() ? here : flags_.serve.paths) {
    for (const std::string& file : worker::ConfigFiles(path, flags_.serve.env)) {
      set.files.push_back({file});
      if (IsConfiguration(file)) {
        watched.configs.push_back(file);
      } else {
        watched.files.emplace_back(file, FileStamp::Of(file));
      }
    }
  }
  if (!flags_.serve.cf_file.empty()) {
    set.files.push_back({std::filesystem::absolute(flags_.serve.cf_file).string()});
    watched.configs.push_back(set.files.back().path);
  }
  for (const auto& [path, stamp] : sources_) set.files.push_back({path, &stamp});
  for (const auto& [path, stamp] : build_.files) set.files.push_back({path, &stamp});
  set.flat_folders = build_.folders;
  set.folders = build_.trees;
  if (!build_.folders.empty()) {
    // What else comes to be in the project's folders mends no import: its log may be among it.
    set.wanted = [trees = build_.trees](const std::string& path) {
      return IsSourceFile(path) || IsBelow(path, trees);
    };
  }
  watched.files.insert(watched.files.begin(), build_.files.begin(), build_.files.end());
  watched.files.insert(watched.files.begin(), sources_.begin(), sources_.end());
  watched.folders = build_.folders;
  memory_->Watch(watched);
  watch_->Watch(set);
  if (!watch_->problem().empty()) WarnOnce(watch_->problem());
  if (std::exchange(watched_trees_, build_.trees) == build_.trees) return;
  // Before they were watched.
  std::vector<std::string> changed = memory_->Changed();
  if (!changed.empty()) loop_->Post([this, changed = std::move(changed)] { OnChanged(changed); });
}

void DevSession::AddChanged(const std::string& path) {
  if (std::ranges::find(changed_, path) == changed_.end()) changed_.push_back(path);
}

void DevSession::OnChanged(const std::vector<std::string>& changed) {
  if (stopping_) return;
  bool news = false;
  for (const std::string& path : changed) {
    // A load that fails before it reads the sources leaves those of the last good one: their stamps
    // would be news again each time that they are watched.
    for (auto& [source, stamp] : sources_) {
      if (source == path) stamp = FileStamp::Of(path);
    }
    const CommandMemory::News what = memory_->Tell(path);
    if (what == CommandMemory::News::kNone) continue;
    AddChanged(path);
    if (what == CommandMemory::News::kLater) continue;
    news = true;
    command_due_ |= what == CommandMemory::News::kDue;
  }
  if (!loading_) AwaitQuiet();
  if (!news) return;
  rereads_ = false;
  Load();
}

void DevSession::OnTick() {
  if (keys_ && !stopping_) keys_->TakeIfForeground();
  if (server_ && serves_ && !loading_ && !stopping_) {
    // Modules that a handler imports later are read later.
    bool more = false;
    for (auto& [path, stamp] : server_->SourceFiles()) {
      const auto known = std::ranges::find(
          sources_, path, [](const auto& source) -> const auto& { return source.first; });
      if (known != sources_.end()) continue;
      sources_.emplace_back(path, stamp);
      more = true;
    }
    if (more) Rewatch();
  }
  tick_->Start(kTickMs);
}

void DevSession::OnKey(char key) {
  switch (key) {
    case 'r':
      command_due_ = true;
      memory_->Restart();
      Load();
      break;
    case 'o': OpenBrowser(); break;
    case 'c':
      // All of what was shown, and the cursor to the first line.
      if (write(STDERR_FILENO, "\x1b[H\x1b[2J\x1b[3J", 11) == 11) output_.Keys();
      break;
    case 'q': Quit("q"); break;
    case '\r':
    case '\n':
      if (write(STDERR_FILENO, "\n", 1) != 1) break;  // room between what was and what comes
      break;
    case 'h':
    case '?': output_.Keys(); break;
    default: break;
  }
}

void DevSession::OpenBrowser() {
  if (!server_ || flags_.no_open) return;
  for (const std::string& listening : server_->urls()) {
    const std::string url = BrowserUrl(listening);
    if (url.empty()) continue;
    if (const Status opened = OpenInBrowser(*loop_, url); !opened.ok()) LogWarn(opened.message());
    return;
  }
  LogWarn("no browser can open a Unix socket");
}

void DevSession::OnSignal(int number) {
  switch (number) {
    case SIGUSR1:
      if (server_) LogServerState(server_->State());
      break;
    case SIGTSTP: Suspend(); break;
    case SIGCONT: keys_->TakeIfForeground(); break;
    case SIGINT: Quit("SIGINT"); break;
    case SIGHUP: Quit("SIGHUP"); break;
    default: Quit("SIGTERM"); break;
  }
}

// As Ctrl-Z does by default, with the terminal as the shell expects it.
void DevSession::Suspend() {
  keys_->GiveBack();
  kill(getpid(), SIGSTOP);
}

void DevSession::Quit(const char* why) {
  if (std::exchange(stopping_, true)) return;
  if (keys_) keys_->GiveBack();
  if (server_) server_->CancelReload();
  *cancel_ = true;
  LogInfo("stopping", {{"signal", why}});
  loop_->Stop();
}

}  // namespace sedge::tools
