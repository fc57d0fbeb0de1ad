// SPDX-License-Identifier: Apache-2.0
// The flags of `sedge serve` (and of commands that start a server as it does), from words to
// ServeOptions. The main thread, once.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/worker/serve_options.h"

namespace CLI {
class App;
}

namespace sedge::tools {

// As typed; empty: not given.
struct ServeFlags {
  std::vector<std::string> paths = {};
  std::string env = {};
  std::string host = {};
  std::string port = {};
  std::vector<std::string> listen = {};
  std::vector<std::string> trusted_proxies = {};
  std::string threads = {};
  std::vector<std::string> kv = {};
  std::vector<std::string> vars = {};
  std::vector<std::string> json_vars = {};
  std::string data_dir = {};
  bool temp_data = false;
  std::string origin = {};
  std::vector<std::string> maps = {};
  std::vector<std::string> ca_files = {};
  std::vector<std::string> outbound_allow = {};
  std::vector<std::string> outbound_deny = {};
  std::string admin = {};
  std::string admin_tokens = {};
  std::string cf_file = {};
  std::string log_level = {};
  std::string log_format = {};
  std::string ready_format = {};
  bool exit_with_stdin = false;
};

// `flags` outlives `command`.
void AddServeFlags(CLI::App& command, ServeFlags& flags);
// Those that only a server needs which another program starts.
void AddChildFlags(CLI::App& command, ServeFlags& flags);

// What the flags alone say; opens no file. A failure is wrong usage and names the flag.
Result<worker::ServeOptions> ReadServeFlags(const ServeFlags& flags);

// Reads the files that `flags` names (workers, --cf, --ca, --admin-tokens) into `options`, which
// ReadServeFlags made, and fills in what configurations decide: address, folder of the data,
// limits. A failure names file and line. The workers' warnings stay in their configurations.
Status LoadServeFiles(const ServeFlags& flags, worker::ServeOptions& options);

}  // namespace sedge::tools
