// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/worker_thread.h"

#include <algorithm>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/web/fetch/incoming_url.h"
#include "runtime/worker/error_page.h"

namespace sedge::worker {
namespace {

void AnswerPlain(http::Exchange* exchange, int status, std::string_view text) {
  const http::HeaderField fields[] = {{"content-type", "text/plain;charset=UTF-8"},
                                      {"cache-control", "no-store"}};
  http::ResponseHead head;
  head.status = status;
  head.headers = fields;
  exchange->Respond(head, text).ok();
  exchange->Release();
}

}  // namespace

void WorkerThread::Close() {
  // Isolates first: they release their exchanges, which belong to the server's connections.
  DropIsolates();
  workers_.clear();
  gate_.reset();
  pump_timer_.reset();
  replaced_timer_.reset();
  deadline_timer_.reset();
  server_.reset();
  client_.reset();
  loop_.reset();
}

void WorkerThread::DropIsolates() {
  {
    std::lock_guard lock(scripts_mutex_);
    scripts_.clear();
  }
  for (auto& isolate : workers_) isolate.reset();
  ready_.clear();
  next_.clear();
  replaced_.clear();
}

Status WorkerThread::Prepare(const WorkerThread* first) {
  SEDGE_ASSIGN_OR_RETURN(loop_, loop::Loop::Create());
  http::ClientOptions client_options;
  client_options.limits = deployment_->options.limits;
  client_options.ca_files = deployment_->options.ca_files;
  SEDGE_ASSIGN_OR_RETURN(client_, http::Client::Create(*loop_, client_options));
  http::RequestHandler* handler = this;
  server_ = std::make_unique<http::Server>(*loop_, deployment_->options.limits, handler);
  server_->set_trusted_proxies(deployment_->options.trusted_proxies);
  listening_ = first ? first->listening_ : deployment_->options.listen;
  for (size_t i = 0; i < listening_.size(); ++i) {
    loop::ListenOptions listen;
    listen.host = listening_[i].host;
    listen.port = listening_[i].port;
    listen.unix_path = listening_[i].unix_path;
    listen.probe = first == nullptr;
    if (first) listen.shared_unix_fd = first->unix_fds_[i];
    SEDGE_ASSIGN_OR_RETURN(const loop::Listener* listener, server_->Listen(listen));
    listening_[i].port = listener->port();
    unix_fds_.push_back(listener->unix_fd());
  }
  workers_.resize(deployment_->workers.size());
  pump_timer_ = std::make_unique<loop::Timer>(*loop_, [this] { PumpTasks(); });
  replaced_timer_ = std::make_unique<loop::Timer>(*loop_, [this] { DropReplaced(); });
  if (hooks_) gate_ = std::make_unique<DevGate>(*loop_, *hooks_);
  loop_->set_turn_hook([this] { OnTurn(); });
  return {};
}

Status WorkerThread::LoadAll() {
  for (size_t i = 0; i < workers_.size(); ++i) SEDGE_RETURN_IF_ERROR(EnsureIsolate(i));
  return {};
}

void WorkerThread::Run() { loop_->Run(); }

void WorkerThread::Shutdown(int64_t deadline_ms) {
  loop_->Post([this, deadline_ms] {
    if (gate_) gate_->Close();
    server_->Shutdown(deadline_ms, [this] {
      connections_closed_ = true;
      StopIfDone();
    });
    deadline_timer_ = std::make_unique<loop::Timer>(*loop_, [this] {
      // What was not finished is given up: the server's last exchanges are released by this.
      DropIsolates();
      StopIfDone();
    });
    deadline_timer_->Start(static_cast<uint64_t>(deadline_ms));
  });
}

void WorkerThread::TerminateScripts() {
  std::lock_guard lock(scripts_mutex_);
  for (WorkerIsolate* isolate : scripts_) isolate->TerminateForShutdown();
}

void WorkerThread::CancelNext() {
  std::lock_guard lock(scripts_mutex_);
  next_cancelled_ = true;
  if (loading_ && loading_next_) loading_->TerminateForShutdown();
}

void WorkerThread::EndBlocking() {
  std::lock_guard lock(scripts_mutex_);
  const std::map<const WorkerIsolate*, SeenRun> before = std::exchange(seen_runs_, {});
  if (waiting_since_ns_.empty()) return;
  const int64_t now_ns = Clock::System().MonotonicNs();
  for (WorkerIsolate* isolate : scripts_) {
    const script::RunMark::Run run = isolate->run();
    if (!run.in_javascript()) continue;
    const auto found = before.find(isolate);
    const bool goes_on = found != before.end() && found->second.run == run;
    const SeenRun seen{run, goes_on ? found->second.since_ns : now_ns};
    // It may have begun before the step waited.
    const int64_t since_ns = std::max(seen.since_ns, waiting_since_ns_.front());
    // Looked at again, so that it hardly ever ends what came next.
    if (now_ns - since_ns >= kBlockingNs && isolate->run() == run) isolate->TerminateForReload();
    seen_runs_.emplace(isolate, seen);
  }
}

void WorkerThread::PostStep(std::function<void()> task) {
  {
    std::lock_guard lock(scripts_mutex_);
    waiting_since_ns_.push_back(Clock::System().MonotonicNs());
  }
  loop_->Post([this, task = std::move(task)] {
    {
      std::lock_guard lock(scripts_mutex_);
      waiting_since_ns_.pop_front();
    }
    task();
  });
}

void WorkerThread::LoadNext(std::shared_ptr<const Deployment> next,
                            std::function<void(Status)> done) {
  {
    std::lock_guard lock(scripts_mutex_);
    next_cancelled_ = false;
  }
  PostStep([this, next = std::move(next), done = std::move(done)] {
    for (auto& isolate : next_) Forget(isolate.get());
    next_.clear();
    Status status;
    for (const WorkerSpec& spec : next->workers) {
      Result<std::unique_ptr<WorkerIsolate>> made = MakeIsolate(spec, true);
      if (made.ok()) {
        next_.push_back(std::move(made).value());
      } else if (status.ok()) {
        status = made.status();
      }
    }
    if (!status.ok()) {
      for (auto& isolate : next_) Forget(isolate.get());
      next_.clear();
    }
    done(std::move(status));
  });
}

void WorkerThread::Adopt(std::shared_ptr<const Deployment> next, std::function<void()> done) {
  PostStep([this, next = std::move(next), done = std::move(done)] {
    std::vector<std::unique_ptr<WorkerIsolate>> old = std::exchange(workers_, std::move(next_));
    next_.clear();
    workers_.resize(next->workers.size());
    std::vector<http::Exchange*> waiting;
    for (auto& isolate : old) {
      if (!isolate) continue;
      for (http::Exchange* exchange : isolate->TakeReady()) waiting.push_back(exchange);
      Replace(std::move(isolate), UINT64_MAX, loop_->now_ms() + kReplacedMinMs);
    }
    deployment_ = next;
    ready_.clear();
    for (http::Exchange* exchange : waiting) Route(exchange);
    done();
  });
}

void WorkerThread::SetDevState(std::shared_ptr<const DevState> state) {
  loop_->Post([this, state = std::move(state)] { gate_->SetState(state); });
}

void WorkerThread::ReportState(std::function<void(const ServerState&)> done) {
  loop_->Post([this, done = std::move(done)] { done(State()); });
}

ServerState WorkerThread::State() {
  ServerState state;
  state.connections = server_->connection_count();
  state.client_connections = client_->connection_count();
  for (const auto& isolate : workers_) {
    if (isolate) state.Add(isolate->State());
  }
  for (const Replaced& replaced : replaced_) state.Add(replaced.isolate->State());
  return state;
}

bool WorkerThread::AllIdle() {
  for (const auto& isolate : workers_) {
    if (isolate && !isolate->idle()) return false;
  }
  for (const Replaced& replaced : replaced_) {
    if (!replaced.isolate->idle()) return false;
  }
  return true;
}

void WorkerThread::StopIfDone() {
  if (connections_closed_ && AllIdle()) loop_->Stop();
}

Status WorkerThread::EnsureIsolate(size_t index) {
  if (workers_[index]) return {};
  SEDGE_ASSIGN_OR_RETURN(workers_[index], MakeIsolate(deployment_->workers[index], false));
  return {};
}

Result<std::unique_ptr<WorkerIsolate>> WorkerThread::MakeIsolate(const WorkerSpec& spec,
                                                                 bool is_next) {
  const auto note = [this, is_next](WorkerIsolate* isolate) {
    std::lock_guard lock(scripts_mutex_);
    if (isolate) {
      scripts_.insert(isolate);
    } else {
      scripts_.erase(loading_);
      seen_runs_.erase(loading_);
    }
    loading_ = isolate;
    loading_next_ = is_next;
    if (isolate && is_next && next_cancelled_) isolate->TerminateForShutdown();
  };
  Result<std::unique_ptr<WorkerIsolate>> made =
      WorkerIsolate::Create(spec, *loop_, *client_, listening_, note);
  std::lock_guard lock(scripts_mutex_);
  loading_ = nullptr;
  return made;
}

void WorkerThread::Forget(const WorkerIsolate* isolate) {
  std::lock_guard lock(scripts_mutex_);
  scripts_.erase(const_cast<WorkerIsolate*>(isolate));
  seen_runs_.erase(isolate);
}

// What HTTP lets a host be, a URL does not always: "1.2.3.256", "a%00b".
bool WorkerThread::IsUrlHost(std::string_view host) {
  if (host.empty() || host == known_host_) return true;
  if (!web::ParseUrl("http://" + std::string(host) + "/", nullptr).ok()) return false;
  known_host_ = host;
  return true;
}

void WorkerThread::OnRequest(http::Exchange* exchange) {
  if (gate_) [[unlikely]] {
    exchange = gate_->Take(exchange);
    if (!exchange) return;
  }
  Route(exchange);
}

void WorkerThread::Route(http::Exchange* exchange) {
  const http::RequestHead& head = exchange->head();
  if (!IsUrlHost(head.host)) {
    AnswerPlain(
        exchange, 400,
        "Bad Request: the Host header is no host of a URL: " + std::string(head.host) + "\n");
    return;
  }
  std::string_view host = head.host, target = head.path;
  std::string url;
  if (workers_.size() > 1) {
    // As the worker sees it: "/x/../admin" and "/%2e/admin" do not go around the route of /admin.
    url = web::UrlOf(head);
    const size_t start = url.find("//") + 2;
    const size_t path = std::min(url.find('/', start), url.size());
    host = std::string_view(url).substr(start, path - start);
    target = std::string_view(url).substr(path);
  }
  const std::optional<size_t> index =
      deployment_->router.Find(host, target, head.tls ? RouteScheme::kHttps : RouteScheme::kHttp);
  if (!index) {
    AnswerPlain(
        exchange, 404,
        "No worker's route matches http://" + std::string(head.host) + std::string(head.path) +
            "\nRoutes are matched by host and path: see those of the configurations, and "
            "send the host that they name, for example with curl -H 'Host: example.com'.\n");
    return;
  }
  if (Status status = EnsureIsolate(*index); !status.ok()) {
    LogError(status.message());
    AnswerPlain(exchange, 500, "the worker cannot be started; its log says why\n");
    return;
  }
  if (gate_) [[unlikely]]
    DevGate::NoteWorker(exchange, deployment_->options.workers[*index].name);
  if (!workers_[*index]->has_ready()) ready_.push_back(*index);
  workers_[*index]->Enqueue(exchange);
}

void WorkerThread::OnTurn() {
  RunReady();
  while (terminations_seen_ != script::Isolate::terminations()) [[unlikely]] {
      RetireTerminated();
      RunReady();  // what they had not begun
    }
  if (!replaced_.empty()) [[unlikely]]
    DropReplaced();
  if (connections_closed_) [[unlikely]]
    StopIfDone();
}

void WorkerThread::RunReady() {
  // Some may be added meanwhile.
  for (size_t i = 0; i < ready_.size(); ++i) {
    WorkerIsolate* worker = workers_[ready_[i]].get();
    if (!worker || !worker->has_ready()) continue;
    worker->RunReady();
    if (pump_turns_left_ == 0) pump_timer_->Start(kPumpMs);
    pump_turns_left_ = kPumpTurns;
    if (worker->terminated()) [[unlikely]]
      RetireIfTerminated(ready_[i]);
  }
  ready_.clear();
}

void WorkerThread::PumpTasks() {
  bool busy = false;
  for (Replaced& replaced : replaced_) {
    replaced.isolate->PumpTasks();
    busy |= !replaced.isolate->idle();
  }
  for (const auto& isolate : workers_) {
    if (!isolate) continue;
    isolate->PumpTasks();
    busy |= !isolate->idle();
  }
  if (!busy) --pump_turns_left_;
  if (pump_turns_left_ > 0) pump_timer_->Start(kPumpMs);
}

// Also those that were ended outside of a request's own turn.
void WorkerThread::RetireTerminated() {
  terminations_seen_ = script::Isolate::terminations();
  for (size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i] && workers_[i]->terminated()) RetireIfTerminated(i);
  }
}

