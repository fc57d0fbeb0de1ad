// SPDX-License-Identifier: Apache-2.0
// ClientPool: the connections of a client, per origin: reuses idle ones, opens new ones up to a
// limit, and lets exchanges wait beyond it. One loop thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/base/limits.h"
#include "runtime/http/client_connection.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/tls_context.h"

namespace sedge::http {

class ClientPool final : public ClientConnection::Owner {
 public:
  // `over` is told about each exchange that ended by itself.
  ClientPool(loop::Loop& loop, const Limits& limits, std::shared_ptr<loop::TlsContext> tls,
             std::function<void(const ClientExchange&)> over);
  // Closes all connections; callbacks of exchanges are dropped.
  ~ClientPool() override;

  void Submit(std::shared_ptr<ClientExchange> exchange);
  // Ends an exchange that was submitted, wherever it is.
  void Cancel(const std::shared_ptr<ClientExchange>& exchange);

  size_t connection_count() const { return connections_.size(); }

 private:
  struct Origin {
    std::vector<ClientConnection*> idle;  // the one used last is at the end
    size_t open = 0;                      // with the idle ones
    std::deque<std::shared_ptr<ClientExchange>> waiting;
  };

  void OnConnectionIdle(ClientConnection* connection) override;
  void OnConnectionClosed(ClientConnection* connection) override;
  void OnExchangeRetry(std::shared_ptr<ClientExchange> exchange) override;
  void OnExchangeOver(const ClientExchange& exchange) override { over_(exchange); }

  // True when the exchange got a connection.
  bool Dispatch(Origin& origin, const std::shared_ptr<ClientExchange>& exchange, bool fresh);

  loop::Loop& loop_;
  const Limits limits_;
  std::shared_ptr<loop::TlsContext> tls_;
  std::function<void(const ClientExchange&)> over_;
  std::unordered_map<std::string, Origin> origins_;  // by ClientOrigin::Key()
  std::unordered_map<ClientConnection*, std::shared_ptr<ClientConnection>> connections_;
};

}  // namespace sedge::http
