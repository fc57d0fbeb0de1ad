// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/node_module.h"

#include <algorithm>
#include <iterator>

namespace sedge {
namespace {

// Of Node 22, those that a bundler may meet without "node:".
constexpr std::string_view kNodeModules[] = {
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
};

}  // namespace

bool IsNodeModule(std::string_view name) {
  name = name.substr(0, name.find('/'));
  return std::binary_search(std::begin(kNodeModules), std::end(kNodeModules), name);
}

}  // namespace sedge
