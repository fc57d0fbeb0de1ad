// SPDX-License-Identifier: Apache-2.0
// BuildConfig: what a configuration says about how the worker's files become what runs: the custom
// build command, and the options of the bundler. A value; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sedge::worker {

// What an import of a file gives, as wrangler's module rules say.
enum class ModuleType : uint8_t { kText, kData, kWasm };

// ".md" is text.
struct ModuleRule {
  std::string extension;
  ModuleType type = ModuleType::kText;
  bool operator==(const ModuleRule&) const = default;
};

struct BuildConfig {
  // The custom build.
  std::string command;                  // for the shell; empty: none
  int command_line = 0;                 // where the configuration has it
  std::string cwd;                      // absolute
  std::vector<std::string> watch_dirs;  // absolute

  // The bundler's.
  bool no_bundle = false;
  bool minify = false;
  bool keep_names = true;
  std::string tsconfig;  // absolute, or empty: the nearest one
  std::string jsx_factory;
  std::string jsx_fragment;
  std::vector<std::pair<std::string, std::string>> define;  // name -> JavaScript expression
  std::vector<std::pair<std::string, std::string>> alias;   // import -> what it means

  std::vector<ModuleRule> rules;  // the configuration's, which go before the usual ones
  bool operator==(const BuildConfig&) const = default;
};

// Modules that are in no file: what a bundler made. Absolute path -> text.
using ModuleTexts = std::map<std::string, std::string>;

// Whether a file of this extension (".ts") can be a worker's main module.
bool IsScriptExtension(std::string_view extension);

}  // namespace sedge::worker
