// SPDX-License-Identifier: Apache-2.0
// WorkerThread: one thread that serves: its loop, its listening socket, its client pool, and an
// isolate per worker that was asked for. Threads share nothing but the KV store and what never
// changes.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "runtime/http/client.h"
#include "runtime/http/server.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/timer.h"
#include "runtime/worker/dev_gate.h"
#include "runtime/worker/router.h"
#include "runtime/worker/worker_isolate.h"

namespace sedge::worker {

// What all threads share, read-only; lives as long as an isolate that was made of it.
struct Deployment {
  ServeOptions options;
  std::vector<WorkerSpec> workers;
  Router router;
};

class WorkerThread final : private http::RequestHandler {
 public:
  // `hooks`: of a server that is developed on, outlive the thread; else null.
  WorkerThread(std::shared_ptr<const Deployment> deployment, const DevHooks* hooks)
      : deployment_(std::move(deployment)), hooks_(hooks) {}
  // REQUIRES: Close was called, or Prepare never.
  ~WorkerThread() override = default;

  // On the thread that serves, in this order: Prepare, LoadAll, Run, Close.
  // Makes loop, client and listeners. `first`: the thread that was prepared before all others,
  // whose ports and Unix sockets this one shares; null for that one itself.
  Status Prepare(const WorkerThread* first);
  // Loads every worker now: so that errors in their code are found at start.
  Status LoadAll();
  // Where it listens, with the ports that the kernel chose.
  const std::vector<ListenAddress>& listening() const { return listening_; }
  void Run();
  // Destroys everything that belongs to the serving thread.
  void Close();

  // Any thread, between Prepare and the end of Run: accept no more, finish what runs (requests, and
  // what waitUntil was given) up to the deadline, then let Run return.
  void Shutdown(int64_t deadline_ms);
  // Any thread, between Prepare and Shutdown: `done` gets what the thread holds, on the thread.
  void ReportState(std::function<void(const ServerState&)> done);
  // Any thread, until Close: ends JavaScript that still runs, so that the thread gets to its
  // deadline.
  void TerminateScripts();
  // Likewise, for the workers of a LoadNext that is not done, also when it has not begun: it fails.
  void CancelNext();
  // Likewise, for one request (or what runs for none) that has kept a LoadNext or an Adopt from
  // beginning for kBlockingNs. To be called again and again while they wait.
  void EndBlocking();

  // Any thread, between Prepare and Shutdown; `done` is called on the thread. Loads the workers of
  // `next`, beside those that serve, for an Adopt that follows; a failure leaves all as it was.
  void LoadNext(std::shared_ptr<const Deployment> next, std::function<void(Status)> done);
  // New requests go to `next`; what runs, or waits for promises or streams, finishes where it is.
  void Adopt(std::shared_ptr<const Deployment> next, std::function<void()> done);
  // What is shown to those who develop. REQUIRES: hooks.
  void SetDevState(std::shared_ptr<const DevState> state);

 private:
  static constexpr int64_t kBlockingNs = 500'000'000;
  struct SeenRun {
    script::RunMark::Run run;
    int64_t since_ns;
  };
  // An isolate that was ended by force finishes its other requests, for so long at most.
  static constexpr uint64_t kReplacedMs = 30'000;
  // One whose code was replaced has as long as it wants, unless there are more than so many. It
  // stays for a moment in any case: taking it down would delay the first requests to the new one.
  static constexpr size_t kMaxReplaced = 16;
  static constexpr uint64_t kReplacedMinMs = 200;
  struct Replaced {
    std::shared_ptr<const Deployment> deployment;  // which the isolate needs
    std::unique_ptr<WorkerIsolate> isolate;
    uint64_t deadline_ms;
    uint64_t not_before_ms = 0;
  };

  void OnRequest(http::Exchange* exchange) override;
  void Route(http::Exchange* exchange);
  bool IsUrlHost(std::string_view host);
  Status EnsureIsolate(size_t index);
  // `is_next`: for LoadNext.
  Result<std::unique_ptr<WorkerIsolate>> MakeIsolate(const WorkerSpec& spec, bool is_next);
  // Posts `task`, and counts it as waiting until it begins.
  void PostStep(std::function<void()> task);
  // `deadline_ms` and `not_before_ms` of the loop's clock.
  void Replace(std::unique_ptr<WorkerIsolate> isolate, uint64_t deadline_ms,
               uint64_t not_before_ms);
  void Forget(const WorkerIsolate* isolate);
  void OnTurn();
  void RunReady();
  void PumpTasks();
  void RetireTerminated();
  void RetireIfTerminated(size_t index);
  void DropReplaced();
  ServerState State();
  bool AllIdle();
  void StopIfDone();
  void DropIsolates();

  std::shared_ptr<const Deployment> deployment_;
  const DevHooks* const hooks_;
  std::unique_ptr<loop::Loop> loop_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<http::Server> server_;
  // V8's platform has no way to wake this loop: its tasks are looked for while requests come, and
  // for kPumpTurns * kPumpMs after the last one.
  static constexpr uint64_t kPumpMs = 10;
  static constexpr int kPumpTurns = 200;
  std::unique_ptr<loop::Timer> pump_timer_;
  int pump_turns_left_ = 0;
  std::unique_ptr<loop::Timer> replaced_timer_;
  std::unique_ptr<DevGate> gate_;                        // null without hooks
  std::vector<std::unique_ptr<WorkerIsolate>> workers_;  // each null until its first request
  // Which of workers_ have requests for OnTurn, and perhaps some that have none any more: with many
  // workers a look at each would cost more than the work of one.
  std::vector<size_t> ready_;
  uint64_t terminations_seen_ = 0;                    // of Isolate::terminations()
  std::vector<std::unique_ptr<WorkerIsolate>> next_;  // of LoadNext, for Adopt
  std::vector<Replaced> replaced_;                    // the oldest first
  std::vector<ListenAddress> listening_;
  std::vector<int> unix_fds_;        // of listening_; -1 where it is no Unix socket
  std::string known_host_;           // the last that a URL can have: most requests' are the same
  bool connections_closed_ = false;  // at the end of a shutdown
  std::unique_ptr<loop::Timer> deadline_timer_;
  std::mutex scripts_mutex_;
  std::set<WorkerIsolate*> scripts_;  // guarded by scripts_mutex_: every isolate there is
  // Guarded by scripts_mutex_:
  WorkerIsolate* loading_ = nullptr;  // its code runs for the first time
  bool loading_next_ = false;         // and it is one of LoadNext
  bool next_cancelled_ = false;
  std::deque<int64_t> waiting_since_ns_;  // of the steps that have not begun, in their order
  std::map<const WorkerIsolate*, SeenRun> seen_runs_;  // by the last EndBlocking
};

}  // namespace sedge::worker
