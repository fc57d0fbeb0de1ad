// SPDX-License-Identifier: Apache-2.0
// Which files `sedge test` runs, and which configuration belongs to each. Reads folders; no V8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/status.h"

namespace sedge::tools {

// Whether a file of that name is a test by its name: a.test.js, a_test.js, a.spec.js, with the
// endings .js, .mjs, .ts, .mts, .jsx and .tsx.
bool IsTestFile(std::string_view name);

// The test files that `paths` mean: files as they are, folders with everything below them but
// node_modules and what begins with a dot. None: this folder. Absolute, each once, by name within
// each path. A path that is not there is an error.
Result<std::vector<std::string>> FindTestFiles(const std::vector<std::string>& paths);

// The nearest folder at or above that of the file that has a wrangler file; where there is none, the
// nearest with a script by one of the names that `sedge serve` looks for (a project's src/index.js
// is not a worker without the project). It ends at the folder with .git, which is looked at too.
// "": there is none.
std::string FindWorkerFolder(const std::string& file);

// As it is shown: relative to the current folder where it lies below.
std::string ShownPath(const std::string& path);

}  // namespace sedge::tools
