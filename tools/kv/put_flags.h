// SPDX-License-Identifier: Apache-2.0
// The flags that say what an entry has besides its value: --ttl, --expiration, --metadata. A value;
// the main thread.
#pragma once

#include <string>

#include "runtime/base/status.h"
#include "tools/kv/kv_client.h"

namespace CLI {
class App;
}

namespace sedge::tools {

// As typed; empty: not given.
struct KvPutFlags {
  std::string ttl = {};
  std::string expiration = {};
  std::string metadata = {};

  bool any() const { return !ttl.empty() || !expiration.empty() || !metadata.empty(); }
};

// `flags` outlives `command`.
void AddKvPutFlags(CLI::App& command, KvPutFlags& flags);

// A failure is wrong usage. How far in the future the expiration lies is not looked at.
Result<KvPutOptions> ReadKvPutFlags(const KvPutFlags& flags);

}  // namespace sedge::tools
