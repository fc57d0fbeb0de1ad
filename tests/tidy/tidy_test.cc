// SPDX-License-Identifier: Apache-2.0
// The rules of the house that a program can check, over every file of the tree: who may include
// whom, lengths, licence lines, purpose comments, the index of web interfaces.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace sedge {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxLines = 600;
constexpr size_t kMaxColumnsCpp = 110;  // 100 by the formatter; a little for long literals
constexpr size_t kMaxColumnsJs = 120;
constexpr size_t kMaxColumnsTests = 140;  // they hold scripts and messages in literals

struct SourceFile {
  std::string path;  // relative to the tree
  std::vector<std::string> lines;
};

bool IsOneOf(const std::string& extension, std::initializer_list<const char*> known) {
  for (const char* item : known) {
    if (extension == item) return true;
  }
  return false;
}

std::vector<SourceFile> ReadTree() {
  std::vector<SourceFile> files;
  for (const char* top : {"runtime", "kv", "tools", "tests", "examples", "third_party"}) {
    const fs::path root = fs::path(SEDGE_SOURCE_DIR) / top;
    for (auto entry = fs::recursive_directory_iterator(root);
         entry != fs::recursive_directory_iterator(); ++entry) {
      const std::string name = entry->path().filename();
      if (entry->is_directory() && (name == "node_modules" || name.starts_with("."))) {
        entry.disable_recursion_pending();
        continue;
      }
      const std::string extension = entry->path().extension();
      if (!entry->is_regular_file() ||
          !IsOneOf(extension, {".cc", ".h", ".c", ".js", ".cmake", ".sh", ".py"})) {
        continue;
      }
      SourceFile file{fs::relative(entry->path(), SEDGE_SOURCE_DIR), {}};
      std::ifstream stream(entry->path());
      for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  return files;
}

const std::vector<SourceFile>& Tree() {
  static const std::vector<SourceFile> files = ReadTree();
  return files;
}

std::string Extension(const SourceFile& file) { return fs::path(file.path).extension(); }

// "runtime/web/url/x.h" is of layer "web", "kv/store.h" of "kv".
std::string LayerOf(const std::string& path) {
  if (path.starts_with("runtime/")) return path.substr(8, path.find('/', 8) - 8);
  return path.substr(0, path.find('/'));
}

size_t Columns(const std::string& line) {
  size_t columns = 0;
  for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return columns;
}

TEST(TidyTest, TheTreeIsThere) { EXPECT_GT(Tree().size(), 200u); }

TEST(TidyTest, IncludesPointDownwards) {
  const std::map<std::string, std::set<std::string>> allowed = {
      {"base", {}},
      {"loop", {"base"}},
      {"http", {"base", "loop"}},
      {"kv", {"base"}},
      {"admin", {"base", "loop", "http", "kv"}},
      {"script", {"base"}},
      {"web", {"base", "loop", "http", "script"}},
      {"bindings", {"base", "loop", "http", "script", "web", "kv"}},
      {"worker", {"base", "loop", "http", "script", "web", "bindings", "kv", "admin"}},
      {"testing", {"base", "loop", "http", "script", "web", "bindings", "kv", "admin", "worker"}},
      {"tools", {"base", "loop", "http", "worker", "kv", "admin", "testing"}},
  };
  const std::regex include(R"re(^#include "([^"]+)")re");
  for (const SourceFile& file : Tree()) {
    // Benchmarks measure layers one by one.
    if (file.path.starts_with("tools/bench/")) continue;
    const auto rule = allowed.find(LayerOf(file.path));
    if (rule == allowed.end()) continue;
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string target = match[1];
      if (!target.starts_with("runtime/") && !target.starts_with("kv/") &&
          !target.starts_with("tools/")) {
        continue;
      }
      const std::string layer = LayerOf(target);
      EXPECT_TRUE(layer == rule->first || rule->second.contains(layer))
          << file.path << " includes " << target << ": " << rule->first << " may not know "
          << layer;
    }
  }
}

TEST(TidyTest, EachLayerKeepsItsLibrariesToItself) {
  // The headers that belong to one layer alone.
  const std::map<std::string, std::set<std::string>> owners = {
      {"v8.h", {"script"}},
      {"uv.h", {"loop"}},
      {"rocksdb/", {"kv"}},
      {"llhttp.h", {"http"}},
      {"zlib.h", {"web"}},
      {"brotli/", {"web"}},
  };
  for (const SourceFile& file : Tree()) {
    if (!file.path.starts_with("runtime/") && !file.path.starts_with("kv/")) continue;
    for (const std::string& line : file.lines) {
      for (const auto& [header, layers] : owners) {
        if (!line.starts_with("#include <" + header)) continue;
        EXPECT_TRUE(layers.contains(LayerOf(file.path)))
            << file.path << " includes <" << header << "...>, which belongs to " << *layers.begin();
      }
    }
  }
}

TEST(TidyTest, FilesAndLinesAreShort) {
  for (const SourceFile& file : Tree()) {
    EXPECT_LE(file.lines.size(), kMaxLines) << file.path << ": split it along its meaning";
    const bool js = Extension(file) == ".js";
    if (!js && !IsOneOf(Extension(file), {".cc", ".h", ".c"})) continue;
    const bool test = file.path.ends_with("_test.cc");
    const size_t limit = js ? kMaxColumnsJs : test ? kMaxColumnsTests : kMaxColumnsCpp;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_LE(Columns(file.lines[i]), limit) << file.path << ":" << i + 1;
    }
  }
}

TEST(TidyTest, EveryFileHasItsLicenceLine) {
  for (const SourceFile& file : Tree()) {
    bool found = false;
    for (size_t i = 0; i < file.lines.size() && i < 3; ++i) {
      found |= file.lines[i].find("SPDX-License-Identifier: Apache-2.0") != std::string::npos;
    }
    EXPECT_TRUE(found) << file.path;
  }
}

TEST(TidyTest, HeadersAndBuiltinsOpenWithTheirPurpose) {
  for (const SourceFile& file : Tree()) {
    const bool header = Extension(file) == ".h";
    const bool builtin = Extension(file) == ".js" && file.path.starts_with("runtime/");
    if (!header && !builtin) continue;
    ASSERT_GE(file.lines.size(), 2u) << file.path;
    EXPECT_TRUE(file.lines[1].starts_with("// ") && file.lines[1].size() > 20)
        << file.path << ": the second line says what the file is";
  }
}

TEST(TidyTest, BuiltinsAreAscii) {
  // V8 reads them as one-byte strings where the linker put them.
  for (const SourceFile& file : Tree()) {
    if (!file.path.starts_with("runtime/") || Extension(file) != ".js") continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const bool ascii = std::all_of(file.lines[i].begin(), file.lines[i].end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      EXPECT_TRUE(ascii) << file.path << ":" << i + 1 << ": write other characters as \\uXXXX";
    }
  }
}

TEST(TidyTest, EveryWebBuiltinIsInTheIndex) {
  std::ifstream stream(fs::path(SEDGE_SOURCE_DIR) / "runtime/web/README.md");
  std::stringstream readme;
  readme << stream.rdbuf();
  for (const SourceFile& file : Tree()) {
    if (!file.path.starts_with("runtime/web/") || Extension(file) != ".js") continue;
    const fs::path path(file.path);
    const std::string id = path.parent_path().filename().string() + "/" + path.stem().string();
    EXPECT_NE(readme.str().find("`" + id + "`"), std::string::npos)
        << id << " is missing in runtime/web/README.md";
  }
}

}  // namespace
}  // namespace sedge
