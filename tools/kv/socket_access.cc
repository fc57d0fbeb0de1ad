// SPDX-License-Identifier: Apache-2.0
// KvAccess over HTTP: TCP, TLS or a Unix socket, one request after another on a loop that runs for
// as long as a call takes.
#include <memory>
#include <optional>
#include <utility>

#include "runtime/admin/api_target.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"
#include "tools/kv/access.h"

namespace sedge::tools {
namespace {

// Of the longest reply: a value of 25 MiB, or 100 of them as text with every byte escaped.
constexpr uint64_t kMaxReplyBytes = 256ull << 20;
// A bulk write may have to wait for the disk.
constexpr int64_t kReplyTimeoutMs = 10 * 60 * 1000;

class SocketAccess final : public KvAccess {
 public:
  SocketAccess(KvPlace place, std::string unix_path, std::unique_ptr<loop::Loop> loop,
               std::unique_ptr<http::Client> client)
      : place_(std::move(place)),
        unix_path_(std::move(unix_path)),
        loop_(std::move(loop)),
        client_(std::move(client)) {}

  Result<KvReply> Call(KvRequest request) override {
    std::optional<Result<KvReply>> outcome;
    const auto finish = [&](Result<KvReply> result) {
      outcome.emplace(std::move(result));
      loop_->Stop();
    };
    int status = 0;
    client_->Send(ToHttp(std::move(request)), [&](Result<http::ClientResponse> response) {
      if (!response.ok()) {
        finish(response.status());
        return;
      }
      status = response->status;
      http::ReadAll(std::move(response->body), kMaxReplyBytes, [&](Result<Bytes> body) {
        if (!body.ok()) {
          finish(body.status());
        } else {
          finish(KvReply{status, std::move(body).value()});
        }
      });
    });
    while (!outcome) loop_->Run();
    if (outcome->ok()) return *std::move(outcome);
    return Named(outcome->status());
  }

 private:
  http::ClientRequest ToHttp(KvRequest request) const {
    http::ClientRequest out;
    out.method = std::move(request.method);
    out.tls = place_.server.tls;
    out.host = place_.server.host;
    out.port = place_.server.port;
    out.target = place_.base_path + "/accounts/" + admin::PercentEncode(place_.account) +
                 "/storage/kv/namespaces" + request.target;
    if (!unix_path_.empty()) {
      out.connect_to = http::ClientRequest::ConnectTo{.unix_path = unix_path_};
    }
    if (!place_.token.empty()) out.headers.Add("Authorization", "Bearer " + place_.token);
    if (!request.content_type.empty()) {
      out.headers.Add("Content-Type", request.content_type);
    }
    if (!request.body.empty() || out.method == "PUT" || out.method == "POST") {
      out.body = http::MakeRewindableBody(std::move(request.body));
    }
    return out;
  }

  // "http://127.0.0.1:8788: connect ECONNREFUSED 127.0.0.1:8788"
  Status Named(const Status& why) const {
    std::string_view text = why.message();
    const std::string prefix = std::string(http::kFetchFailed) + ": ";
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    std::string message = unix_path_.empty() ? place_.name() + ": " : std::string();
    message += text;
    if (unix_path_.empty() && text.starts_with("connect ECONNREFUSED")) {
      message += "; is the server started with --admin?";
    }
    return Status(why.code(), std::move(message));
  }

  const KvPlace place_;
  const std::string unix_path_;
  std::unique_ptr<loop::Loop> loop_;
  std::unique_ptr<http::Client> client_;
};

}  // namespace

Result<std::unique_ptr<KvAccess>> OpenSocketAccess(const KvPlace& place,
                                                   const std::string& unix_path) {
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<loop::Loop> loop, loop::Loop::Create());
  http::ClientOptions options;
  options.limits.response_timeout_ms = kReplyTimeoutMs;
  options.limits.client_body_timeout_ms = kReplyTimeoutMs;
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<http::Client> client,
                         http::Client::Create(*loop, std::move(options)));
  return std::unique_ptr<KvAccess>(
      std::make_unique<SocketAccess>(place, unix_path, std::move(loop), std::move(client)));
}

}  // namespace sedge::tools
