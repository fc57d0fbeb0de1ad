// SPDX-License-Identifier: Apache-2.0
// The runtimes that the runner can drive: sedge, and its peers for comparison.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tests/e2e/harness/child_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::wpt {

enum class EngineKind { kSedge, kWorkerd, kDeno, kBun };

std::optional<EngineKind> EngineKindOf(const std::string& name);

// One test as a server that runs it on request.
class EngineRun {
 public:
  // `binary`: the engine's program. `body`: see TestBody(). `ca_file`: an authority to trust.
  EngineRun(EngineKind kind, const std::string& binary, const std::string& body,
            const std::string& ca_file);

  // The answer to one request, or why there is none.
  struct Answer {
    std::string json;
    std::string error;
  };
  Answer Ask(int timeout_ms);

 private:
  std::optional<std::string> WaitForUrl();

  const EngineKind kind_;
  uint16_t port_ = 0;  // of those that cannot choose one themselves
  e2e::TempFolder folder_;
  std::unique_ptr<e2e::ChildProcess> process_;
};

}  // namespace sedge::wpt
