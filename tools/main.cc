// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/server.h"
#include "tools/check_command.h"
#include "tools/cli.h"
#include "tools/dev_command.h"
#include "tools/kv/words.h"
#include "tools/kv_command.h"
#include "tools/serve_command.h"

int main(int argc, char** argv) {
  using namespace sedge::tools;  // NOLINT: nothing else is in this file
  return RunCli(argc, argv,
                {AddServeCommand, AddDevCommand, CheckCommand(sedge::worker::CheckWorker),
                 KvCommand({AddKvNamespaceWords, AddKvKeyWords, AddKvBulkWords, AddKvExportWord,
                            AddKvImportWord, AddKvMaintenanceWords}),
                 AddVersionCommand});
}
