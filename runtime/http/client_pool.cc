// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/client_pool.h"

#include <algorithm>
#include <utility>

namespace sedge::http {
namespace {

// One that RFC 9110 section 9.2.2 lets send again when the connection turns out to be closed.
bool MayBeRepeated(const ClientExchange& exchange) {
  return exchange.head.framing == RequestFraming::kNone && IsIdempotentMethod(exchange.method);
}

}  // namespace

// Keeps an origin that a caller has in its hands from being forgotten meanwhile.
class ClientPool::Pin {
 public:
  Pin(ClientPool& pool, Origin& origin) : pool_(pool), origin_(origin) { ++origin.pins; }
  ~Pin() {
    --origin_.pins;
    pool_.Update(origin_);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

 private:
  ClientPool& pool_;
  Origin& origin_;
};

ClientPool::ClientPool(loop::Loop& loop, const Limits& limits,
                       std::shared_ptr<loop::TlsContext> tls, loop::Resolver* resolver,
                       std::function<void(const ClientExchange&)> over)
    : loop_(loop),
      limits_(limits),
      tls_(std::move(tls)),
      resolver_(resolver),
      over_(std::move(over)),
      queue_timer_(loop, [this] { OnQueueTimer(); }) {}

ClientPool::~ClientPool() {
  *alive_ = false;
  starved_.clear();
  waiting_.clear();
  idle_.clear();
  last_ = nullptr;
  origins_.clear();
  const auto connections = std::move(connections_);
  connections_.clear();
  for (const auto& [raw, entry] : connections) entry.connection->Abandon();
}

ClientPool::Origin& ClientPool::OriginOf(const ClientOrigin& where) {
  if (last_ && last_->where == where) return *last_;
  std::string key = where.Key();
  std::unique_ptr<Origin>& origin = origins_[key];
  if (!origin) {
    origin = std::make_unique<Origin>();
    origin->where = where;
    origin->key = std::move(key);
  }
  last_ = origin.get();
  return *last_;
}

void ClientPool::Submit(std::shared_ptr<ClientExchange> exchange) {
  exchange->order = ++last_order_;
  Origin& origin = OriginOf(exchange->origin);
  const Pin pin(*this, origin);
  // Those that wait already come first.
  if (!origin.waiting.empty() || !Dispatch(origin, exchange)) Wait(origin, std::move(exchange));
  Serve();  // what was found closed has left a place
}

void ClientPool::Cancel(const std::shared_ptr<ClientExchange>& exchange) {
  exchange->done = nullptr;
  if (exchange->connection) {
    exchange->connection->Cancel();
  } else if (waiting_.contains(exchange->order)) {
    RemoveWaiting(OriginOf(exchange->origin), exchange->order);
  }
}

bool ClientPool::Dispatch(Origin& origin, const std::shared_ptr<ClientExchange>& exchange) {
  if (exchange->fresh) return DispatchToNew(origin, exchange) || DispatchToIdle(origin, exchange);
  return DispatchToIdle(origin, exchange) || DispatchToNew(origin, exchange);
}

bool ClientPool::DispatchToIdle(Origin& origin, const std::shared_ptr<ClientExchange>& exchange) {
  while (!origin.idle.empty()) {
    // A connection's callbacks may drop it; and the newest one is the least likely to be closed
    // soon.
    const std::shared_ptr<ClientConnection> connection =
        connections_.at(origin.idle.back()).connection;
    TakeFromIdle(origin, connection.get());
    // A request that cannot be repeated is not put at risk where the end is there to be seen.
    if (MayBeRepeated(*exchange) || connection->LooksOpen()) {
      connection->Send(exchange);
      return true;
    }
    const bool outer = std::exchange(making_room_, true);
    connection->CloseIdle();
    making_room_ = outer;
  }
  return false;
}

bool ClientPool::HasRoom(const Origin& origin) const {
  return origin.open < std::max<size_t>(limits_.client_connections_per_origin, 1);
}

bool ClientPool::DispatchToNew(Origin& origin, const std::shared_ptr<ClientExchange>& exchange) {
  if (!HasRoom(origin)) return false;
  if (connections_.size() >= std::max<size_t>(limits_.client_connections, 1) &&
      !CloseOldestIdle()) {
    return false;
  }
  ++origin.open;
  Update(origin);
  auto connection =
      std::make_shared<ClientConnection>(loop_, limits_, this, exchange->origin, tls_, resolver_);
  connections_.emplace(connection.get(), Connection{connection, &origin});
  connection->Open(exchange);
  return true;
}

// The freed place is the caller's.
bool ClientPool::CloseOldestIdle() {
  if (idle_.empty()) return false;
  const std::shared_ptr<ClientConnection> oldest =
      connections_.at(idle_.begin()->second).connection;
  const bool outer = std::exchange(making_room_, true);
  oldest->CloseIdle();
  making_room_ = outer;
  return true;
}

void ClientPool::TakeFromIdle(Origin& origin, ClientConnection* connection) {
  uint64_t& order = connections_.at(connection).idle_order;
  if (order == 0) return;
  idle_.erase(std::exchange(order, 0));
  std::erase(origin.idle, connection);
}

void ClientPool::OnConnectionIdle(ClientConnection* connection) {
  Connection& entry = connections_.at(connection);
  Origin& origin = *entry.origin;
  const Pin pin(*this, origin);
  origin.idle.push_back(connection);
  entry.idle_order = ++last_idle_order_;
  idle_.emplace(last_idle_order_, connection);
  // Perhaps somebody has waited longer than those of this origin, who needs this one's place.
  if (!origin.waiting.empty() && !starved_.empty() &&
      starved_.begin()->first < origin.waiting.begin()->first) {
    Serve();
  }
  if (!origin.waiting.empty() && !origin.idle.empty()) {
    ClientConnection* const next = origin.idle.back();
    TakeFromIdle(origin, next);
    next->Send(TakeFirstWaiting(origin));
  } else if (idle_.size() > limits_.client_idle_connections) {
    CloseOldestIdle();
  }
  Serve();
}

void ClientPool::OnConnectionClosed(ClientConnection* connection) {
  Origin& origin = *connections_.at(connection).origin;
  TakeFromIdle(origin, connection);
  --origin.open;
  connections_.erase(connection);
  Update(origin);
  Serve();
}

// Over a new connection: other idle ones are as likely to have been closed. An exchange that finds
// the origin full waits in front of those that came later.
void ClientPool::OnExchangeRetry(std::shared_ptr<ClientExchange> exchange) {
  Origin& origin = OriginOf(exchange->origin);
  const Pin pin(*this, origin);
  if (!DispatchToNew(origin, exchange)) Wait(origin, std::move(exchange));
}

void ClientPool::Wait(Origin& origin, std::shared_ptr<ClientExchange> exchange) {
  if (exchange->queue_deadline_ms == 0) {
    exchange->queue_deadline_ms = loop_.now_ms() + static_cast<uint64_t>(std::max<int64_t>(
                                                       limits_.client_queue_timeout_ms, 0));
  }
  const uint64_t order = exchange->order;
  waiting_.emplace(order, exchange);
  origin.waiting.emplace(order, std::move(exchange));
  Update(origin);
  if (!queue_timer_.active()) StartQueueTimer();
}

std::shared_ptr<ClientExchange> ClientPool::TakeFirstWaiting(Origin& origin) {
  const std::shared_ptr<ClientExchange> first = origin.waiting.begin()->second;
  RemoveWaiting(origin, first->order);
  return first;
}

void ClientPool::RemoveWaiting(Origin& origin, uint64_t order) {
  waiting_.erase(order);
  origin.waiting.erase(order);
  Update(origin);
}

void ClientPool::Update(Origin& origin) {
  const uint64_t first =
      origin.waiting.empty() || !HasRoom(origin) ? 0 : origin.waiting.begin()->first;
  if (first != origin.starved) {
    if (origin.starved != 0) starved_.erase(origin.starved);
    if (first != 0) starved_.emplace(first, &origin);
    origin.starved = first;
  }
  if (origin.waiting.empty() && origin.open == 0 && origin.pins == 0) {
    if (last_ == &origin) last_ = nullptr;
    const std::string key = origin.key;
    origins_.erase(key);
  }
}

void ClientPool::Serve() {
  if (making_room_) return;
  while (!starved_.empty()) {
    if (connections_.size() >= std::max<size_t>(limits_.client_connections, 1) &&
        !CloseOldestIdle()) {
      return;
    }
    Origin& origin = *starved_.begin()->second;
    const Pin pin(*this, origin);
    DispatchToNew(origin, TakeFirstWaiting(origin));
  }
}

void ClientPool::StartQueueTimer() {
  if (waiting_.empty()) return;
  const uint64_t due_ms = waiting_.begin()->second->queue_deadline_ms;
  const uint64_t now_ms = loop_.now_ms();
  queue_timer_.Start(due_ms > now_ms ? due_ms - now_ms : 0);
}

void ClientPool::OnQueueTimer() {
  std::vector<std::shared_ptr<ClientExchange>> late;
  while (!waiting_.empty() && waiting_.begin()->second->queue_deadline_ms <= loop_.now_ms()) {
    const std::shared_ptr<ClientExchange> first = waiting_.begin()->second;
    RemoveWaiting(OriginOf(first->origin), first->order);
    late.push_back(first);
  }
  StartQueueTimer();
  const std::shared_ptr<bool> alive = alive_;
  for (const std::shared_ptr<ClientExchange>& exchange : late) {
    if (!*alive) return;  // a callback destroyed the client
    if (!exchange->done) continue;
    const Status why = QueueTimeout(*exchange);
    over_(*exchange);
    if (auto done = std::exchange(exchange->done, nullptr)) done(why);
  }
}

Status ClientPool::QueueTimeout(const ClientExchange& exchange) const {
  const auto origin = origins_.find(exchange.origin.Key());
  const bool origin_is_full = origin != origins_.end() && !HasRoom(*origin->second);
  return DeadlineExceeded(
      std::string(kFetchFailed) + ": connect ETIMEDOUT " + exchange.origin.name +
      ": no connection became free for " + std::to_string(limits_.client_queue_timeout_ms) +
      " ms (limits.client_queue_timeout_ms): all " +
      (origin_is_full ? std::to_string(limits_.client_connections_per_origin) +
                            " to it are in use (limits.client_connections_per_origin)"
                      : std::to_string(limits_.client_connections) +
                            " of this thread are in use (limits.client_connections)"));
}

}  // namespace sedge::http
