// SPDX-License-Identifier: Apache-2.0
// IpAddress and IpNetwork: addresses as bytes, and the networks ("10.0.0.0/8") that hold them.
// Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sedge {

// An IPv4 address is held as the IPv6 address that it is mapped to (RFC 4291 section 2.5.5.2), so
// that "::ffff:10.0.0.1" and "10.0.0.1" are one.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};

  bool is_v4() const;
  // "10.0.0.1", "2001:db8::1"
  std::string ToText() const;
  bool operator==(const IpAddress&) const = default;
};

// "10.0.0.1" or "2001:db8::1", without brackets, port or scope.
std::optional<IpAddress> ParseIpAddress(std::string_view text);

struct IpNetwork {
  IpAddress base;
  int prefix = 128;  // leading bits that count, of 128: an IPv4 /8 is 104

  bool Contains(const IpAddress& address) const;
  bool operator==(const IpNetwork&) const = default;
};

// "10.0.0.0/8", "fd00::/8", or an address alone. Nothing when it is neither, or when it has bits
// behind its prefix ("10.0.0.1/8"), which is mostly a mistake.
std::optional<IpNetwork> ParseIpNetwork(std::string_view text);

}  // namespace sedge
