// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/restart_needs.h"

#include "runtime/worker/limit_keys.h"

namespace sedge::worker {

std::vector<std::string> RestartNeeds(const ServeOptions& started, const ServeOptions& wanted) {
  std::vector<std::string> keys;
  if (started.listen != wanted.listen) keys.push_back("listen");
  if (started.trusted_proxies != wanted.trusted_proxies) keys.push_back("trusted_proxies");
  if (started.ca_files != wanted.ca_files) keys.push_back("outbound.ca");
  if (started.data_dir != wanted.data_dir) keys.push_back("the folder of the data");
  for (const LimitKey& key : LimitKeys()) {
    if (key.per_worker || key.get(started.limits) == key.get(wanted.limits)) continue;
    keys.push_back("limits." + std::string(key.name));
  }
  return keys;
}

}  // namespace sedge::worker
