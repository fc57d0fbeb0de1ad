// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/url/url_host.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "runtime/base/ascii.h"
#include "runtime/web/url/url_idna.h"
#include "runtime/web/url/url_percent.h"

namespace sedge::web {

namespace {

enum CharClass : uint8_t {
  kPlain = 0,
  kForbiddenHost = 1,
  kForbiddenDomain = 2,
  kNeedsDecoding = 4,
};

constexpr std::array<uint8_t, 256> kHostClasses = [] {
  std::array<uint8_t, 256> classes{};
  for (size_t i = 0; i < 256; ++i) {
    if (i < 0x20 || i == 0x7F) classes[i] = kForbiddenDomain;
    if (i >= 0x80) classes[i] = kNeedsDecoding;
  }
  for (char c : std::string_view("\0\t\n\r #/:<>?@[\\]^|", 17)) {
    classes[static_cast<uint8_t>(c)] = kForbiddenHost | kForbiddenDomain;
  }
  // Forbidden in a domain too, but only after percent-decoding.
  classes['%'] = kNeedsDecoding;
  return classes;
}();

uint8_t ClassOf(char c) { return kHostClasses[static_cast<uint8_t>(c)]; }

using Ipv6Pieces = std::array<uint16_t, 8>;

// ------------------------------------------------------------------------------------------- IPv4

// The IPv4 number parser. Values above 2^32 come back as 2^32: out of range anyway.
std::optional<uint64_t> ParseIpv4Number(std::string_view part) {
  if (part.empty()) return std::nullopt;
  int radix = 10;
  if (part.size() >= 2 && part[0] == '0') {
    radix = AsciiLower(part[1]) == 'x' ? 16 : 8;
    part.remove_prefix(radix == 16 ? 2 : 1);
  }
  uint64_t value = 0;
  for (char c : part) {
    const int digit = HexValue(c);
    if (digit < 0 || digit >= radix) return std::nullopt;
    value = value * static_cast<uint64_t>(radix) + static_cast<uint64_t>(digit);
    if (value > UINT32_MAX) value = uint64_t{1} << 32;
  }
  return value;
}

bool EndsInNumber(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  const size_t dot = domain.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? domain : domain.substr(dot + 1);
  if (last.empty() || !IsAsciiDigit(last[0])) return false;
  if (last.find_first_not_of("0123456789") == std::string_view::npos) return true;
  return ParseIpv4Number(last).has_value();
}

std::optional<uint32_t> ParseIpv4(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  uint64_t address = 0;
  for (int index = 0;; ++index) {
    if (index == 4) return std::nullopt;
    const size_t dot = domain.find('.');
    const std::optional<uint64_t> number = ParseIpv4Number(domain.substr(0, dot));
    if (!number) return std::nullopt;
    if (dot == std::string_view::npos) {
      // The last number fills all the bytes that are left.
      if (*number >= uint64_t{1} << (8 * (4 - index))) return std::nullopt;
      return static_cast<uint32_t>(address + *number);
    }
    if (*number > 255) return std::nullopt;
    address += *number << (8 * (3 - index));
    domain.remove_prefix(dot + 1);
  }
}

void AppendNumber(std::string& out, uint32_t value, int base) {
  char digits[16];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), value, base).ptr);
}

void AppendIpv4(std::string& out, uint32_t address) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    AppendNumber(out, (address >> shift) & 0xFF, 10);
    if (shift != 0) out.push_back('.');
  }
}

// ------------------------------------------------------------------------------------------- IPv6

