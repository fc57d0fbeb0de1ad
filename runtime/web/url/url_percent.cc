// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/url/url_percent.h"

#include "runtime/base/ascii.h"

namespace sedge::web {

void AppendPercentEncoded(std::string& out, std::string_view text, PercentEncodeSet set) {
  static constexpr char kUpperHex[] = "0123456789ABCDEF";
  size_t plain = 0;  // start of the run that needs no encoding
  for (size_t i = 0; i < text.size(); ++i) {
    if (!InPercentEncodeSet(text[i], set)) [[likely]] continue;
    out.append(text, plain, i - plain);
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    const char encoded[3] = {'%', kUpperHex[byte >> 4], kUpperHex[byte & 15]};
    out.append(encoded, sizeof(encoded));
    plain = i + 1;
  }
  out.append(text, plain);
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    out.push_back(text[i]);
  }
  return out;
}

}  // namespace sedge::web
