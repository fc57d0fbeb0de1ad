// SPDX-License-Identifier: Apache-2.0
// Server: everything that `sedge serve` runs: the KV store, and one WorkerThread per core. Made and
// stopped on the main thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "kv/eventual_reads.h"
#include "kv/store.h"
#include "runtime/admin/admin_server.h"
#include "runtime/base/status.h"
#include "runtime/worker/dev_hooks.h"
#include "runtime/worker/serve_options.h"
#include "runtime/worker/server_state.h"

namespace sedge::worker {

struct Deployment;
struct DevState;
class WorkerThread;

class Server {
 public:
  // Opens the store, loads the workers, listens. When it returns the server accepts. Failures are
  // texts for the user, with file:line where there is one.
  static Result<std::unique_ptr<Server>> Start(ServeOptions options);
  // For a worker that is being developed: as Start, but loads no code yet. Until a Reload brings
  // some that runs, every request is answered with what is wrong.
  static Result<std::unique_ptr<Server>> StartDev(ServeOptions options, DevHooks hooks);
  // Stops at once if it still runs.
  ~Server();

  // Loads the workers of `options` and lets them answer from now on, on every thread at once, while
  // what runs finishes on the old ones: connections, streams and waitUntil go on. When something of
  // it fails the old ones stay, and pages show why. Of the server's own settings nothing changes
  // (RestartNeeds says what differs). `done` is called once, on any thread. One at a time.
  // REQUIRES: StartDev made it; before Stop.
  void Reload(ServeOptions options, std::function<void(ReloadResult)> done);
  // Ends the code of a Reload that still loads: it fails.
  void CancelReload();
  // Ends the handler that keeps a Reload from going on, if one does, such as an endless loop.
  void EndBlocking();
  // Shows in pages why there is nothing to load. REQUIRES: as Reload.
  void ShowError(const std::string& message);
  // The files of the code that serves, with those that it imported meanwhile.
  std::vector<std::pair<std::string, FileStamp>> SourceFiles();

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
  static std::unique_ptr<Server> New();
  // Opens the store when `options` are the first that need it, and makes their namespaces known.
  Status UseStore(const ServeOptions& options);
  Status OpenStore();
  Status StartAdmin();
  Result<std::shared_ptr<const Deployment>> Deploy(ServeOptions options,
                                                   const std::string& live_token);
  std::string NextToken();
  void SetDevState(const std::string& token, const std::string& error);
  Status StartThreads();
  bool StopWithin(int64_t deadline_ms);

  // The threads outlive nothing of this.
  std::unique_ptr<kv::Store> store_;
  std::unique_ptr<kv::EventualReads> eventual_;
  std::unique_ptr<admin::AdminServer> admin_;  // null without a store
  bool stopping_ = false;
  ServeOptions options_;                            // as started; without the workers
  std::set<std::string> namespaces_;                // that the store was told about
  std::map<std::string, uint64_t> eventual_seeds_;  // likewise
  std::unique_ptr<const DevHooks> hooks_;           // null unless StartDev made it
  std::string token_prefix_;
  uint64_t tokens_ = 0;
  std::mutex mutex_;
  std::shared_ptr<const Deployment> deployment_;  // guarded by mutex_ once threads run
  bool serves_ = false;                           // guarded by mutex_: some Reload succeeded
  struct Running;
  std::vector<std::unique_ptr<Running>> threads_;
};

// Compiles a worker's code without running it. Failures as in Start.
Status CheckWorker(const WorkerConfig& config);

}  // namespace sedge::worker
