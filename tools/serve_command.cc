// SPDX-License-Identifier: Apache-2.0
#include "tools/serve_command.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "runtime/base/log.h"
#include "runtime/worker/server.h"
#include "tools/bundle/prepare.h"
#include "tools/serve_flags.h"

namespace sedge::tools {
namespace {

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
variables in .dev.vars beside it are added. Prints "Listening on http://..." once it accepts
connections. SIGINT and SIGTERM let running requests finish; a second one ends at once.
SIGUSR1 logs what the server holds.)";

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// Blocked in every thread, so that they arrive where sigwait takes them.
sigset_t BlockSignals() {
  sigset_t signals = StopSignals();
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// A descriptor per connection: as many as this process may have.
void RaiseFileLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void LogState(const worker::ServerState& state) {
  LogInfo("state", {{"connections", state.connections},
                    {"requests", state.requests},
                    {"bodies", state.bodies},
                    {"fetches", state.fetches},
                    {"client_connections", state.client_connections},
                    {"isolates", state.isolates},
                    {"busy_threads", state.busy_threads}});
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
  signal(SIGPIPE, SIG_IGN);
  RaiseFileLimit();
  const sigset_t signals = BlockSignals();
  Result<std::unique_ptr<worker::Server>> server = worker::Server::Start(*options);
  if (!server.ok()) {
    PrintError(server.status());
    return kExitFailed;
  }
  for (const std::string& url : (*server)->urls()) std::printf("Listening on %s\n", url.c_str());
  const std::string admin = (*server)->admin_url();
  if (!admin.empty()) std::printf("Admin on %s\n", admin.c_str());
  std::fflush(stdout);
  int received = 0;
  while (sigwait(&signals, &received) == 0 && received == SIGUSR1) LogState((*server)->State());
  LogInfo("stopping", {{"signal", received == SIGINT ? "SIGINT" : "SIGTERM"}});
  // The next one has its default effect: it ends the process at once.
  const sigset_t stop = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  if (!(*server)->Stop()) {
    LogWarn("native work still runs at the deadline (shutdown_timeout_ms); it is given up");
    _exit(kExitOk);  // nothing else ends it; the store is as durable as after a crash
  }
  return kExitOk;
}

}  // namespace

void AddServeCommand(CLI::App& root, CommandRun& run) {
  CLI::App* command = root.add_subcommand("serve", "Serve workers over HTTP");
  command->footer(kExamples);
  const auto flags = std::make_shared<ServeFlags>();
  AddServeFlags(*command, *flags);
  command->callback([flags, &run] { run = [flags] { return Serve(*flags); }; });
}

}  // namespace sedge::tools
