// SPDX-License-Identifier: Apache-2.0
// WorkerConfig: what a wrangler.jsonc, wrangler.json or wrangler.toml, or a script alone, says
// about one worker. A value, read once at start; after that any thread may read it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/limits.h"
#include "runtime/base/status.h"
#include "runtime/base/trusted_proxies.h"
#include "runtime/worker/build_config.h"
#include "runtime/worker/listen_address.h"
#include "runtime/worker/outbound_policy.h"
#include "runtime/worker/route.h"

namespace sedge::worker {

// A larger file is not a configuration; nor is a deeper one.
constexpr size_t kMaxConfigBytes = 1u << 20;
constexpr int kMaxConfigDepth = 64;

struct KvNamespaceConfig {
  std::string binding;    // its name in env
  std::string id;         // the namespace in the store; the binding's name when none is given
  bool eventual = false;  // reads may be old, as on the real edge: for tests
  uint64_t eventual_seed = 0;
  std::string seed = {};  // absolute: the file that tests begin with; "": none
  bool operator==(const KvNamespaceConfig&) const = default;
};

struct VarConfig {
  std::string name;   // its name in env
  std::string value;  // JSON text: "\"text\"", "1", "{\"a\":true}"
  bool operator==(const VarConfig&) const = default;
};

struct RouteConfig {
  RoutePattern pattern;
  std::string text;  // as written
  int line = 0;
  bool operator==(const RouteConfig& other) const { return pattern == other.pattern; }
};

struct WorkerConfig {
  std::string name;
  std::string main;   // absolute path of the entry module
  std::string bundled_from;  // the file that `main` was made of; empty: it is that file
  int main_line = 0;  // where the configuration names it; 0: it does not
  std::string
      base_dir;        // absolute folder of the configuration, or of the script when there is none
  std::string source;  // the file that this came from, as errors show it
  std::string compatibility_date;  // "2026-01-31" or empty
  std::vector<std::string> compatibility_flags;
  std::vector<KvNamespaceConfig> kv_namespaces;
  std::vector<VarConfig> vars;      // ordered by name; those of local_vars.h are already in
  std::vector<RouteConfig> routes;  // none: every host and path
  std::optional<uint16_t> dev_port;
  std::optional<std::string> dev_ip;
  std::vector<ListenAddress> listen;
  int listen_line = 0;  // 0: not given
  TrustedProxies trusted_proxies;
  int trusted_proxies_line = 0;       // 0: not given
  OutboundPolicy outbound;            // where fetch() may connect
  BuildConfig build;                  // how its files become what runs
  std::shared_ptr<const ModuleTexts> modules;  // what a bundler made of them; null: the files run
  std::vector<std::string> ca_files;  // absolute; trusted by the whole server
  std::vector<std::string> test_workers;  // absolute: configurations of more workers for tests
  Limits limits;
  std::map<std::string, int> limit_lines;  // the limits that the file sets: key -> line
  std::vector<std::string> warnings;       // for the log
};

// PATH is a script (.js, .mjs, .ts ...), a wrangler file or a folder. In a folder the first of
// wrangler.jsonc, wrangler.json, wrangler.toml, index, worker, src/index, src/worker (each as .js,
// .mjs, .ts, .tsx) counts. `env` chooses a section [env.NAME]; "": none. Errors read
// "wrangler.toml:7: what is wrong; what is allowed".
Result<WorkerConfig> LoadWorkerConfig(const std::string& path, const std::string& env = "");

// The files that may decide what LoadWorkerConfig gives, absolute, whether they are there or not.
std::vector<std::string> ConfigFiles(const std::string& path, const std::string& env);

// Whether the folder has a wrangler file.
bool HasConfig(const std::string& folder);
// Whether LoadWorkerConfig would find something to read in the folder.
bool HasWorker(const std::string& folder);

enum class ConfigSyntax : uint8_t { kJsonc, kToml };
// `text` as if it were the file `source`, whose folder is `base_dir` (absolute). Reads no file, so
// `main` is not looked for and local variables are not read.
Result<WorkerConfig> ParseWorkerConfig(ConfigSyntax syntax, std::string_view text,
                                       const std::string& source, const std::string& base_dir,
                                       const std::string& env = "");

// A later binding or variable takes the place of one with the same name.
void SetKvNamespace(WorkerConfig& config, std::string binding, std::string id);
void SetVar(WorkerConfig& config, std::string name, std::string json);

}  // namespace sedge::worker
