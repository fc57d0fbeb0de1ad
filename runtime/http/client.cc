// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/client.h"

#include <unordered_map>
#include <utility>

#include "runtime/http/client_pool.h"
#include "runtime/http/request_writer.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/tls_context.h"

namespace sedge::http {
namespace {

class PooledClient final : public Client {
 public:
  PooledClient(loop::Loop& loop, const ClientOptions& options,
               std::shared_ptr<loop::TlsContext> tls)
      : loop_(loop),
        pool_(loop, options.limits, std::move(tls), options.resolver,
              [this](const ClientExchange& exchange) { exchanges_.erase(exchange.id); }) {}

  ~PooledClient() override {
    *alive_ = false;
    for (auto& [id, exchange] : exchanges_) exchange->done = nullptr;
  }

  RequestId Send(ClientRequest request, ResponseCallback done) override {
    // The caller may have run for long in this turn, which the peer's time limits are not to pay.
    uv_update_time(loop_.uv());
    auto exchange = std::make_shared<ClientExchange>();
    exchange->id = ++last_id_;
    exchange->done = std::move(done);
    exchanges_.emplace(exchange->id, exchange);
    Result<WrittenRequest> written = WriteRequestHead(request);
    if (!written.ok()) {
      FailLater(exchange->id, written.status());
      return exchange->id;
    }
    exchange->head = std::move(written).value();
    exchange->method = std::move(request.method);
    exchange->body = std::move(request.body);
    exchange->fresh = request.fresh;
    ClientOrigin& origin = exchange->origin;
    origin.tls = request.connect_to ? request.connect_to->tls : request.tls;
    origin.connect_host = request.connect_to ? request.connect_to->host : request.host;
    origin.connect_port = request.connect_to ? request.connect_to->port : request.port;
    if (request.connect_to) origin.connect_unix = request.connect_to->unix_path;
    origin.name = std::move(request.host);
    origin.filter = request.filter;
    const RequestId id = exchange->id;
    pool_.Submit(std::move(exchange));
    return id;
  }

  void Cancel(RequestId id) override {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end()) return;
    const std::shared_ptr<ClientExchange> exchange = std::move(found->second);
    exchanges_.erase(found);
    pool_.Cancel(exchange);
  }

  size_t connection_count() const override { return pool_.connection_count(); }

 private:
  void FailLater(RequestId id, Status why) {
    loop_.Post([this, id, why = std::move(why), alive = alive_] {
      if (!*alive) return;
      const auto found = exchanges_.find(id);
      if (found == exchanges_.end()) return;
      const std::shared_ptr<ClientExchange> exchange = std::move(found->second);
      exchanges_.erase(found);
      exchange->done(why);
    });
  }

  loop::Loop& loop_;
  RequestId last_id_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unordered_map<RequestId, std::shared_ptr<ClientExchange>> exchanges_;  // not over yet
  ClientPool pool_;
};

}  // namespace

Result<std::unique_ptr<Client>> Client::Create(loop::Loop& loop, ClientOptions options) {
  SEDGE_ASSIGN_OR_RETURN(std::shared_ptr<loop::TlsContext> tls,
                         loop::TlsContext::CreateClient(options.ca_files));
  return std::unique_ptr<Client>(std::make_unique<PooledClient>(loop, options, std::move(tls)));
}

}  // namespace sedge::http
