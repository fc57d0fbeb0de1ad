// SPDX-License-Identifier: Apache-2.0
// Server: listens, and owns the connections of one loop. One loop thread; not destroyed in a
// callback of its own connections. Exchanges that handlers still hold when it is destroyed are
// gone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/base/limits.h"
#include "runtime/base/status.h"
#include "runtime/http/exchange.h"
#include "runtime/http/server_connection.h"
#include "runtime/loop/listener.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/timer.h"

namespace sedge::http {

class Server final : private loop::TurnTask {
 public:
  // Deadlines are looked at this often, or more often when a limit is short. What is over is ended
  // only once everything is read that had come by then, however long the loop was busy before.
  static constexpr int64_t kMaxSweepMs = 1'000;
  static constexpr int64_t kMinSweepMs = 10;
  // At most one log line per this time about refused connections, and about those that are cut off.
  static constexpr uint64_t kLogMs = 10'000;
  // Connections beyond the limit that are told so (503) at the same time; any more are reset. They
  // do not count against the limit.
  static constexpr size_t kMaxRefused = 100;

  // `loop` and `handler` outlive the server.
  Server(loop::Loop& loop, const Limits& limits, RequestHandler* handler);
  ~Server() override;

  // Whose word about their clients is taken; before it accepts.
  void set_trusted_proxies(TrustedProxies trusted) {
    context_.trusted_proxies = std::move(trusted);
  }
  // May be called for several addresses. The listener is the server's.
  Result<const loop::Listener*> Listen(const loop::ListenOptions& options);
  // Serves a connection that came in another way, or through TLS (`tls`).
  void Accept(std::unique_ptr<loop::Stream> stream, bool tls);

  // Accepts no more, closes idle connections, lets what runs finish with "Connection: close", and
  // after `deadline_ms` closes the rest. `done` is called once, at the end of a turn, when all
  // connections are closed and all exchanges released.
  void Shutdown(int64_t deadline_ms, std::function<void()> done);
  // Closes all connections at once; goes on accepting unless Shutdown was called.
  void CloseAll();

  size_t connection_count() const { return connections_.size(); }
  // Of those, the ones that are in the middle of a message.
  size_t message_count() const { return context_.messages.lent(); }

 private:
  // Ends what is overdue; behind a poll.
  struct Sweeper final : loop::TurnTask {
    explicit Sweeper(Server& server) : server(server) {}
    void OnTurnEnd() override { server.Sweep(); }
    Server& server;
    uint64_t due_ms = 0;
  };

  void OnTurnEnd() override;
  void OnConnectionClosed(ServerConnection* connection);
  void Sweep();
  void MakeRoom();
  void SortForCutOff(std::vector<ServerConnection*>& holders) const;
  void LogRefusal();
  bool IsTimeToLog(uint64_t* logged_ms) const;

  ServerContext context_;
  std::vector<std::unique_ptr<loop::Listener>> listeners_;
  std::vector<std::unique_ptr<ServerConnection>> connections_;
  size_t refused_ = 0;                                     // of connections_
  std::vector<std::unique_ptr<ServerConnection>> closed_;  // destroyed at the end of the turn
  uint64_t sweep_ms_;
  Sweeper sweeper_;
  loop::Timer sweep_timer_;
  loop::Timer deadline_timer_;
  std::function<void()> shutdown_done_;
  uint64_t refusal_logged_ms_ = 0;
  uint64_t cut_off_logged_ms_ = 0;
};

}  // namespace sedge::http
