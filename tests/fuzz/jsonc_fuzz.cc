// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/config.h"

// Any text is a configuration or an error that names the file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::worker;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = ParseWorkerConfig(ConfigSyntax::kJsonc, text, "fuzz", "/fuzz");
  if (!config.ok() && !config.status().message().starts_with("fuzz:")) __builtin_trap();
  return 0;
}
