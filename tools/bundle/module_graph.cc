// SPDX-License-Identifier: Apache-2.0
// FollowImports: from file to file by relative imports.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "tools/bundle/import_scan.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;

// Larger ones are bundles that somebody has made.
constexpr uintmax_t kMaxScannedBytes = 32u << 20;
constexpr size_t kMaxFiles = 20'000;

// What the runtime tries for ./lib, and what only a bundler does.
constexpr const char* kRuntimeSuffixes[] = {"", ".js", ".mjs", ".json", "/index.js", "/index.mjs"};
constexpr const char* kBundlerSuffixes[] = {".ts",  ".tsx",      ".jsx",       ".mts",      ".cts",
                                            ".cjs", "/index.ts", "/index.tsx", "/index.jsx"};

bool IsFile(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::string ReadText(const std::string& path) {
  std::error_code error;
  if (fs::file_size(path, error) > kMaxScannedBytes || error) return "";
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool IsScript(const std::string& path) { return path.ends_with(".js") || path.ends_with(".mjs"); }

bool NeedsBundler(const std::string& path) {
  return std::any_of(std::begin(kBundlerSuffixes), std::end(kBundlerSuffixes),
                     [&](const char* suffix) { return path.ends_with(suffix); });
}

bool IsRelative(const std::string& specifier) {
  return specifier.starts_with("./") || specifier.starts_with("../") || specifier == "." ||
         specifier == "..";
}

// The file that a relative import means, also one that only a bundler finds; "" when there is none.
std::string Resolve(const std::string& specifier, const std::string& referrer) {
  const std::string wanted = specifier.substr(0, specifier.find('?'));
  const std::string exact = (fs::path(referrer).parent_path() / wanted).lexically_normal().string();
  for (const char* suffix : kRuntimeSuffixes) {
    if (IsFile(exact + suffix)) return exact + suffix;
  }
  for (const char* suffix : kBundlerSuffixes) {
    if (IsFile(exact + suffix)) return exact + suffix;
  }
  // TypeScript names "./lib.js" what is lib.ts.
  for (const auto& [script, type] :
       {std::pair(".js", ".ts"), std::pair(".js", ".tsx"), std::pair(".mjs", ".mts")}) {
    if (!exact.ends_with(script)) continue;
    const std::string other = fs::path(exact).replace_extension(type);
    if (IsFile(other)) return other;
  }
  return "";
}

// What of an import the runtime cannot do by itself; "" when it can.
std::string WhyBundle(const std::string& specifier, const std::string& resolved,
                      const std::vector<std::string>& external) {
  if (IsRelative(specifier)) {
    return NeedsBundler(resolved) ? "\"" + specifier + "\", which must be compiled" : "";
  }
  const bool known = specifier.find(':') != std::string::npos || specifier.starts_with("/") ||
                     std::find(external.begin(), external.end(), specifier) != external.end();
  return known || specifier.empty() ? "" : "\"" + specifier + "\", an npm package";
}

}  // namespace

ModuleGraph FollowImports(const std::string& main, const std::vector<std::string>& external,
                          bool follow_all) {
  ModuleGraph graph;
  graph.files.push_back(main);
  std::set<std::string> seen = {main};
  for (size_t i = 0; i < graph.files.size() && i < kMaxFiles; ++i) {
    const std::string file = graph.files[i];
    if (!IsScript(file) && !NeedsBundler(file)) continue;
    for (const FoundImport& import : ScanImports(ReadText(file))) {
      const std::string resolved =
          IsRelative(import.specifier) ? Resolve(import.specifier, file) : "";
      const std::string why = WhyBundle(import.specifier, resolved, external);
      if (!why.empty() && graph.why_bundle.empty()) {
        graph.why_bundle = why;
        graph.file = file;
        graph.offset = import.offset;
        if (!follow_all) return graph;
      }
      if (!resolved.empty() && seen.insert(resolved).second) graph.files.push_back(resolved);
    }
  }
  return graph;
}

}  // namespace sedge::tools
