// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/trusted_proxies.h"

#include <algorithm>
#include <string>

namespace sedge {

bool TrustedProxies::Trusts(std::string_view peer) const {
  const std::optional<IpAddress> address = ParseIpAddress(peer);
  if (!address) return unix_sockets && peer.starts_with("unix:");
  return std::any_of(networks.begin(), networks.end(),
                     [&](const IpNetwork& network) { return network.Contains(*address); });
}

Status TrustedProxies::Add(std::string_view text) {
  if (text == "unix") {
    unix_sockets = true;
    return {};
  }
  if (const std::optional<IpNetwork> network = ParseIpNetwork(text)) {
    networks.push_back(*network);
    return {};
  }
  const size_t slash = text.find('/');
  const bool has_base = slash != std::string_view::npos && ParseIpAddress(text.substr(0, slash));
  return InvalidArgument(
      std::string(has_base ? "the number behind / is no length of a prefix, or the address has "
                             "bits behind that prefix"
                           : "this is neither an address nor a network") +
      "; allowed is an address, a network or unix, such as 127.0.0.1, 10.0.0.0/8 or fd00::/8");
}

}  // namespace sedge
