// SPDX-License-Identifier: Apache-2.0
// `sedge kv`: the family of words that work on KV namespaces; those of `wrangler kv`, and those of
// the store itself. A word is a subcommand of `kv`; whoever has one adds it to the list in main.cc.
// The main thread, once.
#pragma once

#include <vector>

#include "tools/cli.h"

namespace sedge::tools {

// Each of `words` adds one or several subcommands to the command `kv`, which it gets as its root.
AddCommand KvCommand(std::vector<AddCommand> words);

}  // namespace sedge::tools
