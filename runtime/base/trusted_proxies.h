// SPDX-License-Identifier: Apache-2.0
// TrustedProxies: whose word the server takes about the clients behind them. A value; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "runtime/base/ip_network.h"
#include "runtime/base/status.h"

namespace sedge {

struct TrustedProxies {
  std::vector<IpNetwork> networks;
  bool unix_sockets = false;  // whoever connects over one

  bool empty() const { return networks.empty() && !unix_sockets; }
  // `peer`: an address without port, or "unix:" for a Unix socket.
  bool Trusts(std::string_view peer) const;
  // Adds "10.0.0.0/8", "::1" or "unix". The error says what is wrong and what is allowed, but not
  // the text, which the caller names.
  Status Add(std::string_view text);
  bool operator==(const TrustedProxies&) const = default;
};

}  // namespace sedge
