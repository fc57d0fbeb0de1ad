// SPDX-License-Identifier: Apache-2.0
// Server: everything that `sedge serve` runs: the KV store, and one WorkerThread per core. Made and
// stopped on the main thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "kv/eventual_reads.h"
#include "kv/store.h"
#include "runtime/admin/admin_server.h"
#include "runtime/base/status.h"
#include "runtime/worker/serve_options.h"
#include "runtime/worker/server_state.h"

namespace sedge::worker {

struct Deployment;
class WorkerThread;

class Server {
 public:
  // Opens the store, loads the workers, listens. When it returns the server accepts. Failures are
  // texts for the user, with file:line where there is one.
  static Result<std::unique_ptr<Server>> Start(ServeOptions options);
  // Stops at once if it still runs.
  ~Server();

  // "http://127.0.0.1:8787", "unix:/run/sedge.sock": one of each address, in the order of options.
  std::vector<std::string> urls() const;
  // "http://127.0.0.1:8788"; "" without --admin.
  std::string admin_url() const;
  // What it holds now. A thread that does not come to the end of its JavaScript for a second counts
  // as busy and with nothing else. REQUIRES: before Stop.
  ServerState State();
  // Accepts no more, finishes what runs up to limits.shutdown_timeout_ms, closes. False when native
  // work (a key derivation, a name lookup) still runs then, which nothing can end but the end of
  // the process; destroying the server would wait for it.
  bool Stop();

 private:
  Server();
  Status OpenStore();
  Status StartAdmin();
  Status StartThreads();
  bool StopWithin(int64_t deadline_ms);

  // The threads outlive nothing of this.
  std::unique_ptr<kv::Store> store_;
  std::unique_ptr<kv::EventualReads> eventual_;
  std::unique_ptr<admin::AdminServer> admin_;  // null without a store
  bool stopping_ = false;
  std::unique_ptr<Deployment> deployment_;
  struct Running;
  std::vector<std::unique_ptr<Running>> threads_;
};

// Compiles a worker's code without running it. Failures as in Start.
Status CheckWorker(const WorkerConfig& config);

}  // namespace sedge::worker
