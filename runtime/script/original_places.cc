// SPDX-License-Identifier: Apache-2.0
// From places in what runs to places in what the author wrote, by source maps. Maps are read and
// parsed when an error is first printed; what loads and runs without one never pays for them.
#include <filesystem>

#include "runtime/base/log.h"
#include "runtime/script/module_loader.h"
#include "runtime/script/source_map.h"
#include "runtime/script/stack_text.h"

namespace sedge::script {
namespace {

namespace fs = std::filesystem;

// Of a source that is read for a line of it, where its map has no copy.
constexpr uintmax_t kMaxSourceBytes = 16u << 20;

bool IsSourceFile(const std::string& path) {
  const std::string extension = fs::path(path).extension();
  for (const char* known : {".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"}) {
    if (extension == known) return true;
  }
  return false;
}

}  // namespace

std::shared_ptr<const SourceMap> SourceCache::MapOf(
    const std::string& path, const std::function<bool(const std::string&)>& may_read) {
  std::lock_guard lock(maps_mutex_);
  if (const auto known = maps_.find(path); known != maps_.end()) return known->second;
  if (!WasRead(path)) return nullptr;
  std::shared_ptr<const SourceMap>& map = maps_[path];
  const Result<std::string_view> text = Read(path);
  if (!text.ok()) return nullptr;
  const std::string_view url = SourceMapUrl(*text);
  if (url.empty()) return nullptr;
  std::string folder = fs::path(path).parent_path().string();
  Result<std::shared_ptr<const SourceMap>> parsed = NotFound("");
  if (const std::optional<std::string> inlined = DecodeDataUrl(url)) {
    parsed = SourceMap::Parse(*inlined, folder);
  } else if (url.find(':') == std::string_view::npos && !url.starts_with("/")) {
    const fs::path file = (fs::path(folder) / url).lexically_normal();
    if (!may_read(file.string()) || !Exists(file.string())) return nullptr;
    const Result<std::string_view> json = Read(file.string());
    if (!json.ok()) return nullptr;
    folder = file.parent_path().string();
    parsed = SourceMap::Parse(*json, folder);
  } else {
    return nullptr;
  }
  if (parsed.ok()) {
    map = std::move(parsed).value();
  } else {
    LogWarn(path + ": " + std::string(parsed.status().message()) +
            "; stacks show the places of this file");
  }
  return map;
}

bool ModuleLoader::ToOriginal(StackPlace& place, std::string* source_line) {
  if (!sources_ || place.file.starts_with("sedge:")) return false;
  const std::string path = PathOfDisplayName(place.file);
  const std::shared_ptr<const SourceMap> map =
      sources_->MapOf(path, [this](const std::string& file) { return IsInFolders(file); });
  if (!map) return false;
  const std::optional<SourceMap::Place> found = map->Find(place.line, place.column);
  if (!found) return false;
  place = {DisplayName(RealToBase(found->source)), found->line, found->column};
  if (source_line) *source_line = OriginalLine(*map, *found);
  return true;
}

std::string ModuleLoader::OriginalStack(std::string_view stack) {
  if (stack.find("at ") == std::string_view::npos) return std::string(stack);
  return RewriteFrames(stack, [this](StackPlace& place) { return ToOriginal(place, nullptr); });
}

// A map says what it likes: only what lies in the worker's own folder is read for it.
std::string ModuleLoader::OriginalLine(const SourceMap& map, const SourceMap::Place& place) {
  const std::string_view known = map.LineOf(place.source, place.line);
  if (!known.empty()) return std::string(known);
  std::error_code error;
  const fs::path real = fs::canonical(place.source, error);
  if (error || !IsSourceFile(real.string())) return "";
  const fs::path base = fs::canonical(base_dir_, error);
  if (error || !real.string().starts_with(base.string() + "/")) return "";
  if (!fs::is_regular_file(real, error) || fs::file_size(real, error) > kMaxSourceBytes) return "";
  // Read anew each time: it is no module, and may change while this one stays as it is.
  SourceCache once;
  const Result<std::string_view> text = once.Read(real.string());
  return text.ok() ? std::string(LineOfText(*text, place.line)) : "";
}

// Bundlers name sources by their real paths; the worker's folder may be known by another one.
std::string ModuleLoader::RealToBase(const std::string& path) const {
  std::error_code error;
  const fs::path base = fs::canonical(base_dir_, error);
  if (error || base == base_dir_ || !path.starts_with(base.string() + "/")) return path;
  return base_dir_ + path.substr(base.string().size());
}

}  // namespace sedge::script
