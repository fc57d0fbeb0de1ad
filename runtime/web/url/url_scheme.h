// SPDX-License-Identifier: Apache-2.0
// The special schemes (https://url.spec.whatwg.org/#special-scheme) and small predicates on URL
// text. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/base/ascii.h"

namespace sedge::web {

enum class SchemeType : uint8_t { kOther, kHttp, kHttps, kWs, kWss, kFtp, kFile };

constexpr SchemeType SchemeTypeOf(std::string_view lower_case_scheme) {
  if (lower_case_scheme == "https") return SchemeType::kHttps;
  if (lower_case_scheme == "http") return SchemeType::kHttp;
  if (lower_case_scheme == "ws") return SchemeType::kWs;
  if (lower_case_scheme == "wss") return SchemeType::kWss;
  if (lower_case_scheme == "ftp") return SchemeType::kFtp;
  if (lower_case_scheme == "file") return SchemeType::kFile;
  return SchemeType::kOther;
}

constexpr bool IsSpecial(SchemeType type) { return type != SchemeType::kOther; }

// 0 when the scheme has none.
constexpr uint16_t DefaultPort(SchemeType type) {
  switch (type) {
    case SchemeType::kHttp:
    case SchemeType::kWs:
      return 80;
    case SchemeType::kHttps:
    case SchemeType::kWss:
      return 443;
    case SchemeType::kFtp:
      return 21;
    default:
      return 0;
  }
}

constexpr bool IsSlash(char c, bool special) { return c == '/' || (special && c == '\\'); }
constexpr bool IsSchemeChar(char c) {
  return IsAsciiAlnum(c) || c == '+' || c == '-' || c == '.';
}

// "C:" or "C|".
constexpr bool IsWindowsDriveLetter(std::string_view text) {
  return text.size() == 2 && IsAsciiAlpha(text[0]) && (text[1] == ':' || text[1] == '|');
}
constexpr bool StartsWithWindowsDriveLetter(std::string_view text) {
  return text.size() >= 2 && IsWindowsDriveLetter(text.substr(0, 2)) &&
         (text.size() == 2 || std::string_view("/\\?#").find(text[2]) != std::string_view::npos);
}

}  // namespace sedge::web
