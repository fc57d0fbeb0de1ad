// SPDX-License-Identifier: Apache-2.0
// DevGate: what stands before the workers of one thread while they are developed: it tells of each
// request, shows the error page while the newest code does not load, and lets such a page wait for
// what comes next. The thread's.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http/exchange.h"
#include "runtime/loop/loop.h"
#include "runtime/worker/dev_hooks.h"

namespace sedge::worker {

// What the gate shows, made once for all threads.
struct DevState {
  // Names this state: another token, another answer to a page that asks.
  std::string token;
  // Why the newest code does not load; "" when it does.
  std::string error;
  // There is code that loads, if not the newest: it answers whatever is no page.
  bool serves = false;
};

class DevGate {
 public:
  // Pages that wait at the same time; any more look again after a second.
  static constexpr size_t kMaxWaiting = 100;

  // Both outlive the gate, and the gate every exchange that it gave out.
  DevGate(loop::Loop& loop, const DevHooks& hooks);
  ~DevGate();
  DevGate(const DevGate&) = delete;
  DevGate& operator=(const DevGate&) = delete;

  // Gives the exchange that the worker is to answer, or null when the gate did.
  http::Exchange* Take(http::Exchange* exchange);
  // That `worker` answers it. REQUIRES: `exchange` came from Take.
  static void NoteWorker(http::Exchange* exchange, const std::string& worker);

  void SetState(std::shared_ptr<const DevState> state);
  // Lets nobody wait any more.
  void Close();

 private:
  class Logged;

  void HoldOrAnswer(http::Exchange* exchange);
  void AnswerError(http::Exchange* exchange, bool html);

  loop::Loop& loop_;
  const DevHooks& hooks_;
  std::shared_ptr<const DevState> state_;
  std::vector<http::Exchange*> waiting_;
  bool closed_ = false;
};

}  // namespace sedge::worker
