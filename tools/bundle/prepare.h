// SPDX-License-Identifier: Apache-2.0
// From a worker's configuration to what the runtime can load: runs `build.command`, and bundles
// TypeScript and npm packages with the project's esbuild. What it makes is held in memory
// (WorkerConfig::modules) under "index.ts.bundled.js" beside the main file; nothing is left on the
// disk. For `serve`, `check`, `test` and `dev`.
//
// There is no watcher process: a run of esbuild takes some 30 ms, where its own watch mode looks
// for changes by polling. `dev` and `test --watch` watch what BuildWatch says and prepare again.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/file_stamp.h"
#include "runtime/base/status.h"
#include "runtime/worker/config.h"
#include "runtime/worker/serve_options.h"
#include "tools/bundle/build_message.h"
#include "tools/bundle/command_memory.h"

namespace sedge::tools {

struct PrepareOptions {
  // What process.env.NODE_ENV is in the bundle, unless the environment has NODE_ENV.
  std::string node_env = "development";
  // Imports that are the runtime's own, besides "cloudflare:*", "node:*" and "sedge:*".
  std::vector<std::string> external = {};
  // False: only where `memory` says that it is due all the same.
  bool run_build_command = true;
  bool in_quiet = false;  // for `memory`: it is a follow-up
  // For whoever prepares again and again: what came of build.command until now. Null: nobody asks.
  std::shared_ptr<CommandMemory> memory = {};
  // Ends build.command and esbuild early once true; the status is then kCancelled. Null: nobody
  // does.
  std::shared_ptr<const std::atomic<bool>> cancel = {};
};

// When to prepare again. Absolute paths, each once, in order.
struct BuildWatch {
  // Files that this came from, as they were. One that changed meanwhile has a stamp of no file.
  std::vector<std::pair<std::string, FileStamp>> files;
  // After a failure: a file that appears directly in one of these may mend it.
  std::vector<std::string> folders;
  // `build.watch_dir`, with all below them: build.command is due.
  std::vector<std::string> trees;
};

struct PreparedWorker {
  // Why there is nothing to load: all of `errors` as text. `config` is then as it was given.
  Status status;
  std::vector<BuildMessage> errors;    // what the bundler found; empty for other failures
  std::vector<BuildMessage> warnings;  // of a bundle that was made all the same
  worker::WorkerConfig config;         // for worker::Server and worker::CheckWorker
  bool bundled = false;
  bool command_failed = false;  // build.command; what it makes may be old, or there in part
  BuildWatch watch;             // filled after a failure too
};

// Whether a file that appears in one of BuildWatch::folders may matter, by its name.
bool IsSourceFile(const std::string& path);

// Blocks while child processes run; they never outlive this process. Any thread, several at a time.
PreparedWorker Prepare(const worker::WorkerConfig& config, const PrepareOptions& options);

// Prepares every worker of `options` in place; warnings go to the log. The first failure is the
// result. Adds to `watch` unless it is null.
Status PrepareAll(worker::ServeOptions& options, const PrepareOptions& prepare,
                  BuildWatch* watch = nullptr);

}  // namespace sedge::tools
