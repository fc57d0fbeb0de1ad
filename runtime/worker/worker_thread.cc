// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/worker_thread.h"

#include <algorithm>

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
  pump_timer_.reset();
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
  for (Worker& worker : workers_) {
    worker.current.reset();
    worker.replaced.clear();
  }
}

Status WorkerThread::Prepare(const WorkerThread* first) {
  SEDGE_ASSIGN_OR_RETURN(loop_, loop::Loop::Create());
  http::ClientOptions client_options;
  client_options.limits = deployment_.options.limits;
  client_options.ca_files = deployment_.options.ca_files;
  SEDGE_ASSIGN_OR_RETURN(client_, http::Client::Create(*loop_, client_options));
  http::RequestHandler* handler = this;
  server_ = std::make_unique<http::Server>(*loop_, deployment_.options.limits, handler);
  server_->set_trusted_proxies(deployment_.options.trusted_proxies);
  listening_ = first ? first->listening_ : deployment_.options.listen;
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
  workers_.resize(deployment_.workers.size());
  pump_timer_ = std::make_unique<loop::Timer>(*loop_, [this] { PumpTasks(); });
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

void WorkerThread::ReportState(std::function<void(const ServerState&)> done) {
  loop_->Post([this, done = std::move(done)] { done(State()); });
}

ServerState WorkerThread::State() {
  ServerState state;
  state.connections = server_->connection_count();
  state.client_connections = client_->connection_count();
  for (const Worker& worker : workers_) {
    if (worker.current) state.Add(worker.current->State());
    for (const Replaced& replaced : worker.replaced) state.Add(replaced.isolate->State());
  }
  return state;
}

bool WorkerThread::AllIdle() {
  for (Worker& worker : workers_) {
    if (worker.current && !worker.current->idle()) return false;
    for (Replaced& replaced : worker.replaced) {
      if (!replaced.isolate->idle()) return false;
    }
  }
  return true;
}

void WorkerThread::StopIfDone() {
  if (connections_closed_ && AllIdle()) loop_->Stop();
}

Status WorkerThread::EnsureIsolate(size_t index) {
  Worker& worker = workers_[index];
  if (worker.current) return {};
  SEDGE_ASSIGN_OR_RETURN(worker.current, WorkerIsolate::Create(deployment_.workers[index], *loop_,
                                                               *client_, listening_));
  std::lock_guard lock(scripts_mutex_);
  scripts_.insert(worker.current.get());
  return {};
}

// What HTTP lets a host be, a URL does not always: "1.2.3.256", "a%00b".
bool WorkerThread::IsUrlHost(std::string_view host) {
  if (host.empty() || host == known_host_) return true;
  if (!web::ParseUrl("http://" + std::string(host) + "/", nullptr).ok()) return false;
  known_host_ = host;
  return true;
}

void WorkerThread::OnRequest(http::Exchange* exchange) {
  const http::RequestHead& head = exchange->head();
  if (!IsUrlHost(head.host)) {
    AnswerPlain(exchange, 400,
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
      deployment_.router.Find(host, target, head.tls ? RouteScheme::kHttps : RouteScheme::kHttp);
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
  workers_[*index].current->Enqueue(exchange);
}

void WorkerThread::OnTurn() {
  for (size_t i = 0; i < workers_.size(); ++i) {
    Worker& worker = workers_[i];
    if (worker.current) {
      if (worker.current->has_ready()) {
        worker.current->RunReady();
        if (pump_turns_left_ == 0) pump_timer_->Start(kPumpMs);
        pump_turns_left_ = kPumpTurns;
      }
      RetireIfTerminated(i);
    }
    if (!worker.replaced.empty()) [[unlikely]] {
      std::erase_if(worker.replaced, [this](const Replaced& replaced) {
        replaced.isolate->CheckTermination();
        const bool over = replaced.isolate->idle() || replaced.isolate->out_of_memory() ||
                          loop_->now_ms() >= replaced.deadline_ms;
        if (over) {
          std::lock_guard lock(scripts_mutex_);
          scripts_.erase(replaced.isolate.get());
        }
        return over;
      });
    }
  }
  if (connections_closed_) [[unlikely]]
    StopIfDone();
}

void WorkerThread::PumpTasks() {
  bool busy = false;
  for (Worker& worker : workers_) {
    for (Replaced& replaced : worker.replaced) replaced.isolate->PumpTasks();
    if (!worker.current) continue;
    worker.current->PumpTasks();
    busy |= !worker.current->idle() || !worker.replaced.empty();
  }
  if (!busy) --pump_turns_left_;
  if (pump_turns_left_ > 0) pump_timer_->Start(kPumpMs);
}

void WorkerThread::RetireIfTerminated(size_t index) {
  Worker& worker = workers_[index];
  if (!worker.current->CheckTermination()) return;
  std::vector<http::Exchange*> waiting = worker.current->TakeReady();
  worker.replaced.push_back({std::move(worker.current), loop_->now_ms() + kReplacedMs});
  for (http::Exchange* exchange : waiting) OnRequest(exchange);
}

}  // namespace sedge::worker
