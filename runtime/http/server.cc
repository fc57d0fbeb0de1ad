// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/server.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "runtime/base/log.h"

namespace sedge::http {
namespace {

// Fine enough that no deadline is missed by more than a quarter.
uint64_t SweepInterval(const Limits& limits) {
  const int64_t shortest =
      std::min({limits.head_timeout_ms, limits.body_timeout_ms, limits.idle_timeout_ms,
                limits.write_timeout_ms, limits.linger_timeout_ms, limits.linger_max_ms});
  return static_cast<uint64_t>(std::clamp(shortest / 4, Server::kMinSweepMs, Server::kMaxSweepMs));
}

// The first sweep of a shutdown finds the clients that have gone.
constexpr uint64_t kShutdownSweepMs = 50;
// A client that took too little at one look may be a fair one between two pieces.
constexpr uint64_t kSlowSweeps = 2;
// What a fair client may have before it at any moment: a piece of a body and what it is joined to.
constexpr size_t kSparedBytes = 256u << 10;

}  // namespace

Server::Server(loop::Loop& loop, const Limits& limits, RequestHandler* handler)
    : context_{loop,
               limits,
               handler,
               DateCache(),
               false,
               TrustedProxies(),
               [this](ServerConnection* connection) { OnConnectionClosed(connection); },
               /*unsent_bytes=*/0,
               /*overfull=*/false,
               [this] { context_.loop.Defer(this); }},
      sweep_ms_(SweepInterval(limits)),
      sweeper_(*this),
      sweep_timer_(loop,
                   [this] {
                     sweeper_.due_ms = context_.loop.now_ms();
                     context_.loop.DeferPastPoll(&sweeper_);
                   }),
      deadline_timer_(loop, [this] { CloseAll(); }) {}

Server::~Server() {
  context_.on_connection_closed = [](ServerConnection*) {};
  listeners_.clear();
}

Result<const loop::Listener*> Server::Listen(const loop::ListenOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(
      std::unique_ptr<loop::Listener> listener,
      loop::Listen(context_.loop, options, [this](std::unique_ptr<loop::Stream> stream) {
        Accept(std::move(stream), /*tls=*/false);
      }));
  listeners_.push_back(std::move(listener));
  return listeners_.back().get();
}

void Server::Accept(std::unique_ptr<loop::Stream> stream, bool tls) {
  const bool too_many = connections_.size() - refused_ >= context_.limits.connections;
  if (too_many) {
    LogRefusal();
    if (refused_ >= kMaxRefused) return stream->ResetOnClose();
  }
  auto owned = std::make_unique<ServerConnection>(context_, std::move(stream), tls);
  ServerConnection* connection = owned.get();
  connection->index = static_cast<uint32_t>(connections_.size());
  connections_.push_back(std::move(owned));
  if (!sweep_timer_.active() && !sweeper_.deferred()) sweep_timer_.Start(sweep_ms_);
  if (context_.shutting_down) return connection->Close();
  if (too_many) {
    ++refused_;
    connection->refused = true;
    return connection->Refuse(503, "too many connections (connections)");
  }
  connection->Start();
}

// Cuts off those who take nothing for the longest time, and of these the ones that hold the most,
// until the limit is kept. One alone may hold more.
// The order in which clients are cut off: first those that take too little for long, the longest
// first; then those that hold the most. Whoever holds no more than a healthy one may at a moment
// comes last.
void Server::SortForCutOff(std::vector<ServerConnection*>& holders) const {
  const uint64_t now = context_.loop.now_ms();
  const auto rank = [&](const ServerConnection* c) {
    const bool is_slow = c->slow_since_ms() + kSlowSweeps * sweep_ms_ < now;
    const int group = c->unsent_bytes() <= kSparedBytes ? 2 : is_slow ? 0 : 1;
    return std::make_tuple(group, is_slow ? c->slow_since_ms() : UINT64_MAX, ~c->unsent_bytes());
  };
  std::sort(holders.begin(), holders.end(),
            [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
}

void Server::MakeRoom() {
  const size_t limit = context_.limits.unsent_bytes;
  std::vector<ServerConnection*> holders;
  for (const auto& connection : connections_) {
    connection->CountUnsent();
    if (connection->unsent_bytes() > 0) holders.push_back(connection.get());
  }
  SortForCutOff(holders);
  for (ServerConnection* holder : holders) {
    // Those that are closed meanwhile stay up to the next turn's end.
    const size_t held = holder->unsent_bytes();
    if (context_.unsent_bytes <= limit || context_.unsent_bytes == held) return;
    if (held == 0) continue;
    if (IsTimeToLog(&cut_off_logged_ms_)) {
      LogWarn(
          "clients that do not take their responses are cut off: the limit \"unsent_bytes\" is "
          "reached",
          {{"limit", static_cast<uint64_t>(limit)},
           {"client", holder->client_address()},
           {"unsent", static_cast<uint64_t>(held)}});
    }
    holder->Close();
  }
}

bool Server::IsTimeToLog(uint64_t* logged_ms) const {
  const uint64_t now = context_.loop.now_ms();
  if (*logged_ms != 0 && now - *logged_ms < kLogMs) return false;
  *logged_ms = now;
  return true;
}

void Server::LogRefusal() {
  if (!IsTimeToLog(&refusal_logged_ms_)) return;
  LogWarn("further connections are refused: the limit \"connections\" is reached",
          {{"limit", static_cast<uint64_t>(context_.limits.connections)}});
}

void Server::OnConnectionClosed(ServerConnection* connection) {
  const uint32_t index = connection->index;
  refused_ -= connection->refused ? 1 : 0;
  closed_.push_back(std::move(connections_[index]));
  if (index + 1 != connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->index = index;
  }
  connections_.pop_back();
  context_.loop.Defer(this);
}

void Server::OnTurnEnd() {
  closed_.clear();
  if (std::exchange(context_.overfull, false)) MakeRoom();
  if (!connections_.empty() || !context_.shutting_down) return;
  deadline_timer_.Stop();
  sweep_timer_.Stop();
  // The callback may destroy this server.
  if (auto done = std::exchange(shutdown_done_, nullptr)) done();
}

void Server::Sweep() {
  // From the back: a connection that closes is replaced by the last one, which was looked at.
  for (size_t i = connections_.size(); i-- > 0;) {
    if (i < connections_.size()) connections_[i]->CheckDeadlines(sweeper_.due_ms);
  }
  if (connections_.empty()) return context_.messages.DropAll();
  context_.messages.DropUnused();
  sweep_timer_.Start(sweep_ms_);
}

void Server::Shutdown(int64_t deadline_ms, std::function<void()> done) {
  context_.shutting_down = true;
  shutdown_done_ = std::move(done);
  for (auto& listener : listeners_) listener->Stop();
  deadline_timer_.Start(static_cast<uint64_t>(std::max<int64_t>(deadline_ms, 0)));
  for (size_t i = connections_.size(); i-- > 0;) {
    if (i < connections_.size()) connections_[i]->BeginShutdown();
  }
  if (!connections_.empty()) sweep_timer_.Start(std::min(sweep_ms_, kShutdownSweepMs));
  context_.loop.Defer(this);
}

void Server::CloseAll() {
  for (size_t i = connections_.size(); i-- > 0;) {
    if (i < connections_.size()) connections_[i]->Close();
  }
}

}  // namespace sedge::http
