// SPDX-License-Identifier: Apache-2.0
// AdminServer: the administration API and the data browser page over HTTP, on a thread and a loop
// of its own. Listens on TCP, where a token is needed, and on a Unix socket, where who may open its
// file is who may do everything. Made and stopped on one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "kv/store.h"
#include "runtime/admin/kv_api.h"
#include "runtime/admin/token_table.h"
#include "runtime/base/clock.h"
#include "runtime/base/limits.h"
#include "runtime/http/server.h"
#include "runtime/loop/loop.h"

namespace sedge::admin {

struct AdminOptions {
  // "": does not listen on TCP. Else there is at least one token.
  std::string host = {};
  uint16_t port = 0;
  TokenTable tokens = {};
  // "": no Unix socket.
  std::string socket_path = {};
  Limits limits = {};  // those of the API, and the times that a client has
  Clock* clock = &Clock::System();
};

class AdminServer final : private http::RequestHandler {
 public:
  // Lines of the log, in a second, about writes with a wrong token or none: anybody can cause them.
  static constexpr int kMaxStrangersLogged = 10;

  // Listens when it returns. A Unix socket that cannot be made (its path may be too long) is only
  // logged. `store` outlives this.
  static Result<std::unique_ptr<AdminServer>> Start(kv::Store& store, AdminOptions options);
  // Stops at once if it still runs; waits for what the store works on.
  ~AdminServer() override;

  // "http://127.0.0.1:8788"; "" when it does not listen on TCP.
  const std::string& url() const { return url_; }

  // Accepts no more, finishes what runs up to the deadline. Once.
  void Shutdown(int64_t deadline_ms);
  // Waits for that, until `time` at most.
  bool EndedBy(std::chrono::steady_clock::time_point time);

 private:
  class HeldBody;

  struct Call;

  AdminServer(kv::Store& store, AdminOptions options);
  Status Prepare();
  void Run(std::promise<Status>& ready);
  void OnRequest(http::Exchange* exchange) override;
  std::optional<Rights> Authenticate(const http::Exchange& exchange) const;
  void RefuseStranger(Call& call);
  void ReadBody(std::shared_ptr<Call> call);
  void Enqueue(std::shared_ptr<Call> call);
  void RunNext();
  void Refuse(Call& call, ApiError error);
  void Answer(Call& call, ApiResponse response);

  AdminOptions options_;
  KvApi api_;
  std::string url_;
  std::unique_ptr<loop::Loop> loop_;
  std::unique_ptr<http::Server> server_;
  std::deque<std::shared_ptr<Call>> waiting_;
  size_t running_ = 0;
  // Bodies in memory: readers take no room of writers.
  size_t held_request_bytes_ = 0;
  size_t held_response_bytes_ = 0;
  int64_t strangers_second_ = 0;  // in which these were logged or not
  int strangers_logged_ = 0;
  uint64_t strangers_not_logged_ = 0;
  std::promise<void> ended_;
  std::future<void> is_over_ = ended_.get_future();
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sedge::admin
