// SPDX-License-Identifier: Apache-2.0
// What `sedge serve` prints once it accepts connections: for people, or as one JSON object for a
// program that started it. A pure function.
#pragma once

#include <string>
#include <vector>

#include "runtime/worker/serve_options.h"

namespace sedge::tools {

// "Listening on http://127.0.0.1:8787\n", a line for each of `urls`, and "Admin on ..." unless
// `admin_url` is empty.
std::string ReadyText(const std::vector<std::string>& urls, const std::string& admin_url);

// {"listening":["http://..."],"admin":null,"data_dir":"/...","admin_socket":"/.../admin.sock",
// "workers":[{"name":"api","kv":{"BINDING":"namespace"}}]} and a line break. The socket is null
// where no worker has KV.
std::string ReadyJson(const std::vector<std::string>& urls, const std::string& admin_url,
                      const worker::ServeOptions& options);

}  // namespace sedge::tools
