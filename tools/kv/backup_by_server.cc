// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/backup_by_server.h"

#include <filesystem>
#include <memory>
#include <utility>

#include "runtime/admin/kv_api.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"
#include "tools/kv/json_out.h"

namespace sedge::tools {
namespace {

constexpr uint64_t kMaxReplyBytes = 1u << 20;
// Terabytes on a slow disk.
constexpr int64_t kReplyTimeoutMs = int64_t{48} * 3600 * 1000;

http::ClientRequest RequestFor(const std::string& socket, const std::string& backup_folder) {
  http::ClientRequest request;
  request.method = "POST";
  request.host = "localhost";
  request.port = 80;
  request.target = admin::kBackupTarget;
  request.headers.Add("Content-Type", "application/json");
  request.connect_to = http::ClientRequest::ConnectTo{.unix_path = socket};
  request.body = http::MakeRewindableBody(Bytes::Copy(JsonText({{"folder", backup_folder}})));
  return request;
}

// The whole body of the reply, or why there is none.
Result<Bytes> Send(http::ClientRequest request) {
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<loop::Loop> loop, loop::Loop::Create());
  http::ClientOptions options;
  options.limits.response_timeout_ms = kReplyTimeoutMs;
  options.limits.client_body_timeout_ms = kReplyTimeoutMs;
  SEDGE_ASSIGN_OR_RETURN(const std::unique_ptr<http::Client> client,
                         http::Client::Create(*loop, std::move(options)));
  std::optional<Result<Bytes>> outcome;
  const auto finish = [&](Result<Bytes> result) {
    outcome.emplace(std::move(result));
    loop->Stop();
  };
  client->Send(std::move(request), [&](Result<http::ClientResponse> response) {
    if (!response.ok()) return finish(response.status());
    http::ReadAll(std::move(response->body), kMaxReplyBytes, finish);
  });
  while (!outcome) loop->Run();
  return *std::move(outcome);
}

}  // namespace

Result<std::optional<kv::BackupInfo>> BackupByServer(const std::string& kv_folder,
                                                     const std::string& backup_folder) {
  const std::string socket = kv_folder + "/admin.sock";
  std::error_code error;
  if (!std::filesystem::exists(socket, error)) return std::optional<kv::BackupInfo>();
  const Result<Bytes> reply = Send(RequestFor(socket, backup_folder));
  // Left behind by a server that was killed: whoever opens the folder then has a clear answer.
  if (!reply.ok()) return std::optional<kv::BackupInfo>();
  const Json body = ParseJson(reply->text());
  if (!body.is_object() || !body.contains("result")) {
    return Internal("the server on " + socket + " gave no answer that is one to a backup");
  }
  if (!body.value("success", false)) {
    std::string why = "the server on " + socket + " makes no backup";
    if (body.contains("errors") && !body["errors"].empty()) {
      why = body["errors"][0].value("message", why);
    }
    return IoError(why);
  }
  const Json& result = body["result"];
  return std::optional(kv::BackupInfo{.id = result.value("id", 0u),
                                      .time_seconds = result.value("time", int64_t{0}),
                                      .bytes = result.value("bytes", uint64_t{0}),
                                      .files = result.value("files", 0u)});
}

}  // namespace sedge::tools
