// SPDX-License-Identifier: Apache-2.0
#include "tests/wpt/test_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sedge::wpt {
namespace {

namespace fs = std::filesystem;

bool IsTest(const std::string& path) {
  return path.ends_with(".any.js") || path.ends_with(".worker.js");
}

// The value of a "// META: key=value" line.
bool MetaValue(std::string_view line, std::string_view key, std::string& value) {
  const std::string start = "// META: " + std::string(key) + "=";
  if (!line.starts_with(start)) return false;
  value = line.substr(start.size());
  while (!value.empty() && (value.back() == '\r' || value.back() == ' ')) value.pop_back();
  return true;
}

// The literals of importScripts("a", 'b').
std::vector<std::string> ImportedScripts(std::string_view text) {
  static constexpr std::string_view kCall = "importScripts(";
  std::vector<std::string> names;
  for (size_t at = text.find(kCall); at != std::string_view::npos; at = text.find(kCall, at + 1)) {
    const size_t end = text.find(')', at);
    const std::string_view list = text.substr(at, end - at);
    for (size_t open = list.find_first_of("'\""); open != std::string_view::npos;) {
      const size_t close = list.find(list[open], open + 1);
      if (close == std::string_view::npos) break;
      names.emplace_back(list.substr(open + 1, close - open - 1));
      open = list.find_first_of("'\"", close + 1);
    }
  }
  return names;
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string ResolvePath(const std::string& from, std::string_view name) {
  const fs::path named(name);
  const fs::path whole =
      name.starts_with('/') ? named.relative_path() : fs::path(from).parent_path() / named;
  const std::string path = whole.lexically_normal().string();
  // wptserve has this one under another name.
  return path == "resources/WebIDLParser.js" ? "resources/webidl2/lib/webidl2.js" : path;
}

std::vector<TestCase> ParseTestFile(const std::string& path, std::string_view text) {
  TestCase test;
  test.path = path;
  test.tentative = path.find("tentative") != std::string::npos;
  test.is_worker_script = path.ends_with(".worker.js");
  std::vector<std::string> variants;
  std::istringstream lines{std::string(text)};
  std::string value;
  for (std::string line; std::getline(lines, line) && line.starts_with("//");) {
    if (MetaValue(line, "script", value)) test.scripts.push_back(ResolvePath(path, value));
    if (MetaValue(line, "timeout", value)) test.long_timeout = value == "long";
    if (MetaValue(line, "variant", value)) variants.push_back(value);
  }
  if (test.is_worker_script) {
    for (const std::string& name : ImportedScripts(text)) {
      if (!name.ends_with("/testharness.js")) test.scripts.push_back(ResolvePath(path, name));
    }
  }
  if (variants.empty()) variants.emplace_back();
  std::vector<TestCase> cases;
  for (const std::string& variant : variants) {
    test.variant = variant;
    cases.push_back(test);
  }
  return cases;
}

std::vector<TestCase> FindTests(const std::string& checkout, const std::string& folder) {
  std::vector<std::string> paths;
  const fs::path top = fs::path(checkout) / folder;
  if (fs::is_regular_file(top)) {
    paths.push_back(folder);
  } else if (fs::is_directory(top)) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top)) {
      const std::string path = fs::relative(entry.path(), checkout);
      if (entry.is_regular_file() && IsTest(path)) paths.push_back(path);
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<TestCase> cases;
  for (const std::string& path : paths) {
    for (TestCase& test : ParseTestFile(path, ReadFile(checkout + "/" + path))) {
      cases.push_back(std::move(test));
    }
  }
  return cases;
}

}  // namespace sedge::wpt
