// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/json_out.h"

#include <cstdint>

#include "runtime/base/ascii.h"

namespace sedge::tools {
namespace {

std::string Dump(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// Workers make such texts: JSON.stringify writes half of a character that slice() cut as its
// escape.
std::string WithoutLoneSurrogates(std::string_view text) {
  const auto unit_at = [&](size_t at) -> int {
    if (text.substr(at, 2) != "\\u" || text.size() < at + 6) return -1;
    int unit = 0;
    for (const char c : text.substr(at + 2, 4)) {
      const int digit = HexValue(c);
      if (digit < 0) return -1;
      unit = unit << 4 | digit;
    }
    return unit;
  };
  const auto is_high = [](int unit) { return unit >= 0xD800 && unit < 0xDC00; };
  const auto is_low = [](int unit) { return unit >= 0xDC00 && unit < 0xE000; };
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const int unit = unit_at(at);
    size_t size = text[at] == '\\' ? 2 : 1;
    if (unit >= 0) size = is_high(unit) && is_low(unit_at(at + 6)) ? 12 : 6;
    const bool is_lone = size == 6 && (is_high(unit) || is_low(unit));
    out += is_lone ? "\\ufffd" : text.substr(at, size);
    at += size;
  }
  return out;
}

}  // namespace

Json ParseJson(std::string_view text) {
  Json parsed = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!parsed.is_discarded() || text.find("\\u") == std::string_view::npos) return parsed;
  return Json::parse(WithoutLoneSurrogates(text), nullptr, false);
}

std::string JsonText(const Json& value) { return Dump(value, -1); }

std::string PrettyJson(const Json& value) { return Dump(value, 2); }

std::string Base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<uint8_t>(bytes[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += j <= count ? kDigits[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

}  // namespace sedge::tools
