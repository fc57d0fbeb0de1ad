// SPDX-License-Identifier: Apache-2.0
// js_test FILE...: `sedge test` for this project's own tests: TAP, and the bindings of
// tests/wrangler.jsonc.
#include <vector>

#include "tools/cli.h"
#include "tools/test_command.h"

#ifndef SEDGE_TESTS_CONFIG
#error "SEDGE_TESTS_CONFIG is the path of tests/wrangler.jsonc, given by the build"
#endif

int main(int argc, char** argv) {
  std::vector<const char*> words = {"js_test",   "test", "--reporter", "tap",
                                    "--threads", "1",    "--config",   SEDGE_TESTS_CONFIG};
  words.insert(words.end(), argv + 1, argv + argc);
  return sedge::tools::RunCli(static_cast<int>(words.size()), words.data(),
                              {sedge::tools::AddTestCommand});
}
