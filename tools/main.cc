// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include "runtime/worker/server.h"
#include "tools/check_command.h"
#include "tools/cli.h"
#include "tools/dev_command.h"
#include "tools/kv/words.h"
#include "tools/kv_command.h"
#include "tools/serve_command.h"
#include "tools/test_command.h"

namespace {

// Blocks from here on go back to the system when they are freed. By default glibc raises this limit
// to whatever was freed last, up to 32 MiB, and keeps such blocks in the heap of each thread: after
// twelve puts of 25 MiB the process held 590 MiB, with this 160 MiB.
constexpr int kOwnMappingBytes = 1 << 20;
constexpr int kKeptFreeBytes = 4 << 20;  // at the end of each heap

}  // namespace

int main(int argc, char** argv) {
  mallopt(M_MMAP_THRESHOLD, kOwnMappingBytes);
  mallopt(M_TRIM_THRESHOLD, kKeptFreeBytes);
  using namespace sedge::tools;  // NOLINT: nothing else is in this file
  return RunCli(
      argc, argv,
      {AddServeCommand, AddDevCommand, AddTestCommand, CheckCommand(sedge::worker::CheckWorker),
       KvCommand({AddKvNamespaceWords, AddKvKeyWords, AddKvBulkWords, AddKvExportWord,
                  AddKvImportWord, AddKvMaintenanceWords}),
       AddVersionCommand});
}
