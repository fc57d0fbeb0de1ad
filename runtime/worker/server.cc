// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/server.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>

#include "runtime/base/log.h"
#include "runtime/script/entry_scope.h"
#include "runtime/worker/server_running.h"
#include "runtime/worker/start_engine.h"

namespace sedge::worker {
namespace {

// After the deadline of a shutdown, before JavaScript that still runs is ended by force.
constexpr std::chrono::milliseconds kStopGrace{200};
// After that, for closing. What runs in the pool may outlast it.
constexpr std::chrono::milliseconds kEndGrace{1'000};

// For a thread to say what it holds.
constexpr std::chrono::seconds kStateDeadline{1};

// Without a namespace no store is opened, so that such servers may share a folder.
bool UsesKv(const ServeOptions& options) {
  return options.admin ||
         std::any_of(options.workers.begin(), options.workers.end(),
                     [](const WorkerConfig& config) { return !config.kv_namespaces.empty(); });
}

}  // namespace

Server::Server() = default;

std::unique_ptr<Server> Server::New() {
  StartEngine();
  return std::unique_ptr<Server>(new Server);
}

Result<std::unique_ptr<Server>> Server::Start(ServeOptions options) {
  std::unique_ptr<Server> self = New();
  SEDGE_RETURN_IF_ERROR(Router::Create(options.workers).status());
  self->options_ = options;
  self->options_.workers.clear();
  SEDGE_RETURN_IF_ERROR(self->UseStore(options));
  SEDGE_ASSIGN_OR_RETURN(self->deployment_, self->Deploy(std::move(options), ""));
  SEDGE_RETURN_IF_ERROR(self->StartThreads());
  return self;
}

Status Server::UseStore(const ServeOptions& options) {
  if (!store_) {
    if (!UsesKv(options)) return {};
    SEDGE_RETURN_IF_ERROR(OpenStore());
    SEDGE_RETURN_IF_ERROR(StartAdmin());
  }
  // So that lists of namespaces show them before anything is written.
  for (const WorkerConfig& config : options.workers) {
    for (const KvNamespaceConfig& ns : config.kv_namespaces) {
      if (namespaces_.insert(ns.id).second) {
        const Status made = store_->EnsureNamespace(ns.id, ns.id);
        if (!made.ok()) {
          LogWarn("a KV namespace has no title", {{"id", ns.id}, {"why", made.message()}});
        }
      }
      if (!ns.eventual) continue;
      const auto [seed, is_new] = eventual_seeds_.try_emplace(ns.id, ns.eventual_seed);
      if (!is_new && seed->second == ns.eventual_seed) continue;
      seed->second = ns.eventual_seed;
      eventual_->SetSeed(ns.id, ns.eventual_seed);
    }
  }
  return {};
}

Status Server::OpenStore() {
  kv::StoreOptions store;
  store.path = options_.data_dir + "/kv";
  store.memory_bytes = options_.limits.kv_memory_bytes;
  SEDGE_ASSIGN_OR_RETURN(store_, kv::OpenRocksStore(store));
  eventual_ = std::make_unique<kv::EventualReads>(*store_, Clock::System());
  return {};
}

Result<std::shared_ptr<const Deployment>> Server::Deploy(ServeOptions options,
                                                         const std::string& live_token) {
  auto deployment = std::make_shared<Deployment>();
  deployment->options = std::move(options);
  const ServeOptions& kept = deployment->options;
  SEDGE_ASSIGN_OR_RETURN(deployment->router, Router::Create(kept.workers));
  for (const WorkerConfig& config : kept.workers) {
    WorkerSpec spec;
    spec.options = &kept;
    spec.config = &config;
    spec.store = store_.get();
    spec.eventual = eventual_.get();
    spec.clock = &Clock::System();
    spec.sources = std::make_shared<script::SourceCache>(config.modules);
    spec.outbound = std::make_shared<OutboundFilter>(kept, config);
    spec.bindings = BindingsJson(config);
    spec.cf = kept.cf_json.empty() ? std::string(kLocalCf) : kept.cf_json;
    spec.log_name = kept.workers.size() > 1 ? config.name : "";
    spec.live_token = live_token;
    deployment->workers.push_back(std::move(spec));
  }
  return std::shared_ptr<const Deployment>(std::move(deployment));
}

Status Server::StartAdmin() {
  const ServeOptions& options = options_;
  admin::AdminOptions admin;
  if (options.admin) {
    admin.host = options.admin->host;
    admin.port = options.admin->port;
    admin.tokens = options.admin_tokens;
  }
  admin.limits = options.limits;
  admin.socket_path = options.data_dir + "/kv/admin.sock";
  Result<std::unique_ptr<admin::AdminServer>> started =
      admin::AdminServer::Start(*store_, std::move(admin));
  if (started.ok()) admin_ = std::move(started).value();
  return started.status();
}

Status Server::StartThreads() {
  for (int i = 0; i < options_.threads; ++i) {
    auto running = std::make_unique<Running>(deployment_, hooks_.get());
    const WorkerThread* first = threads_.empty() ? nullptr : &threads_[0]->worker;
    // Isolates belong to the thread that makes them: everything is made, used and destroyed there.
    std::promise<Status> ready;
    std::future<Status> prepared = ready.get_future();
    running->thread = std::thread([running = running.get(), &ready, first] {
      WorkerThread& worker = running->worker;
      Status status = worker.Prepare(first);
      // The first thread loads all workers, so that errors in them are found now.
      if (status.ok() && !first) status = worker.LoadAll();
      const bool run = status.ok();
      ready.set_value(std::move(status));
      if (run) worker.Run();
      worker.Close();
      running->ended.set_value();
    });
    Status status = prepared.get();
    if (!status.ok()) {
      running->thread.join();
      return status;
    }
    threads_.push_back(std::move(running));
  }
  return {};
}

std::vector<std::string> Server::urls() const {
  std::vector<std::string> urls;
  for (const ListenAddress& address : threads_[0]->worker.listening()) {
    urls.push_back(address.url());
  }
  return urls;
}

std::string Server::admin_url() const { return admin_ ? admin_->url() : ""; }

bool Server::StopWithin(int64_t deadline_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  const auto ended_by = [this](std::chrono::steady_clock::time_point time) {
    bool all = true;
    for (const auto& running : threads_) {
      all &= running->is_over.wait_until(time) == std::future_status::ready;
    }
    return all;
  };
  stopping_ = true;
  for (const auto& running : threads_) running->worker.Shutdown(deadline_ms);
  if (admin_) admin_->Shutdown(deadline_ms);
  if (!ended_by(deadline + kStopGrace)) {
    // A thread that is not done by then is inside JavaScript, which must be ended for it, or waits
    // for work of the pool.
    for (const auto& running : threads_) running->worker.TerminateScripts();
    if (!ended_by(std::chrono::steady_clock::now() + kEndGrace)) return false;
  }
  for (const auto& running : threads_) running->thread.join();
  threads_.clear();
  // The store's work cannot be ended by force; what it holds on to does not outlast it.
  return !admin_ || admin_->EndedBy(deadline + kStopGrace + kEndGrace);
}

ServerState Server::State() {
  std::vector<std::future<ServerState>> answers;
  for (const auto& running : threads_) {
    auto answer = std::make_shared<std::promise<ServerState>>();
    answers.push_back(answer->get_future());
    running->worker.ReportState([answer](const ServerState& state) { answer->set_value(state); });
  }
  ServerState total;
  const auto deadline = std::chrono::steady_clock::now() + kStateDeadline;
  for (std::future<ServerState>& answer : answers) {
    const bool ready = answer.wait_until(deadline) == std::future_status::ready;
    total.Add(ready ? answer.get() : ServerState{.busy_threads = 1});
  }
  return total;
}

bool Server::Stop() { return StopWithin(options_.limits.shutdown_timeout_ms); }

Server::~Server() {
  // One that did not end in time has been told already.
  if (threads_.empty() || (!stopping_ && StopWithin(0))) return;
  for (const auto& running : threads_) running->thread.join();
}

Status CheckWorker(const WorkerConfig& config) {
  StartEngine();
  SEDGE_ASSIGN_OR_RETURN(const std::unique_ptr<script::Isolate> isolate,
                         script::Isolate::Create({}));
  script::EntryScope scope(*isolate);
  SetUpLoader(config, isolate->modules());
  return isolate->modules().CheckMain(std::make_shared<script::SourceCache>(config.modules),
                                      config.base_dir, config.main);
}

}  // namespace sedge::worker
