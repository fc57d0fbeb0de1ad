// SPDX-License-Identifier: Apache-2.0
// The half of Server for a worker that is being developed.
#include <atomic>
#include <cstdio>
#include <random>
#include <utility>

#include "runtime/script/module_loader.h"
#include "runtime/worker/server.h"
#include "runtime/worker/server_running.h"

namespace sedge::worker {
namespace {

std::vector<std::pair<std::string, FileStamp>> FilesOf(const Deployment& deployment) {
  std::vector<std::pair<std::string, FileStamp>> files;
  for (const WorkerSpec& spec : deployment.workers) {
    for (auto& file : spec.sources->Seen()) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::StartDev(ServeOptions options, DevHooks hooks) {
  std::unique_ptr<Server> self = New();
  self->hooks_ = std::make_unique<const DevHooks>(std::move(hooks));
  std::random_device random;
  char prefix[20];
  std::snprintf(prefix, sizeof prefix, "%08x-", static_cast<unsigned>(random()));
  self->token_prefix_ = prefix;
  self->options_ = options;
  self->options_.workers.clear();
  SEDGE_RETURN_IF_ERROR(self->UseStore(options));
  SEDGE_ASSIGN_OR_RETURN(self->deployment_, self->Deploy(self->options_, ""));
  SEDGE_RETURN_IF_ERROR(self->StartThreads());
  return self;
}

std::string Server::NextToken() { return token_prefix_ + std::to_string(++tokens_); }

void Server::SetDevState(const std::string& token, const std::string& error) {
  auto state = std::make_shared<DevState>();
  state->token = token;
  state->error = error;
  {
    std::lock_guard lock(mutex_);
    state->serves = serves_;
  }
  for (const auto& running : threads_) running->worker.SetDevState(state);
}

void Server::ShowError(const std::string& message) { SetDevState(NextToken(), message); }

void Server::Reload(ServeOptions options, std::function<void(ReloadResult)> done) {
  const std::string token = NextToken();
  const auto fail = [&](const Status& status) {
    SetDevState(token, std::string(status.message()));
    done({status, {}});
  };
  ServeOptions merged = options_;
  merged.workers = std::move(options.workers);
  merged.cf_json = std::move(options.cf_json);
  if (const Status status = UseStore(merged); !status.ok()) return fail(status);
  auto made = Deploy(std::move(merged), token);
  if (!made.ok()) return fail(made.status());
  // The first thread finds the errors of the code, as at start; the others load it on demand.
  threads_[0]->worker.LoadNext(*made, [this, token, done, next = *made](const Status& status) {
    if (!status.ok()) {
      SetDevState(token, std::string(status.message()));
      done({status, FilesOf(*next)});
      return;
    }
    {
      std::lock_guard lock(mutex_);
      serves_ = true;
      deployment_ = next;
    }
    // Before the workers, so that no page shows an old error once all is done.
    SetDevState(token, "");
    auto left = std::make_shared<std::atomic<size_t>>(threads_.size());
    for (const auto& running : threads_) {
      running->worker.Adopt(next, [done, next, left] {
        if (--*left == 0) done({{}, FilesOf(*next)});
      });
    }
  });
}

void Server::CancelReload() { threads_[0]->worker.CancelNext(); }

void Server::EndBlocking() {
  for (const auto& running : threads_) running->worker.EndBlocking();
}

std::vector<std::pair<std::string, FileStamp>> Server::SourceFiles() {
  std::lock_guard lock(mutex_);
  return FilesOf(*deployment_);
}

}  // namespace sedge::worker
