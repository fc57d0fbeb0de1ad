// SPDX-License-Identifier: Apache-2.0
// SourceMap: from places in generated code to places in what it was made of
// (https://tc39.es/ecma426/). A value that never changes: any thread. No V8.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.h"

namespace sedge::script {

// What a map may be; larger ones are not used.
constexpr size_t kMaxSourceMapBytes = 64u << 20;
constexpr size_t kMaxSourceMapSegments = 4u << 20;  // 80 MB in memory

class SourceMap {
 public:
  struct Place {
    std::string source;  // an absolute path, or what the map has for something that is no file
    int line = 0;        // 1-based
    int column = 0;      // 1-based, in UTF-16 code units as V8's are
  };

  // The text of a map, plain or indexed (with "sections"). Its sources are relative to `folder`, an
  // absolute path.
  static Result<std::shared_ptr<const SourceMap>> Parse(std::string_view json,
                                                        const std::string& folder);

  // Line and column are 1-based. Nothing for code that the generator added.
  std::optional<Place> Find(int line, int column) const;
  // Line `line` (1-based) of a source, as the map has it; "" when it has not.
  std::string_view LineOf(std::string_view source, int line) const;

 private:
  friend class SourceMapReader;
  struct Segment {
    uint32_t line, column;  // of the generated code, from 0
    int32_t source;         // index; -1: no place in a source
    uint32_t source_line, source_column;
  };
  struct Source {
    std::string name;
    std::string text;
  };
  std::vector<Segment> segments_;  // ordered by line and column
  std::vector<Source> sources_;
};

// Line `line` (1-based) of `text`, without its end; "" when there is none. A view into `text`.
std::string_view LineOfText(std::string_view text, int line);

// What `//# sourceMappingURL=` at the end of a script says; "" when there is none. The view is into
// `script`.
std::string_view SourceMapUrl(std::string_view script);
// The JSON in a "data:application/json;base64,..." URL; nothing for URLs of other kinds.
std::optional<std::string> DecodeDataUrl(std::string_view url);

}  // namespace sedge::script
