// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/ip_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sedge {
namespace {

constexpr int kAddressBits = 128;
constexpr int kV4Bits = 32;
constexpr size_t kV4Offset = 12;  // of an IPv4 address in its mapped form
constexpr std::array<uint8_t, kV4Offset> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// The bits of byte `index` that a prefix of `prefix` bits covers.
uint8_t PrefixMask(int prefix, size_t index) {
  const int bits = std::clamp(prefix - static_cast<int>(index) * 8, 0, 8);
  return static_cast<uint8_t>(0xff00 >> bits);
}

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

std::string IpAddress::ToText() const {
  char text[INET6_ADDRSTRLEN];
  const bool v4 = is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? kV4Offset : 0), text, sizeof text);
  return text;
}

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  char copy[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof copy || text.find('\0') != std::string_view::npos) return {};
  copy[text.copy(copy, sizeof copy - 1)] = '\0';
  IpAddress address;
  if (inet_pton(AF_INET, copy, address.bytes.data() + kV4Offset) == 1) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
    return address;
  }
  if (inet_pton(AF_INET6, copy, address.bytes.data()) == 1) return address;
  return {};
}

bool IpNetwork::Contains(const IpAddress& address) const {
  for (size_t i = 0; i < base.bytes.size(); ++i) {
    const uint8_t mask = PrefixMask(prefix, i);
    if (mask == 0) return true;
    if ((base.bytes[i] ^ address.bytes[i]) & mask) return false;
  }
  return true;
}

std::optional<IpNetwork> ParseIpNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<IpAddress> base = ParseIpAddress(text.substr(0, slash));
  if (!base) return {};
  IpNetwork network{*base};
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  // As the text says it: "::ffff:0:0/96" is a network of IPv6.
  const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, network.prefix);
  if (error != std::errc() || stop != end || network.prefix < 0 ||
      network.prefix > (v4 ? kV4Bits : kAddressBits)) {
    return {};
  }
  if (v4) network.prefix += kAddressBits - kV4Bits;
  for (size_t i = 0; i < base->bytes.size(); ++i) {
    if (base->bytes[i] & ~PrefixMask(network.prefix, i)) return {};
  }
  return network;
}

}  // namespace sedge
