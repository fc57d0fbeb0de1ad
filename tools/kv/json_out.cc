// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/json_out.h"

#include <cstdint>

#include "runtime/admin/json_text.h"

namespace sedge::tools {
namespace {

std::string Dump(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Json ParseJson(std::string_view text) {
  std::string mended;
  return Json::parse(admin::WithoutLoneSurrogates(text, mended), nullptr, false);
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
