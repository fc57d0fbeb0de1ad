// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/multipart_form.h"

#include <algorithm>
#include <utility>

#include "runtime/base/ascii.h"

namespace sedge::admin {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr size_t kMaxBoundaryBytes = 70;  // RFC 2046, section 5.1.1
constexpr size_t kMaxFieldHeadBytes = 8u << 10;

// The parameter of a header's value such as `form-data; name="a"`; quotes are taken off.
std::optional<std::string> FindParameter(std::string_view value, std::string_view name) {
  size_t at = std::min(value.find(';'), value.size());
  while (at < value.size()) {
    ++at;  // the semicolon
    const size_t equals = value.find('=', at);
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view found = Trim(value.substr(at, equals - at));
    std::string text;
    at = equals + 1;
    while (at < value.size() && (value[at] == ' ' || value[at] == '\t')) ++at;
    if (at < value.size() && value[at] == '"') {
      for (++at; at < value.size() && value[at] != '"'; ++at) {
        if (value[at] == '\\' && at + 1 < value.size()) ++at;
        text += value[at];
      }
      if (at == value.size()) return std::nullopt;  // the quote does not end
      at = std::min(value.find(';', at), value.size());
    } else {
      const size_t end = std::min(value.find(';', at), value.size());
      text = Trim(value.substr(at, end - at));
      at = end;
    }
    if (EqualsIgnoreCase(found, name)) return text;
  }
  return std::nullopt;
}

// The name of the field whose header lines these are (the last one without its line end).
std::optional<std::string> FieldName(std::string_view head) {
  while (!head.empty()) {
    const size_t end = std::min(head.find(kLineEnd), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + kLineEnd.size(), head.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    if (!EqualsIgnoreCase(line.substr(0, colon), "content-disposition")) continue;
    const std::string_view value = Trim(line.substr(colon + 1));
    const std::string_view type = Trim(value.substr(0, value.find(';')));
    if (!EqualsIgnoreCase(type, "form-data")) return std::nullopt;
    return FindParameter(value, "name");
  }
  return std::nullopt;
}

enum class Delimiter { kNone, kField, kEnd };

// What stands behind a boundary: the end of its line, or the end of the form. Takes it.
Delimiter TakeDelimiter(std::string_view& rest) {
  if (rest.starts_with("--")) return Delimiter::kEnd;
  const size_t padding = std::min(rest.find_first_not_of(" \t"), rest.size());
  if (!rest.substr(padding).starts_with(kLineEnd)) return Delimiter::kNone;
  rest.remove_prefix(padding + kLineEnd.size());
  return Delimiter::kField;
}

}  // namespace

bool IsForm(std::string_view content_type) {
  const std::string_view type = Trim(content_type.substr(0, content_type.find(';')));
  return EqualsIgnoreCase(type, "multipart/form-data");
}

std::optional<std::string> FormBoundary(std::string_view content_type) {
  std::optional<std::string> boundary = FindParameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundaryBytes) return std::nullopt;
  return boundary;
}

std::optional<std::vector<FormField>> ReadForm(std::string_view body, std::string_view boundary) {
  const std::string delimiter = "\r\n--" + std::string(boundary);
  if (body.starts_with(kLineEnd)) body.remove_prefix(kLineEnd.size());
  if (!body.starts_with(std::string_view(delimiter).substr(kLineEnd.size()))) return std::nullopt;
  std::string_view rest = body.substr(delimiter.size() - kLineEnd.size());
  Delimiter next = TakeDelimiter(rest);
  std::vector<FormField> fields;
  while (next == Delimiter::kField) {
    const size_t head_end = rest.substr(0, kMaxFieldHeadBytes).find("\r\n\r\n");
    if (head_end == std::string_view::npos || fields.size() == kMaxFormFields) return std::nullopt;
    std::optional<std::string> name = FieldName(rest.substr(0, head_end));
    if (!name) return std::nullopt;
    const size_t start = head_end + 4;
    for (size_t from = start;;) {
      const size_t end = rest.find(delimiter, from);
      if (end == std::string_view::npos) return std::nullopt;
      std::string_view behind = rest.substr(end + delimiter.size());
      next = TakeDelimiter(behind);
      if (next == Delimiter::kNone) {  // bytes of the content that look like it
        from = end + 1;
        continue;
      }
      fields.push_back({std::move(*name), rest.substr(start, end - start)});
      rest = behind;
      break;
    }
  }
  if (next != Delimiter::kEnd) return std::nullopt;
  return fields;
}

}  // namespace sedge::admin
