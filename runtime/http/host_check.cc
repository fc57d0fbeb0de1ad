// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/host_check.h"

#include <array>

#include "runtime/base/ascii.h"

namespace sedge::http {
namespace {

constexpr unsigned kMaxPort = 65535;

// unreserved, sub-delims and "%" of RFC 3986.
constexpr std::array<bool, 256> MakeNameTable() {
  std::array<bool, 256> table{};
  for (int c = 0; c < 128; ++c) table[c] = IsAsciiAlnum(static_cast<char>(c));
  for (char c : std::string_view("-._~!$&'()*+,;=%")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> kNameTable = MakeNameTable();

// The size of "[...]" at the front, or 0.
size_t BracketedSize(std::string_view text) {
  const size_t end = text.find(']');
  if (end == std::string_view::npos || end < 3) return 0;
  for (char c : text.substr(1, end - 1)) {
    if (HexValue(c) < 0 && c != ':' && c != '.') return 0;
  }
  return end + 1;
}

size_t NameSize(std::string_view text) {
  size_t size = 0;
  for (; size < text.size() && kNameTable[static_cast<unsigned char>(text[size])]; ++size) {
    if (text[size] != '%') continue;
    if (size + 2 >= text.size() || HexValue(text[size + 1]) < 0 || HexValue(text[size + 2]) < 0) {
      return 0;
    }
  }
  return size;
}

}  // namespace

bool IsHostAndPort(std::string_view text) {
  const size_t host_size = !text.empty() && text[0] == '[' ? BracketedSize(text) : NameSize(text);
  if (host_size == 0) return false;
  text.remove_prefix(host_size);
  if (text.empty()) return true;
  if (text[0] != ':') return false;
  unsigned port = 0;
  for (char c : text.substr(1)) {
    if (!IsAsciiDigit(c)) return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > kMaxPort) return false;
  }
  return true;
}

}  // namespace sedge::http
