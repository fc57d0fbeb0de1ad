// SPDX-License-Identifier: Apache-2.0
// Which namespace a word of `sedge kv` works on: --namespace-id, or --binding with what the
// wrangler configuration says about it. Values; the main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/base/status.h"
#include "tools/kv/place.h"

namespace sedge::tools {

// As typed; empty: not given.
struct KvNamespaceFlags {
  std::string binding = {};
  std::string id = {};
  std::string env = {};
  std::optional<bool> preview = {};
};

struct KvNamespaceChoice {
  std::string id;
  std::string binding;  // "": it was named by its id
  // As messages name it: `binding: "CACHE" (id: "...")`.
  std::string name() const;
};

// One entry of kv_namespaces.
struct KvBinding {
  std::string binding;
  std::string id;          // "": none is given
  std::string preview_id;  // "": none is given
  bool operator==(const KvBinding&) const = default;
};

// --binding, --namespace-id, --preview and --env. `doing` completes "the namespace to ...", such as
// "write to". `flags` outlives `command`.
void AddNamespaceFlags(CLI::App& command, KvNamespaceFlags& flags, const std::string& doing);
void AddPreviewFlag(CLI::App& command, std::optional<bool>& preview);
void AddEnvFlag(CLI::App& command, std::string& env);

// Of the configuration that --config names, or of this folder's; of its environment `env` when that
// is not empty. None when there is no configuration.
Result<std::vector<KvBinding>> ReadKvBindings(const KvPlaceFlags& place, const std::string& env);

// Those of all environments too.
Result<std::vector<KvBinding>> ReadAllKvBindings(const KvPlaceFlags& place);

// The rules are wrangler's: what writes (`preview_default` nullopt) has to be told by --preview
// which one is meant where a binding has both an id and a preview id. A failure is wrong usage,
// unless a file cannot be read (kIo).
Result<KvNamespaceChoice> ChooseNamespace(const KvNamespaceFlags& flags, const KvPlaceFlags& place,
                                          std::optional<bool> preview_default);

}  // namespace sedge::tools
