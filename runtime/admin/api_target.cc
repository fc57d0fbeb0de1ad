// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/api_target.h"

#include <algorithm>

#include "runtime/base/ascii.h"

namespace sedge::admin {
namespace {

// Two hexadecimal digits behind the "%" at `at`, or -1.
int EscapeAt(std::string_view text, size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = HexValue(text[at + 1]), low = HexValue(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string FormDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const int escape = text[i] == '%' ? EscapeAt(text, i) : -1;
    if (escape >= 0) {
      decoded += static_cast<char>(escape);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int escape = EscapeAt(text, i);
    if (escape < 0) return std::nullopt;
    decoded += static_cast<char>(escape);
    i += 2;
  }
  return decoded;
}

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (IsAsciiAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      encoded += '%';
      encoded += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
      encoded += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
    }
  }
  return encoded;
}

ApiTarget::ApiTarget(std::string_view target) {
  target = target.substr(0, target.find('#'));
  const size_t mark = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, mark);
  while (path.starts_with('/')) {
    const size_t end = std::min(path.find('/', 1), path.size());
    segments_.push_back(path.substr(1, end - 1));
    path.remove_prefix(end);
  }
  std::string_view query = target.substr(std::min(mark + 1, target.size()));
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) {
      parameters_.emplace_back(FormDecode(pair.substr(0, equals)),
                               FormDecode(pair.substr(std::min(equals + 1, pair.size()))));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

std::optional<std::string> ApiTarget::Parameter(std::string_view name) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  if (found == parameters_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sedge::admin
