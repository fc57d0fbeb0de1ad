// SPDX-License-Identifier: Apache-2.0
// WorkerIsolate: one worker on one thread: its isolate with everything that its ops need, and the
// requests that it works on. Made on the worker's first request; replaced after JavaScript had to
// be ended by force.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kv/store.h"
#include "runtime/bindings/kv_ops.h"
#include "runtime/loop/loop.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/isolate.h"
#include "runtime/script/module_loader.h"
#include "runtime/web/crypto/crypto_service.h"
#include "runtime/web/fetch/body_table.h"
#include "runtime/web/fetch/fetch_ops.h"
#include "runtime/web/fetch/incoming.h"
#include "runtime/web/html/html_ops.h"
#include "runtime/worker/outbound.h"
#include "runtime/worker/outbound_filter.h"
#include "runtime/worker/serve_options.h"
#include "runtime/worker/server_state.h"
#include "runtime/worker/test_host.h"

namespace sedge::worker {

// What all isolates of one worker share; outlives them. Any thread.
struct WorkerSpec {
  const ServeOptions* options = nullptr;
  const WorkerConfig* config = nullptr;
  kv::Store* store = nullptr;
  kv::EventualReads* eventual = nullptr;  // of that store
  Clock* clock = nullptr;
  std::shared_ptr<script::SourceCache> sources;
  std::shared_ptr<const OutboundFilter> outbound;  // null: no rules
  std::string bindings;                            // JSON for environment.js
  std::string cf;                                  // JSON for request.cf
  // What is one request's own in its place; "": nothing. May be empty.
  std::function<std::string(SlotId)> cf_of;
  std::string log_name;    // the worker's name when there are several, else ""
  std::string live_token;  // of its error pages; "" unless it is being developed
  // The main file is a test file: it may import "sedge:test".
  bool is_test = false;
  // Called with the isolate before it loads any code; for what watches that run.
  std::function<void(script::Isolate&)> before_load;
  // For tests; null: the network, the log, and none. They outlive the isolates.
  web::FetchService* fetches = nullptr;
  web::WorkerLogSink* log_sink = nullptr;
  TestHost* test_host = nullptr;
};

// Tells the loader what `rules` in the configuration say, and what the main file was made of.
void SetUpLoader(const WorkerConfig& config, script::ModuleLoader& modules);

class WorkerIsolate final : private web::IncomingRequests::Observer {
 public:
  // Called with an isolate before its code runs for the first time, and with null before one whose
  // code failed goes: between the two TerminateForShutdown ends it.
  using NoteLoading = std::function<void(WorkerIsolate*)>;

  // Loads and runs the worker's code; `listening`: where the server does. Failures are texts for
  // the user.
  static Result<std::unique_ptr<WorkerIsolate>> Create(const WorkerSpec& spec, loop::Loop& loop,
                                                       http::Client& client,
                                                       const std::vector<ListenAddress>& listening,
                                                       const NoteLoading& note = {});
  ~WorkerIsolate() override;

  // Takes a request; it is dispatched by RunReady.
  void Enqueue(http::Exchange* exchange) { ready_.push_back(exchange); }
  bool has_ready() const { return !ready_.empty(); }
  // Enters JavaScript for every request that is ready.
  void RunReady();

  // For tests. Makes the worker at `main` (absolute) that of this isolate, whose main file is a
  // test file: they share what they import. False when it is no module, and nothing was done.
  // Failures are texts for the user.
  Result<bool> StartModule(const std::string& main);
  // Dispatches a request at once: to the worker, or to the test file's answers for outbound
  // requests.
  enum class Target : uint8_t { kWorker, kMocks };
  void DispatchNow(http::Exchange* exchange, Target target);
  // Operations of KV bindings that are not over.
  size_t kv_operations() const { return *kv_operations_; }
  web::IncomingRequests& incoming() { return incoming_; }
  web::TimerService& timers() { return *timers_; }
  script::Isolate& isolate() { return *isolate_; }

  // Runs what V8 posted for this thread.
  void PumpTasks() { isolate_->PumpTasks(); }

  // True when JavaScript was ended by force: the request that did it is answered (all of them when
  // memory ran out), and the isolate must take no new ones.
  bool CheckTermination();
  // Whether that would do anything: of many isolates few are worth the call.
  bool terminated() const { return isolate_->termination() != script::Termination::kNone; }
  // Any thread: ends the JavaScript that runs now, for good.
  void TerminateForShutdown() { isolate_->Terminate(script::Termination::kShutdown); }
  // Likewise, since new code waits for the thread.
  void TerminateForReload() {
    ended_for_reload_ = true;
    TerminateForShutdown();
  }
  // Any thread: what it runs.
  script::RunMark::Run run() const { return isolate_->mark().Look(); }
  // The heap is at its limit: nothing may run here any more.
  bool out_of_memory() const { return isolate_->termination() == script::Termination::kMemory; }
  // How often JavaScript was entered so far. Bodies that it does not touch add nothing to it.
  uint64_t entries() const { return isolate_->mark().entries(); }
  // What was enqueued and not run, for the isolate that replaces this one.
  std::vector<http::Exchange*> TakeReady() { return std::exchange(ready_, {}); }
  // Nothing is running or waited for any more: a replaced isolate may go.
  bool idle() { return ready_.empty() && incoming_.idle(); }

  // Its part of what the server holds.
  ServerState State() const;

  // Op: answers a request whose handler failed with `error`.
  void RespondWithError(SlotId id, v8::Local<v8::Value> error);
  // Op: a streamed body ended early.
  void ReportBodyFailure(SlotId id, v8::Local<v8::Value> error);

 private:
  WorkerIsolate(const WorkerSpec& spec, loop::Loop& loop, http::Client& client);
  Status Start(const NoteLoading& note);
  Status LoadWorker();
  void InstallRejectionFlush();
  Status StartHandler(const script::MainScript& main, const std::string& path);
  void Dispatch(http::Exchange* exchange, size_t hook, script::EntryScope& scope);
  void AnswerTerminated(SlotId id);

  void OnClientGone(SlotId id) override;
  void OnResponseSent(SlotId id) override;
  void TellOfRequest(std::string_view hook, SlotId id);
  void OnRequestDone() override {}

  const WorkerSpec& spec_;
  loop::Loop& loop_;
  // Services come before the isolate: ops may use them until it is gone.
  web::BodyTable bodies_;
  web::IncomingRequests incoming_;
  web::WorkerLog log_;
  web::CfService cf_;
  web::EventStreamLimit event_limit_;
  std::shared_ptr<size_t> kv_operations_ = std::make_shared<size_t>(0);
  bindings::KvService kv_;
  web::CryptoService crypto_;
  Outbound outbound_;
  std::unique_ptr<script::Isolate> isolate_;
  std::atomic<bool> ended_for_reload_ = false;
  std::unique_ptr<web::TimerService> timers_;
  size_t dispatch_hook_ = 0;
  std::optional<size_t> mock_hook_;
  std::vector<http::Exchange*> ready_;
  std::vector<http::Exchange*> batch_;  // what RunReady works on; kept for its memory
};

}  // namespace sedge::worker
