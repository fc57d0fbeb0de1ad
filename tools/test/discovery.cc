// SPDX-License-Identifier: Apache-2.0
#include "tools/test/discovery.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "runtime/worker/config.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEndings[] = {".js", ".mjs", ".ts", ".mts", ".jsx", ".tsx"};
constexpr std::string_view kMarks[] = {".test", "_test", ".spec"};

bool IsLeftOut(const fs::path& folder) {
  const std::string name = folder.filename();
  return name == "node_modules" || name.starts_with('.');
}

Status AddFolder(const fs::path& folder, std::vector<std::string>& files) {
  std::error_code error;
  std::vector<std::string> found;
  fs::recursive_directory_iterator entries(folder, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    std::error_code ignored;
    if (entries->is_directory(ignored)) {
      if (IsLeftOut(entries->path())) entries.disable_recursion_pending();
    } else if (IsTestFile(entries->path().filename().string()) &&
               entries->is_regular_file(ignored)) {
      found.push_back(entries->path().lexically_normal());
    }
  }
  if (error) return IoError(folder.string() + ": the folder cannot be read: " + error.message());
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return OkStatus();
}

}  // namespace

bool IsTestFile(std::string_view name) {
  for (const std::string_view ending : kEndings) {
    if (!name.ends_with(ending)) continue;
    const std::string_view stem = name.substr(0, name.size() - ending.size());
    for (const std::string_view mark : kMarks) {
      if (stem.size() > mark.size() && stem.ends_with(mark)) return true;
    }
  }
  return false;
}

Result<std::vector<std::string>> FindTestFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  const std::vector<std::string> here = {"."};
  for (const std::string& path : paths.empty() ? here : paths) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path).lexically_normal();
    if (fs::is_directory(absolute, error)) {
      SEDGE_RETURN_IF_ERROR(AddFolder(absolute, files));
    } else if (fs::is_regular_file(absolute, error)) {
      files.push_back(absolute);
    } else {
      return NotFound(path +
                      ": there is no such file or folder; tests are chosen by name with -t NAME");
    }
  }
  std::set<std::string> seen;
  std::erase_if(files, [&](const std::string& file) { return !seen.insert(file).second; });
  return files;
}

std::string FindWorkerFolder(const std::string& file) {
  std::error_code ignored;
  std::string with_script;
  for (fs::path folder = fs::path(file).parent_path();; folder = folder.parent_path()) {
    if (worker::HasConfig(folder.string())) return folder;
    if (with_script.empty() && worker::HasWorker(folder.string())) with_script = folder;
    if (fs::exists(folder / ".git", ignored) || folder == folder.parent_path()) return with_script;
  }
}

std::string ShownPath(const std::string& path) {
  std::error_code error;
  const fs::path relative = fs::path(path).lexically_relative(fs::current_path(error));
  if (error || relative.empty() || *relative.begin() == "..") return path;
  return relative;
}

}  // namespace sedge::tools