// The dotted end of an IPv6 address, into pieces[index] and the next.
bool ParseIpv4InIpv6(std::string_view text, Ipv6Pieces& pieces, size_t index) {
  for (int seen = 0; seen < 4; ++seen) {
    if (seen > 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    if (text.empty() || !IsAsciiDigit(text[0])) return false;
    int value = -1;
    while (!text.empty() && IsAsciiDigit(text[0])) {
      if (value == 0) return false;  // a leading zero
      value = (value < 0 ? 0 : value * 10) + (text[0] - '0');
      if (value > 255) return false;
      text.remove_prefix(1);
    }
    uint16_t& piece = pieces[index + static_cast<size_t>(seen) / 2];
    piece = static_cast<uint16_t>(piece * 0x100 + value);
  }
  return text.empty();
}

std::optional<Ipv6Pieces> ParseIpv6(std::string_view text) {
  Ipv6Pieces pieces{};
  size_t count = 0;
  std::optional<size_t> compress;
  size_t p = 0;
  auto at = [text](size_t i) { return i < text.size() ? text[i] : '\0'; };
  if (at(0) == ':') {
    if (at(1) != ':') return std::nullopt;
    p = 2;
    compress = ++count;
  }
  while (p < text.size()) {
    if (count == 8) return std::nullopt;
    if (text[p] == ':') {
      if (compress) return std::nullopt;
      ++p;
      compress = ++count;
      continue;
    }
    const size_t start = p;
    uint32_t value = 0;
    while (p - start < 4 && HexValue(at(p)) >= 0) {
      value = value * 16 + static_cast<uint32_t>(HexValue(text[p++]));
    }
    if (at(p) == '.') {
      if (p == start || count > 6) return std::nullopt;
      if (!ParseIpv4InIpv6(text.substr(start), pieces, count)) return std::nullopt;
      count += 2;
      break;
    }
    if (p < text.size()) {
      if (text[p] != ':' || ++p == text.size()) return std::nullopt;
    }
    pieces[count++] = static_cast<uint16_t>(value);
  }
  if (!compress) return count == 8 ? std::optional(pieces) : std::nullopt;
  size_t swaps = count - *compress;
  for (size_t i = 7; i != 0 && swaps > 0; --i, --swaps) {
    std::swap(pieces[i], pieces[*compress + swaps - 1]);
  }
  return pieces;
}

void AppendIpv6(std::string& out, const Ipv6Pieces& pieces) {
  size_t longest_start = 8;
  size_t longest_size = 1;
  for (size_t i = 0; i < 8;) {
    size_t end = i;
    while (end < 8 && pieces[end] == 0) ++end;
    if (end - i > longest_size) {
      longest_start = i;
      longest_size = end - i;
    }
    i = end + 1;
  }
  out.push_back('[');
  for (size_t i = 0; i < 8; ++i) {
    if (i == longest_start) {
      out.append(i == 0 ? "::" : ":");
      i += longest_size - 1;
      continue;
    }
    AppendNumber(out, pieces[i], 16);
    if (i != 7) out.push_back(':');
  }
  out.push_back(']');
}

// ----------------------------------------------------------------------------------------- domain

// Judges the ASCII domain out[start..] and turns it into an IPv4 address if it ends in a number.
bool FinishDomain(std::string& out, size_t start) {
  const std::string_view domain = std::string_view(out).substr(start);
  if (domain.empty()) return false;
  if (!EndsInNumber(domain)) return true;
  const std::optional<uint32_t> address = ParseIpv4(domain);
  if (!address) return false;
  out.resize(start);
  AppendIpv4(out, *address);
  return true;
}

bool IsForbiddenInDomain(char c) { return (ClassOf(c) & kForbiddenDomain) != 0 || c == '%'; }

// A domain with percent-encoded bytes, characters beyond ASCII or Punycode. The standard's text has
// let every ASCII domain through unchecked since June 2026; the web platform tests and deployed
// implementations refuse invalid Punycode, and so does this.
bool AppendDomainSlow(std::string& out, std::string_view input, size_t start) {
  if (!AppendDomainToAscii(out, PercentDecode(input))) return false;
  for (size_t i = start; i < out.size(); ++i) {
    if (IsForbiddenInDomain(out[i])) return false;
  }
  return FinishDomain(out, start);
}

bool AppendDomain(std::string& out, std::string_view input, size_t start) {
  uint8_t classes = 0;
  for (char c : input) classes |= ClassOf(c);
  // Decoding first, even with a forbidden character: '<' and U+0338 compose to one that is none.
  if (classes & kNeedsDecoding) return AppendDomainSlow(out, input, start);
  if (classes != kPlain) return false;
  if (HasPunycodeLabel(input)) return AppendDomainSlow(out, input, start);
  out.append(input);
  for (size_t i = start; i < out.size(); ++i) out[i] = AsciiLower(out[i]);
  return FinishDomain(out, start);
}

bool AppendAnyHost(std::string& out, std::string_view input, bool opaque, size_t start) {
  if (input.starts_with('[')) {
    if (!input.ends_with(']')) return false;
    const std::optional<Ipv6Pieces> address = ParseIpv6(input.substr(1, input.size() - 2));
    if (address) AppendIpv6(out, *address);
    return address.has_value();
  }
  if (!opaque) return AppendDomain(out, input, start);
  for (char c : input) {
    if (ClassOf(c) & kForbiddenHost) return false;
  }
  AppendPercentEncoded(out, input, kC0ControlSet);
  return true;
}

}  // namespace

bool AppendHost(std::string& out, std::string_view input, bool opaque) {
  const size_t start = out.size();
  if (AppendAnyHost(out, input, opaque, start)) return true;
  out.resize(start);
  return false;
}

}  // namespace sedge::web
