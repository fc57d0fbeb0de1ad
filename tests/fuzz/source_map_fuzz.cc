// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/source_map.h"
#include "runtime/script/stack_text.h"

// Any text is a map whose places can be asked for, or an error; any text is a stack.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::script;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::shared_ptr<const SourceMap> map;
  if (auto parsed = SourceMap::Parse(text, "/w"); parsed.ok()) map = std::move(parsed).value();
  if (map) {
    for (const int line : {1, 2, 3, 100}) {
      for (const int column : {1, 2, 50, INT32_MAX}) {
        const auto place = map->Find(line, column);
        if (!place) continue;
        if (place->source.empty() || place->line < 1 || place->column < 1) __builtin_trap();
        map->LineOf(place->source, place->line);
      }
    }
  }
  RewriteFrames(text, [&](StackPlace& place) {
    if (place.line < 1 || place.column < 1 || place.file.empty()) __builtin_trap();
    return map && map->Find(place.line, place.column).has_value();
  });
  const std::string_view url = SourceMapUrl(text);
  if (url.size() > text.size()) __builtin_trap();
  DecodeDataUrl(text);
  return 0;
}
