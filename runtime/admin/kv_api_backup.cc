// SPDX-License-Identifier: Apache-2.0
// KvApi's backups: no part of Workers KV's API, and only for who comes by the Unix socket, because
// a caller names a folder of this machine.
#include <nlohmann/json.hpp>

#include "runtime/admin/kv_api_call.h"
#include "runtime/base/log.h"

namespace sedge::admin {

ApiResponse KvApi::Backup(const ApiRequest& request) {
  if (request.client != kLocalClient) {
    return Failure({403, kNoPermission, "backup: 'only the socket in the data folder makes one'"});
  }
  const auto body = nlohmann::json::parse(request.body.text(), nullptr, false);
  const auto folder = body.is_object() ? body.find("folder") : body.end();
  if (!body.is_object() || folder == body.end() || !folder->is_string() ||
      !folder->get_ref<const std::string&>().starts_with('/')) {
    return Failure(
        {400, kInvalidRequest, R"(backup: 'the body must be {"folder": "/absolute/path"}')"});
  }
  const auto made = store_.Backup(folder->get<std::string>(), {});
  if (options_.audit) {
    const std::string error(made.status().message());
    options_.audit(
        {request.rights.who(), request.client, "backup", "", "", 0, made.ok() ? 200 : 500, error});
  }
  // Whoever reads it is on this machine, as its user: nothing of the reason is kept back.
  if (!made.ok()) {
    return Failure({500, kServiceUnavailable, std::string(made.status().message())});
  }
  const nlohmann::ordered_json result = {{"id", made->id},
                                         {"time", made->time_seconds},
                                         {"bytes", made->bytes},
                                         {"files", made->files}};
  return Success(result.dump());
}

}  // namespace sedge::admin
