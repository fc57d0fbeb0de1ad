// SPDX-License-Identifier: Apache-2.0
#include "tools/serve_command.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "runtime/base/file_pages.h"
#include "runtime/base/log.h"
#include "runtime/base/rest_watch.h"
#include "runtime/worker/server.h"
#include "tools/bundle/prepare.h"
#include "tools/parent_watch.h"
#include "tools/ready_line.h"
#include "tools/serve_flags.h"
#include "tools/temp_data.h"

namespace sedge::tools {
namespace {

constexpr timespec kStep{.tv_sec = RestWatch::kStepMs / 1'000, .tv_nsec = 0};

constexpr const char* kExamples = R"(Examples:
  sedge serve                              the worker of this folder at http://127.0.0.1:8787
  sedge serve worker.js --port 0           a script alone on any free port
  sedge serve api/ web/                    several workers; their routes decide who answers
  sedge serve --kv CACHE --var MODE=test   with env.CACHE and env.MODE
  sedge serve --listen 127.0.0.1:8787 --listen unix:/run/sedge.sock --trusted-proxy unix
                                           also for a proxy on this machine, whose
                                           X-Forwarded-For is believed
  sedge serve --map api.example.com=http://127.0.0.1:9000
                                           fetch("https://api.example.com/...") goes to port 9000
  SEDGE_ADMIN_TOKEN=... sedge serve --admin 127.0.0.1:8788
                                           with Workers KV's REST API and the data browser there

In a folder the first of wrangler.jsonc, wrangler.json, wrangler.toml and index.js counts;
variables in .dev.vars or .env beside it are added. Prints "Listening on http://..." once it accepts
connections. SIGINT and SIGTERM let running requests finish; a second one ends at once.
SIGUSR1 logs what the server holds.

As a child of a test: --port 0 --temp-data --exit-with-stdin --ready-format json leaves neither a
process nor a folder behind, however the parent ends.)";

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Blocked in every thread, so that they arrive where sigwait takes them.
sigset_t BlockSignals(bool exit_with_stdin) {
  sigset_t signals = StopSignals();
  sigaddset(&signals, SIGUSR1);
  if (exit_with_stdin) sigaddset(&signals, ParentWatch::kSignal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void PrintReady(const ServeFlags& flags, const worker::Server& server,
                const worker::ServeOptions& options) {
  const std::string text = flags.ready_format == "json"
                               ? ReadyJson(server.urls(), server.admin_url(), options)
                               : ReadyText(server.urls(), server.admin_url());
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// Null without --temp-data.
Result<std::unique_ptr<TempData>> MakeTempData(const ServeFlags& flags,
                                               worker::ServeOptions& options) {
  if (!flags.temp_data) return std::unique_ptr<TempData>();
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<TempData> data, TempData::Create());
  options.data_dir = data->path();
  return data;
}

int64_t UsedCpuMs() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return int64_t{used.tv_sec} * 1'000 + used.tv_nsec / 1'000'000;
}

// The signal that ends serving; says what the server holds on the others. Meanwhile what the start
// needed is given back after the first moment of serving, and what work needed when it is over.
int WaitForEnd(const sigset_t& signals, worker::Server& server) {
  RestWatch watch;
  for (bool starting = true;;) {
    const int received = sigtimedwait(&signals, nullptr, &kStep);
    if (received == SIGUSR1) {
      LogServerState(server.State());
    } else if (received > 0) {
      return received;
    } else if (errno == EAGAIN) {
      const bool rests = watch.Look(UsedCpuMs());
      if (!std::exchange(starting, false) && !rests) continue;
      ForgetFilePages();
      watch.Forget(UsedCpuMs());
    }
  }
}

// Serves until a signal says otherwise. `remove_data` is for ends that run no destructors.
int ServeUntilSignal(const ServeFlags& flags, const worker::ServeOptions& options,
                     const std::function<void()>& remove_data) {
  const sigset_t signals = BlockSignals(flags.exit_with_stdin);
  if (flags.exit_with_stdin) ParentWatch::Start(remove_data);
  Result<std::unique_ptr<worker::Server>> server = worker::Server::Start(options);
  if (!server.ok()) {
    PrintError(server.status());
    return kExitFailed;
  }
  PrintReady(flags, **server, options);
  const int received = WaitForEnd(signals, **server);
  if (received == ParentWatch::kSignal) {
    LogInfo("stopping", {{"why", "standard input ended"}});
    return kExitOk;  // at once: who would wait for answers is gone
  }
  LogInfo("stopping", {{"signal", received == SIGINT ? "SIGINT" : "SIGTERM"}});
  // The next one has its default effect: it ends the process at once.
  const sigset_t stop = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  if (!(*server)->Stop()) {
    LogWarn("native work still runs at the deadline (shutdown_timeout_ms); it is given up");
    remove_data();
    _exit(kExitOk);  // nothing else ends it; the store is as durable as after a crash
  }
  return kExitOk;
}

int Serve(const ServeFlags& flags) {
  Result<worker::ServeOptions> options = ReadServeFlags(flags);
  if (!options.ok()) {
    PrintError(options.status());
    return kExitUsage;
  }
  ConfigureLog(options->log_level, options->log_format);
  if (const Status status = LoadServeFiles(flags, *options); !status.ok()) {
    PrintError(status);
    return kExitFailed;
  }
  for (const worker::WorkerConfig& config : options->workers) {
    for (const std::string& warning : config.warnings) LogWarn(warning);
  }
  if (const Status status = PrepareAll(*options, {.node_env = "production"}); !status.ok()) {
    PrintError(status);
    return kExitFailed;
  }
  const Result<std::unique_ptr<TempData>> temp_data = MakeTempData(flags, *options);
  if (!temp_data.ok()) {
    PrintError(temp_data.status());
    return kExitFailed;
  }
  signal(SIGPIPE, SIG_IGN);
  RaiseFileLimit();
  return ServeUntilSignal(flags, *options, [path = *temp_data ? (*temp_data)->path() : ""] {
    if (!path.empty()) TempData::Remove(path);
  });
}

}  // namespace

void RaiseFileLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void LogServerState(const worker::ServerState& state) {
  LogInfo("state", {{"connections", state.connections},
                    {"requests", state.requests},
                    {"bodies", state.bodies},
                    {"fetches", state.fetches},
                    {"client_connections", state.client_connections},
                    {"isolates", state.isolates},
                    {"busy_threads", state.busy_threads}});
}

void AddServeCommand(CLI::App& root, CommandRun& run) {
  CLI::App* command = root.add_subcommand("serve", "Serve workers over HTTP");
  command->footer(kExamples);
  const auto flags = std::make_shared<ServeFlags>();
  AddServeFlags(*command, *flags);
  AddChildFlags(*command, *flags);
  command->callback([flags, &run] { run = [flags] { return Serve(*flags); }; });
}

}  // namespace sedge::tools
