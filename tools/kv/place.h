// SPDX-License-Identifier: Apache-2.0
// KvPlace: where the data is that a word of `sedge kv` works on, a folder of this machine or the
// admin listener of a server, and the flags that say so. Values; the main thread.
#pragma once

#include <string>

#include "runtime/base/status.h"
#include "runtime/worker/endpoint.h"

namespace CLI {
class App;
}

namespace sedge::tools {

// As typed; empty: not given.
struct KvPlaceFlags {
  std::string cwd = {};
  std::string data_dir = {};
  std::string config = {};
  std::string url = {};
  std::string token_file = {};
  bool local = false;
  bool remote = false;
};

// A folder, or a server.
struct KvPlace {
  std::string data_dir;  // absolute; "" of a server
  // Of a server.
  worker::Endpoint server = {};
  std::string base_path = {};  // of the API, such as "/client/v4"
  std::string account = {};    // in its paths
  std::string token = {};      // "": none

  bool is_folder() const { return !data_dir.empty(); }
  // As messages name it: "http://127.0.0.1:8788", or the folder.
  std::string name() const;
};

// --data-dir (or, as wrangler has it, --persist-to), --config and --cwd. For words that work on
// files.
void AddFolderFlags(CLI::App& command, KvPlaceFlags& flags);
// Those, and --url, --token-file, --local, --remote. `flags` outlives `command`.
void AddPlaceFlags(CLI::App& command, KvPlaceFlags& flags);

// Makes --cwd the working folder, which relative paths of the other flags, and of files, start at.
// A failure is wrong usage.
Status EnterFolder(const KvPlaceFlags& flags);
// The folder that `sedge serve` with the same --data-dir and the configuration as its PATH uses,
// absolute; it need not exist. A failure is wrong usage.
Result<std::string> FindDataDir(const KvPlaceFlags& flags);
// kInvalidArgument is wrong usage; else a file could not be read.
Result<KvPlace> FindKvPlace(const KvPlaceFlags& flags);

}  // namespace sedge::tools