void WorkerThread::RetireIfTerminated(size_t index) {
  if (!workers_[index]->CheckTermination()) return;
  std::vector<http::Exchange*> waiting = workers_[index]->TakeReady();
  Replace(std::move(workers_[index]), loop_->now_ms() + kReplacedMs, 0);
  for (http::Exchange* exchange : waiting) Route(exchange);
}

void WorkerThread::Replace(std::unique_ptr<WorkerIsolate> isolate, uint64_t deadline_ms,
                           uint64_t not_before_ms) {
  replaced_.push_back({deployment_, std::move(isolate), deadline_ms, not_before_ms});
  if (not_before_ms > 0) replaced_timer_->Start(kReplacedMinMs + 1);
}

void WorkerThread::DropReplaced() {
  const uint64_t now = loop_->now_ms();
  const auto is_without_end = [](const Replaced& r) { return r.deadline_ms == UINT64_MAX; };
  const auto without_end =
      static_cast<size_t>(std::count_if(replaced_.begin(), replaced_.end(), is_without_end));
  size_t beyond = without_end > kMaxReplaced ? without_end - kMaxReplaced : 0;
  std::erase_if(replaced_, [&](const Replaced& replaced) {
    replaced.isolate->CheckTermination();
    bool over = (replaced.isolate->idle() && now >= replaced.not_before_ms) ||
                replaced.isolate->out_of_memory() || now >= replaced.deadline_ms;
    if (beyond > 0 && is_without_end(replaced)) {
      --beyond;
      over = true;
    }
    if (over) Forget(replaced.isolate.get());
    return over;
  });
}

}  // namespace sedge::worker
