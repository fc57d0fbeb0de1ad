// SPDX-License-Identifier: Apache-2.0
// The words of `sedge kv` that work on what is in a store, for the list in main.cc.
#pragma once

#include "tools/cli.h"

namespace sedge::tools {

// `namespace create|list|rename|delete`
void AddKvNamespaceWords(CLI::App& kv, CommandRun& run);
// `key put|get|list|delete`
void AddKvKeyWords(CLI::App& kv, CommandRun& run);
// `bulk put|get|delete`
void AddKvBulkWords(CLI::App& kv, CommandRun& run);
// `export`
void AddKvExportWord(CLI::App& kv, CommandRun& run);
// `import`
void AddKvImportWord(CLI::App& kv, CommandRun& run);
// `check`, `repair`, `backup`, `restore`, `verify`
void AddKvMaintenanceWords(CLI::App& kv, CommandRun& run);

}  // namespace sedge::tools
