// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/source_map.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace sedge::script {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::array<int8_t, 256> MakeBase64() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<int8_t>(i);
  }
  return values;
}
constexpr std::array<int8_t, 256> kBase64 = MakeBase64();

int8_t Digit(char c) { return kBase64[static_cast<unsigned char>(c)]; }

std::string Text(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

Status Broken(const std::string& why) {
  return InvalidArgument("the source map is broken: " + why);
}

// Reads one number of a segment. False at what is none, or too large a one.
bool TakeVlq(std::string_view text, size_t& at, int64_t& value) {
  uint64_t bits = 0;
  for (int shift = 0; shift <= 30; shift += 5) {
    if (at >= text.size()) return false;
    const int8_t digit = Digit(text[at]);
    if (digit < 0) return false;
    ++at;
    bits |= static_cast<uint64_t>(digit & 31) << shift;
    if (digit & 32) continue;
    const int64_t magnitude = static_cast<int64_t>(bits >> 1);
    value = bits & 1 ? -magnitude : magnitude;
    return true;
  }
  return false;
}

// "webpack://name/./src/a.ts" is src/a.ts of a project of that name.
std::string WithoutProject(std::string_view url) {
  const size_t slash = url.find('/', url.find("://") + 3);
  if (slash == std::string_view::npos) return std::string(url);
  std::string_view path = url.substr(slash + 1);
  while (path.starts_with("./")) path.remove_prefix(2);
  return std::string(path);
}

std::string SourceName(const std::string& root, const std::string& source,
                       const std::string& folder) {
  std::string name = root;
  if (!name.empty() && !name.ends_with('/') && !source.starts_with('/')) name += '/';
  if (source.starts_with('/') || source.find("://") != std::string::npos) name.clear();
  name += source;
  if (name.starts_with("file://")) return name.substr(7);
  if (name.starts_with("webpack://")) return WithoutProject(name);
  if (name.find("://") != std::string::npos) return name;
  return (fs::path(folder) / name).lexically_normal().string();
}

}  // namespace

class SourceMapReader {
 public:
  SourceMapReader(SourceMap& map, const std::string& folder) : map_(map), folder_(folder) {}

  Status Read(const json& root) {
    if (!root.is_object()) return Broken("it is no JSON object");
    const auto sections = root.find("sections");
    if (sections == root.end()) {
      SEDGE_RETURN_IF_ERROR(ReadMap(root, 0, 0));
    } else {
      if (!sections->is_array()) return Broken("\"sections\" is no array");
      for (const json& section : *sections) SEDGE_RETURN_IF_ERROR(ReadSection(section));
    }
    const auto before = [](const SourceMap::Segment& a, const SourceMap::Segment& b) {
      return a.line != b.line ? a.line < b.line : a.column < b.column;
    };
    if (!std::is_sorted(map_.segments_.begin(), map_.segments_.end(), before)) {
      std::stable_sort(map_.segments_.begin(), map_.segments_.end(), before);
    }
    return {};
  }

 private:
  Status ReadSection(const json& section) {
    if (!section.is_object()) return Broken("a section is no object");
    const auto offset = section.find("offset");
    const auto map = section.find("map");
    if (offset == section.end() || !offset->is_object() || map == section.end() ||
        !map->is_object()) {
      return Broken("a section has no \"offset\" or no \"map\"");
    }
    int64_t start[2] = {};
    for (int i = 0; i < 2; ++i) {
      const auto number = offset->find(i == 0 ? "line" : "column");
      if (number == offset->end() || !number->is_number_unsigned() ||
          number->get<uint64_t>() > INT32_MAX) {
        return Broken("the offset of a section is no place");
      }
      start[i] = number->get<int64_t>();
    }
    return ReadMap(*map, start[0], start[1]);
  }

  Status ReadMap(const json& map, int64_t line, int64_t column) {
    const size_t first_source = map_.sources_.size();
    const auto sources = map.find("sources");
    if (sources != map.end() && sources->is_array()) {
      const std::string root = Text(map, "sourceRoot");
      for (const json& source : *sources) {
        map_.sources_.push_back(
            {source.is_string() ? SourceName(root, source.get<std::string>(), folder_) : "", ""});
      }
    }
    const auto texts = map.find("sourcesContent");
    if (texts != map.end() && texts->is_array()) {
      for (size_t i = 0; i < texts->size() && first_source + i < map_.sources_.size(); ++i) {
        if ((*texts)[i].is_string()) {
          map_.sources_[first_source + i].text = (*texts)[i].get<std::string>();
        }
      }
    }
    const auto mappings = map.find("mappings");
    if (mappings == map.end() || !mappings->is_string()) return Broken("it has no \"mappings\"");
    return ReadMappings(mappings->get_ref<const std::string&>(), first_source, line, column);
  }

