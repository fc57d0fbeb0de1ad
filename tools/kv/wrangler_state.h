// SPDX-License-Identifier: Apache-2.0
// WranglerState: the KV data that `wrangler dev` and `wrangler kv --local` leave in a project's
// .wrangler/state/v3/kv. Read only. A namespace is an SQLite file there, named by a hash of its id,
// with the values as files of their own; ids are found again by hashing those that are likely. The
// main thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.h"
#include "tools/kv/pair.h"

namespace sedge::tools {

struct WranglerNamespace {
  std::string id;        // "": it cannot be told
  std::string database;  // path of the SQLite file
  std::string blobs;     // path of the folder with its values
};

struct WranglerCounts {
  uint64_t expired = 0;       // left out
  uint64_t lost = 0;          // keys whose value is not there
  std::string lost_key = {};  // one of them
};

class WranglerState {
 public:
  // `folder` is the one named kv, or one of those around it up to the project's own.
  static Result<WranglerState> Find(const std::string& folder);

  const std::string& folder() const { return folder_; }
  // The project that it lies in, if the path says so; else "".
  std::string project() const;
  // Those that have a database, by id. `candidates`: ids that are likely, of the configuration.
  Result<std::vector<WranglerNamespace>> Namespaces(
      const std::vector<std::string>& candidates) const;

  // Gives each entry, in the order of keys, until one is refused.
  static Status ReadEntries(const WranglerNamespace& ns, int64_t now_ms, WranglerCounts& counts,
                            const std::function<Status(KvPair)>& take);
  // How many there are, expired ones too.
  static Result<uint64_t> CountEntries(const WranglerNamespace& ns);

 private:
  explicit WranglerState(std::string folder) : folder_(std::move(folder)) {}
  const std::string folder_;
};

// The name of the database of a namespace, without ".sqlite": the id of the Durable Object that
// miniflare has for it.
std::string WranglerDatabaseName(std::string_view namespace_id);
// The name of the folder of its values: the id without what file systems do not like.
std::string WranglerFolderName(std::string_view namespace_id);

}  // namespace sedge::tools
