// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/host_name.h"

#include <unicode/uidna.h>

#include <algorithm>
#include <array>

#include "runtime/base/ascii.h"

namespace sedge::worker {
namespace {

bool IsHostChar(char c) { return IsAsciiAlnum(c) || c == '-' || c == '_' || c == '.'; }

Status BadHost(std::string_view host, std::string_view why) {
  return InvalidArgument("the host \"" + std::string(host) + "\" " + std::string(why));
}

Result<std::string> ToAscii(std::string_view host) {
  UErrorCode error = U_ZERO_ERROR;
  UIDNA* idna = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_NONTRANSITIONAL_TO_ASCII, &error);
  if (U_FAILURE(error)) return Internal("ICU cannot convert host names");
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  std::array<char, 4 * kMaxHostBytes> ascii;
  const int32_t length =
      uidna_nameToASCII_UTF8(idna, host.data(), static_cast<int32_t>(host.size()), ascii.data(),
                             static_cast<int32_t>(ascii.size()), &info, &error);
  uidna_close(idna);
  if (U_FAILURE(error) || info.errors != 0) {
    return BadHost(host, "is not a valid international domain name");
  }
  return std::string(ascii.data(), static_cast<size_t>(length));
}

}  // namespace

Result<std::string> NormalizeHost(std::string_view host) {
  if (host.empty()) return InvalidArgument("the host is missing");
  if (host.size() > kMaxHostBytes) {
    return InvalidArgument("the host has " + std::to_string(host.size()) + " bytes; at most " +
                           std::to_string(kMaxHostBytes) + " are allowed");
  }
  if (host.front() == '[') {
    const auto is_address_char = [](char c) { return HexValue(c) >= 0 || c == ':' || c == '.'; };
    const std::string_view inside = WithoutBrackets(host);
    if (inside.size() == host.size() || inside.find(':') == std::string_view::npos ||
        !std::all_of(inside.begin(), inside.end(), is_address_char)) {
      return BadHost(host, "is not an IPv6 address in brackets, such as [::1]");
    }
    return AsciiLowerCopy(host);
  }
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::all_of(host.begin(), host.end(), is_ascii)) {
    const bool dot = host.front() == '.';
    SEDGE_ASSIGN_OR_RETURN(const std::string ascii, ToAscii(dot ? host.substr(1) : host));
    return NormalizeHost(dot ? "." + ascii : ascii);
  }
  for (const char c : host) {
    if (IsHostChar(c)) continue;
    if (c == ':' && std::count(host.begin(), host.end(), ':') > 1) {
      return BadHost(host, "is an IPv6 address without brackets; write [::1]");
    }
    return BadHost(host,
                   std::string("has a '") + c + "'; letters, digits, '-', '_' and '.' are allowed");
  }
  if (host.find("..") != std::string_view::npos) return BadHost(host, "has an empty label");
  return AsciiLowerCopy(host);
}

std::string_view WithoutBrackets(std::string_view host) {
  if (host.size() < 2 || host.front() != '[' || host.back() != ']') return host;
  return host.substr(1, host.size() - 2);
}

}  // namespace sedge::worker
