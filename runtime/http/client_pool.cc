// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/client_pool.h"

#include <algorithm>
#include <utility>

namespace sedge::http {

ClientPool::ClientPool(loop::Loop& loop, const Limits& limits,
                       std::shared_ptr<loop::TlsContext> tls,
                       std::function<void(const ClientExchange&)> over)
    : loop_(loop), limits_(limits), tls_(std::move(tls)), over_(std::move(over)) {}

ClientPool::~ClientPool() {
  origins_.clear();
  const auto connections = std::move(connections_);
  connections_.clear();
  for (const auto& [raw, connection] : connections) connection->Abandon();
}

void ClientPool::Submit(std::shared_ptr<ClientExchange> exchange) {
  Origin& origin = origins_[exchange->origin.Key()];
  // Those that wait already come first.
  if (!origin.waiting.empty() || !(Dispatch(origin, exchange, exchange->fresh) ||
                                   (exchange->fresh && Dispatch(origin, exchange, false)))) {
    origin.waiting.push_back(std::move(exchange));
  }
}

void ClientPool::Cancel(const std::shared_ptr<ClientExchange>& exchange) {
  exchange->done = nullptr;
  if (exchange->connection) {
    exchange->connection->Cancel();
    return;
  }
  const auto found = origins_.find(exchange->origin.Key());
  if (found != origins_.end()) std::erase(found->second.waiting, exchange);
}

bool ClientPool::Dispatch(Origin& origin, const std::shared_ptr<ClientExchange>& exchange,
                          bool fresh) {
  if (!fresh && !origin.idle.empty()) {
    // A connection's callbacks may drop it; and the newest one is the least likely to be closed
    // soon.
    const std::shared_ptr<ClientConnection> connection = connections_.at(origin.idle.back());
    origin.idle.pop_back();
    connection->Send(exchange);
    return true;
  }
  if (origin.open >= std::max<size_t>(limits_.client_connections_per_origin, 1)) return false;
  ++origin.open;
  auto connection =
      std::make_shared<ClientConnection>(loop_, limits_, this, exchange->origin, tls_);
  connections_.emplace(connection.get(), connection);
  connection->Open(exchange);
  return true;
}

void ClientPool::OnConnectionIdle(ClientConnection* connection) {
  Origin& origin = origins_[connection->origin().Key()];
  if (origin.waiting.empty()) {
    origin.idle.push_back(connection);
    return;
  }
  const std::shared_ptr<ClientExchange> next = std::move(origin.waiting.front());
  origin.waiting.pop_front();
  connection->Send(next);
}

void ClientPool::OnConnectionClosed(ClientConnection* connection) {
  const std::string key = connection->origin().Key();
  Origin& origin = origins_[key];
  std::erase(origin.idle, connection);
  --origin.open;
  connections_.erase(connection);
  if (!origin.waiting.empty()) {
    const std::shared_ptr<ClientExchange> next = std::move(origin.waiting.front());
    origin.waiting.pop_front();
    Dispatch(origin, next, /*fresh=*/false);
  } else if (origin.open == 0) {
    origins_.erase(key);
  }
}

// Over a new connection: other idle ones are as likely to have been closed. An exchange that finds
// the origin full waits in front of all others.
void ClientPool::OnExchangeRetry(std::shared_ptr<ClientExchange> exchange) {
  Origin& origin = origins_[exchange->origin.Key()];
  if (!Dispatch(origin, exchange, /*fresh=*/true)) origin.waiting.push_front(std::move(exchange));
}

}  // namespace sedge::http
