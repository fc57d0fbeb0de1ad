// SPDX-License-Identifier: Apache-2.0
// ClientPool: the connections of a client, per origin: reuses idle ones, opens new ones up to a
// limit per origin and one in all, and lets exchanges wait beyond them, first come, first served.
// One loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/base/limits.h"
#include "runtime/http/client_connection.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/timer.h"
#include "runtime/loop/tls_context.h"

namespace sedge::http {

class ClientPool final : public ClientConnection::Owner {
 public:
  // `over` is told about each exchange that ended by itself. `resolver` null: the system's.
  ClientPool(loop::Loop& loop, const Limits& limits, std::shared_ptr<loop::TlsContext> tls,
             loop::Resolver* resolver, std::function<void(const ClientExchange&)> over);
  // Closes all connections; callbacks of exchanges are dropped.
  ~ClientPool() override;

  void Submit(std::shared_ptr<ClientExchange> exchange);
  // Ends an exchange that was submitted, wherever it is.
  void Cancel(const std::shared_ptr<ClientExchange>& exchange);

  size_t connection_count() const { return connections_.size(); }

 private:
  struct Origin {
    ClientOrigin where;
    std::string key;
    std::vector<ClientConnection*> idle;                          // the one used last is at the end
    size_t open = 0;                                              // with the idle ones
    std::map<uint64_t, std::shared_ptr<ClientExchange>> waiting;  // by order
    uint64_t starved = 0;  // its place in starved_; 0: not there
    int pins = 0;          // callers that have it in their hands
  };
  struct Connection {
    std::shared_ptr<ClientConnection> connection;
    Origin* origin;           // which is not forgotten as long as this is open
    uint64_t idle_order = 0;  // its place in idle_; 0: not there
  };

  class Pin;

  void OnConnectionIdle(ClientConnection* connection) override;
  void OnConnectionClosed(ClientConnection* connection) override;
  void OnExchangeRetry(std::shared_ptr<ClientExchange> exchange) override;
  void OnExchangeOver(const ClientExchange& exchange) override { over_(exchange); }

  Origin& OriginOf(const ClientOrigin& origin);
  // All return true when the exchange got a connection.
  bool Dispatch(Origin& origin, const std::shared_ptr<ClientExchange>& exchange);
  bool DispatchToIdle(Origin& origin, const std::shared_ptr<ClientExchange>& exchange);
  bool DispatchToNew(Origin& origin, const std::shared_ptr<ClientExchange>& exchange);
  bool HasRoom(const Origin& origin) const;
  bool CloseOldestIdle();
  void TakeFromIdle(Origin& origin, ClientConnection* connection);

  void Wait(Origin& origin, std::shared_ptr<ClientExchange> exchange);
  std::shared_ptr<ClientExchange> TakeFirstWaiting(Origin& origin);
  void RemoveWaiting(Origin& origin, uint64_t order);
  // Keeps starved_ true of the origin, and forgets an origin without anything.
  void Update(Origin& origin);
  // Gives room that there is to those who wait, the longest wait first.
  void Serve();
  void OnQueueTimer();
  void StartQueueTimer();
  Status QueueTimeout(const ClientExchange& exchange) const;

  loop::Loop& loop_;
  const Limits limits_;
  std::shared_ptr<loop::TlsContext> tls_;
  loop::Resolver* resolver_;
  std::function<void(const ClientExchange&)> over_;
  std::unordered_map<std::string, std::unique_ptr<Origin>> origins_;  // by key
  std::unordered_map<ClientConnection*, Connection> connections_;
  std::map<uint64_t, ClientConnection*> idle_;  // of all origins, the one unused longest first
  std::map<uint64_t, std::shared_ptr<ClientExchange>> waiting_;  // of all origins, by order
  // Origins that only the limit in all holds back, by the order of their first exchange.
  std::map<uint64_t, Origin*> starved_;
  uint64_t last_order_ = 0;
  uint64_t last_idle_order_ = 0;
  Origin* last_ = nullptr;    // that was asked for: most programs talk to one
  bool making_room_ = false;  // whoever closes a connection has use for its place
  loop::Timer queue_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sedge::http
