// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/url/url_path.h"

#include "runtime/web/url/url_percent.h"

namespace sedge::web {

namespace {

// Takes "." or "%2e" off the front.
bool ConsumeDot(std::string_view& text) {
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    return true;
  }
  if (text.size() >= 3 && text[0] == '%' && text[1] == '2' && AsciiLower(text[2]) == 'e') {
    text.remove_prefix(3);
    return true;
  }
  return false;
}

bool IsSingleDot(std::string_view segment) { return ConsumeDot(segment) && segment.empty(); }
bool IsDoubleDot(std::string_view segment) {
  return ConsumeDot(segment) && ConsumeDot(segment) && segment.empty();
}

// Whether `text` is its own serialisation: nothing to encode, no dot segment possible, no backslash
// that is a slash, no drive letter to mend.
bool IsCanonicalPath(std::string_view text, SchemeType type) {
  char previous = '/';
  for (char c : text) {
    if (InPercentEncodeSet(c, kPathSet)) return false;
    if (previous == '/' && (c == '.' || c == '%')) return false;
    if (c == '\\' && type != SchemeType::kOther) return false;
    if (c == '|' && type == SchemeType::kFile) return false;
    previous = c;
  }
  return true;
}

void AppendSegment(std::string& href, size_t path_start, std::string_view segment,
                   SchemeType type) {
  const bool first = href.size() == path_start;
  href.push_back('/');
  if (first && type == SchemeType::kFile && IsWindowsDriveLetter(segment)) {
    href.push_back(segment[0]);
    href.push_back(':');
    return;
  }
  AppendPercentEncoded(href, segment, kPathSet);
}

}  // namespace

void ShortenPath(std::string& href, size_t path_start, SchemeType type) {
  const std::string_view path = std::string_view(href).substr(path_start);
  if (type == SchemeType::kFile && path.size() == 3 && IsAsciiAlpha(path[1]) && path[2] == ':') {
    return;
  }
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) href.resize(path_start + slash);
}

void AppendPath(std::string& href, size_t path_start, std::string_view text, SchemeType type) {
  if (IsCanonicalPath(text, type)) [[likely]] {
    href.push_back('/');
    href.append(text);
    return;
  }
  const std::string_view slashes = type == SchemeType::kOther ? "/" : "/\\";
  for (;;) {
    const size_t end = text.find_first_of(slashes);
    const bool last = end == std::string_view::npos;
    const std::string_view segment = text.substr(0, end);
    if (IsDoubleDot(segment)) {
      ShortenPath(href, path_start, type);
      if (last) href.push_back('/');
    } else if (IsSingleDot(segment)) {
      if (last) href.push_back('/');
    } else {
      AppendSegment(href, path_start, segment, type);
    }
    if (last) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace sedge::web
