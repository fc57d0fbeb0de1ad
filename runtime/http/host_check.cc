// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/host_check.h"

#include <arpa/inet.h>

#include <array>
#include <string>

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

// The size of an IPv6 address in brackets at the front, or 0. A zone, and the addresses of a future
// version that RFC 3986 keeps a place for, mean nothing here.
size_t BracketedSize(std::string_view text) {
  const size_t end = text.find(']');
  if (end == std::string_view::npos || end > INET6_ADDRSTRLEN) return 0;
  in6_addr address;
  const std::string inner(text.substr(1, end - 1));
  if (inner.find('\0') != std::string::npos) return 0;
  return inet_pton(AF_INET6, inner.c_str(), &address) == 1 ? end + 1 : 0;
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
