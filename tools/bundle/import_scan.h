// SPDX-License-Identifier: Apache-2.0
// What a JavaScript file imports, found by a scanner that knows comments, strings, templates and
// regular expressions but no grammar: good enough to tell whether a worker has to be bundled, and
// which files to watch. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sedge::tools {

struct FoundImport {
  std::string specifier;
  size_t offset = 0;  // of the opening quote
};

// `import ... from "x"`, `import "x"`, `export ... from "x"`, `import("x")`.
std::vector<FoundImport> ScanImports(std::string_view text);

// The files that a worker's main module leads to by relative imports, as the runtime resolves them.
struct ModuleGraph {
  std::vector<std::string> files;  // absolute; the main module first
  // Why it cannot be loaded as it is: "imports "hono", an npm package"; "" when it can. Where.
  std::string why_bundle;
  std::string file;  // absolute
  size_t offset = 0;
};

// `external`: imports that the runtime provides, besides those with a scheme ("node:fs").
// `follow_all` goes on after the first reason to bundle, and into TypeScript.
ModuleGraph FollowImports(const std::string& main, const std::vector<std::string>& external,
                          bool follow_all);

}  // namespace sedge::tools
