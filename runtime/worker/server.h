// SPDX-License-Identifier: Apache-2.0
// Server: everything that `sedge serve` runs: the KV store, and one WorkerThread per core. Made and
// stopped on the main thread.
#pragma once

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "kv/store.h"
#include "runtime/base/status.h"
#include "runtime/worker/serve_options.h"

namespace sedge::worker {

struct Deployment;
class WorkerThread;

class Server {
 public:
  // Opens the store, loads the workers, listens. When it returns the server accepts. Failures are texts
  // for the user, with file:line where there is one.
  static Result<std::unique_ptr<Server>> Start(ServeOptions options);
  // Stops at once if it still runs.
  ~Server();

  uint16_t port() const { return port_; }
  // "http://127.0.0.1:8787"
  std::string url() const;
  // Accepts no more, finishes what runs up to limits.shutdown_timeout_ms, closes. Returns when done.
  void Stop();

 private:
  Server();
  Status StartThreads();
  void StopWithin(int64_t deadline_ms);

  // The threads outlive nothing of this.
  std::unique_ptr<kv::Store> store_;
  std::unique_ptr<Deployment> deployment_;
  struct Running;
  std::vector<std::unique_ptr<Running>> threads_;
  uint16_t port_ = 0;
};

// Compiles a worker's code without running it. Failures as in Start.
Status CheckWorker(const WorkerConfig& config);

}  // namespace sedge::worker
