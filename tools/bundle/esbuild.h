// SPDX-License-Identifier: Apache-2.0
// The project's esbuild: where it is, and one run of it with the options that wrangler uses. Any
// thread; blocks while it runs.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/worker/config.h"
#include "tools/bundle/build_message.h"

namespace sedge::tools {

// The nearest node_modules/.bin/esbuild from `folder` upwards, else the one of PATH; "" without.
// Where that is npm's launcher in JavaScript, the program that it would start.
std::string FindEsbuild(const std::string& folder);

struct BundleOptions {
  std::string esbuild;
  std::string node_env;
  std::vector<std::string> external;
  // Ends it early once true; the status is then kCancelled. Null: nobody does.
  std::shared_ptr<const std::atomic<bool>> cancel = {};
};

struct Bundle {
  std::vector<BuildMessage> errors;
  std::vector<BuildMessage> warnings;
  std::string main;  // absolute: the key of the entry in `modules`
  std::shared_ptr<const worker::ModuleTexts> modules;
  std::vector<std::string> inputs;  // absolute; none after an error
};

// Bundles `config.main`. A failure is one of running esbuild; what it finds wrong is in `errors`.
Result<Bundle> RunEsbuild(const worker::WorkerConfig& config, const BundleOptions& options);

// The arguments of a run, for tests. `folder` gets what it makes.
std::vector<std::string> EsbuildArguments(const worker::WorkerConfig& config,
                                          const BundleOptions& options, const std::string& folder);

}  // namespace sedge::tools
