// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/start_engine.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "runtime/base/pool_size.h"
#include "runtime/script/engine.h"
#include "runtime/worker/builtins_data.h"
#include "runtime/worker/worker_ops.h"

namespace sedge::worker {

void StartEngine() {
  static const bool started = [] {
    setenv("UV_THREADPOOL_SIZE", std::to_string(kPoolThreads).c_str(), 0);
    script::EngineOptions options;
    options.builtins = Builtins();
    options.ops = AllOps();
    options.snapshot = Snapshot();
    script::Engine::Initialize(std::move(options));
    return true;
  }();
  (void)started;
}

std::string BindingsJson(const WorkerConfig& config) {
  nlohmann::ordered_json bindings = {{"vars", nlohmann::json::object()},
                                     {"kv", nlohmann::json::array()}};
  for (const VarConfig& var : config.vars) {
    bindings["vars"][var.name] = nlohmann::ordered_json::parse(var.value);
  }
  for (const KvNamespaceConfig& ns : config.kv_namespaces) {
    bindings["kv"].push_back({ns.binding, ns.id, ns.eventual});
  }
  return bindings.dump();
}

}  // namespace sedge::worker