  Status ReadMappings(std::string_view text, size_t first_source, int64_t line, int64_t column) {
    const int64_t source_count = static_cast<int64_t>(map_.sources_.size() - first_source);
    int64_t source = 0, source_line = 0, source_column = 0, name = 0;
    for (size_t at = 0; at < text.size();) {
      const char c = text[at];
      if (c == ';') {
        ++line;
        column = 0;
        ++at;
        continue;
      }
      if (c == ',') {
        ++at;
        continue;
      }
      int64_t fields[5];
      int count = 0;
      while (at < text.size() && text[at] != ',' && text[at] != ';') {
        if (count == 5 || !TakeVlq(text, at, fields[count++])) {
          return Broken("a segment cannot be read at character " + std::to_string(at) +
                        " of \"mappings\"");
        }
      }
      column += fields[0];
      if (count >= 4) {
        source += fields[1];
        source_line += fields[2];
        source_column += fields[3];
      }
      if (count == 5) name += fields[4];
      const bool sane = count != 2 && count != 3 && InRange(column) && InRange(line) &&
                        InRange(source_line) && InRange(source_column) && InRange(name) &&
                        (count == 1 || (source >= 0 && source < source_count));
      if (!sane) return Broken("a segment points nowhere, at character " + std::to_string(at));
      if (map_.segments_.size() == kMaxSourceMapSegments) {
        return ResourceExhausted("the source map has more than " +
                                 std::to_string(kMaxSourceMapSegments) + " segments");
      }
      const int64_t index = count == 1 ? -1 : static_cast<int64_t>(first_source) + source;
      map_.segments_.push_back({static_cast<uint32_t>(line), static_cast<uint32_t>(column),
                                static_cast<int32_t>(index), static_cast<uint32_t>(source_line),
                                static_cast<uint32_t>(source_column)});
    }
    return {};
  }

  static bool InRange(int64_t number) { return number >= 0 && number < INT32_MAX; }

  SourceMap& map_;
  const std::string& folder_;
};

Result<std::shared_ptr<const SourceMap>> SourceMap::Parse(std::string_view text,
                                                          const std::string& folder) {
  if (text.size() > kMaxSourceMapBytes) {
    return ResourceExhausted("the source map has more than " +
                             std::to_string(kMaxSourceMapBytes >> 20) + " MiB");
  }
  // What keeps a browser from running it as a script.
  if (text.starts_with(")]}")) text.remove_prefix(std::min(text.find('\n'), text.size()));
  const json root = json::parse(text, nullptr, false);
  if (root.is_discarded()) return Broken("it is no JSON");
  auto map = std::make_shared<SourceMap>();
  SEDGE_RETURN_IF_ERROR(SourceMapReader(*map, folder).Read(root));
  return std::shared_ptr<const SourceMap>(std::move(map));
}

std::optional<SourceMap::Place> SourceMap::Find(int line, int column) const {
  if (line < 1 || column < 1) return std::nullopt;
  const uint32_t wanted_line = static_cast<uint32_t>(line - 1);
  const uint32_t wanted_column = static_cast<uint32_t>(column - 1);
  auto after =
      std::upper_bound(segments_.begin(), segments_.end(), 0, [&](int, const Segment& segment) {
        return segment.line != wanted_line ? segment.line > wanted_line
                                           : segment.column > wanted_column;
      });
  if (after == segments_.begin()) return std::nullopt;
  const Segment& found = *--after;
  if (found.line != wanted_line || found.source < 0) return std::nullopt;
  const std::string& name = sources_[static_cast<size_t>(found.source)].name;
  if (name.empty()) return std::nullopt;
  return Place{name, static_cast<int>(found.source_line) + 1,
               static_cast<int>(found.source_column) + 1};
}

std::string_view LineOfText(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return "";
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string_view SourceMap::LineOf(std::string_view source, int line) const {
  for (const Source& known : sources_) {
    if (known.name != source || known.text.empty()) continue;
    return LineOfText(known.text, line);
  }
  return "";
}

std::string_view SourceMapUrl(std::string_view script) {
  constexpr std::string_view kComment = "//# sourceMappingURL=";
  constexpr std::string_view kOldComment = "//@ sourceMappingURL=";
  size_t at = script.rfind(kComment);
  if (at == std::string_view::npos) at = script.rfind(kOldComment);
  if (at == std::string_view::npos) return "";
  std::string_view url = script.substr(at + kComment.size());
  url = url.substr(0, url.find_first_of(" \t\r\n'\""));
  // Code after it: the comment is one of a part of the script, or in a string.
  std::string_view rest = script.substr(at + kComment.size() + url.size());
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const size_t start = line.find_first_not_of(" \t\r");
    if (start != std::string_view::npos && !line.substr(start).starts_with("//")) return "";
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return url;
}

std::optional<std::string> DecodeDataUrl(std::string_view url) {
  if (!url.starts_with("data:")) return std::nullopt;
  const size_t comma = url.find(',');
  if (comma == std::string_view::npos || !url.substr(0, comma).ends_with(";base64")) {
    return std::nullopt;
  }
  std::string bytes;
  bytes.reserve((url.size() - comma) / 4 * 3);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : url.substr(comma + 1)) {
    if (c == '=') break;
    const int8_t digit = Digit(c);
    if (digit < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    if ((count += 6) < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count);
    bits &= (1u << count) - 1;
  }
  return bytes;
}

}  // namespace sedge::script
