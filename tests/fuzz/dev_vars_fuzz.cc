// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/dev_vars.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto vars = sedge::worker::ParseDevVars(text, "fuzz");
  if (!vars.ok() && !vars.status().message().starts_with("fuzz:")) __builtin_trap();
  return 0;
}
