// SPDX-License-Identifier: Apache-2.0
// Server::Running: one thread of a server. For the files of Server alone.
#pragma once

#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "runtime/worker/server.h"
#include "runtime/worker/worker_thread.h"

namespace sedge::worker {

struct Server::Running {
  Running(std::shared_ptr<const Deployment> deployment, const DevHooks* hooks)
      : worker(std::move(deployment), hooks) {}
  WorkerThread worker;
  std::promise<void> ended;
  std::future<void> is_over = ended.get_future();
  std::thread thread;
};

}  // namespace sedge::worker
