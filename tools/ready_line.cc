// SPDX-License-Identifier: Apache-2.0
#include "tools/ready_line.h"

#include <nlohmann/json.hpp>

namespace sedge::tools {

using nlohmann::ordered_json;

std::string ReadyText(const std::vector<std::string>& urls, const std::string& admin_url) {
  std::string text;
  for (const std::string& url : urls) text += "Listening on " + url + "\n";
  if (!admin_url.empty()) text += "Admin on " + admin_url + "\n";
  return text;
}

std::string ReadyJson(const std::vector<std::string>& urls, const std::string& admin_url,
                      const worker::ServeOptions& options) {
  bool has_store = !admin_url.empty();
  ordered_json workers = ordered_json::array();
  for (const worker::WorkerConfig& config : options.workers) {
    ordered_json kv = ordered_json::object();
    for (const auto& ns : config.kv_namespaces) kv[ns.binding] = ns.id;
    has_store |= !kv.empty();
    workers.push_back({{"name", config.name}, {"kv", std::move(kv)}});
  }
  ordered_json line = {
      {"listening", urls},
      {"admin", admin_url.empty() ? ordered_json() : ordered_json(admin_url)},
      {"data_dir", options.data_dir},
      {"admin_socket",
       has_store ? ordered_json(options.data_dir + "/kv/admin.sock") : ordered_json()},
      {"workers", std::move(workers)}};
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace sedge::tools
