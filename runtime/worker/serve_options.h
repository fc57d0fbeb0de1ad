// SPDX-License-Identifier: Apache-2.0
// ServeOptions: everything that a server is started with, checked and with defaults filled in.
// A value, made once before threads start; after that any thread may read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/admin/token_table.h"
#include "runtime/base/limits.h"
#include "runtime/base/log.h"
#include "runtime/base/trusted_proxies.h"
#include "runtime/worker/config.h"
#include "runtime/worker/endpoint.h"
#include "runtime/worker/listen_address.h"

namespace sedge::worker {

constexpr uint16_t kDefaultPort = 8787;
constexpr int kMaxThreads = 256;

// Requests that workers make to `host` are sent to `to`; Host header and TLS name stay `host`'s.
struct HostMapping {
  std::string host;   // lower case; IPv6 without brackets
  uint16_t port = 0;  // 0: any
  Endpoint to;
  bool operator==(const HostMapping&) const = default;
};

struct ServeOptions {
  std::vector<ListenAddress> listen = {{"127.0.0.1", kDefaultPort, ""}};  // at least one
  TrustedProxies trusted_proxies;
  int threads = 1;
  std::vector<WorkerConfig> workers;  // at least one; --kv and --var are already in
  std::string data_dir;               // absolute
  std::optional<Endpoint> origin;     // where fetch to a worker's own host goes
  std::vector<HostMapping> maps;
  OutboundPolicy outbound;             // of the flags; for all workers, besides their own
  std::vector<std::string> ca_files;   // absolute, readable
  std::optional<ListenAddress> admin;  // of the administration API; TCP
  admin::TokenTable admin_tokens;      // not empty where `admin` is given
  std::string cf_json;                 // a JSON object for request.cf; empty: the default
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kText;
  // Those of the server as a whole; those of one worker (limit_keys.h) are in its WorkerConfig.
  Limits limits;
};

}  // namespace sedge::worker
