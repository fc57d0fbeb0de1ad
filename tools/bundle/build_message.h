// SPDX-License-Identifier: Apache-2.0
// BuildMessage: what a build says about a place in a source file, and reading those that esbuild
// prints. Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sedge::tools {

struct BuildMessage {
  std::string file;    // as the user would name it, relative to the configuration's folder; or ""
  int line = 0;        // 1-based; 0: unknown
  int column = 0;      // 1-based
  std::string text;    // "Could not resolve "hono""
  std::string frame;   // the source line with a caret under the place, or ""
  std::string advice;  // what to do, or ""

  // "src/index.ts:1:22: Could not resolve "hono"", the frame, and what to do.
  std::string ToText() const;
};

struct EsbuildOutput {
  std::vector<BuildMessage> errors;
  std::vector<BuildMessage> warnings;
  std::string rest;  // what is no message
};

// Reads what esbuild prints to standard error, without colours.
EsbuildOutput ParseEsbuildOutput(std::string_view text);

// "  12 | text of the line" and a caret line under column `column` (1-based, in bytes) that is
// `width` long. Long lines are cut around the place.
std::string CodeFrame(int line, int column, std::string_view text, size_t width = 1);

// The package in an import: "hono" of "hono/jsx", "@scope/name" of "@scope/name/x". "" when it is
// no package's name: a path or a URL.
std::string PackageOf(std::string_view specifier);

}  // namespace sedge::tools
