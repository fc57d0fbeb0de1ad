// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/build_message.h"
#include "tools/bundle/import_scan.h"

// Any text is what esbuild may print, and a script with imports.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::tools;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const EsbuildOutput output = ParseEsbuildOutput(text);
  for (const BuildMessage& message : output.errors) {
    if (message.line < 0 || message.column < 0) __builtin_trap();
    message.ToText();
  }
  for (const FoundImport& found : ScanImports(text)) {
    if (found.offset >= size || (text[found.offset] != '"' && text[found.offset] != '\'')) {
      __builtin_trap();
    }
    PackageOf(found.specifier);
  }
  return 0;
}
