// SPDX-License-Identifier: Apache-2.0
// OutboundPolicy: which hosts and addresses fetch() may connect to: rules of outbound.allow and
// outbound.deny, or of the flags. A value; any thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/ip_network.h"
#include "runtime/base/status.h"

namespace sedge::worker {

// One rule: "10.0.0.0/8", "2001:db8::1", "api.example.com", "*.example.com", or a word: "public",
// "private", "loopback", "link-local", "*" (everything), "none".
struct OutboundRule {
  enum class Kind : uint8_t {
    kNetwork,
    kHost,
    kSubdomains,
    kPublic,
    kPrivate,
    kLoopback,
    kLinkLocal,
    kAll,
    kNone
  };
  Kind kind = Kind::kNone;
  std::string text;   // as written
  std::string host;   // of kHost and kSubdomains, lower case
  IpNetwork network;  // of kNetwork
  bool operator==(const OutboundRule&) const = default;
};

// The error says what is allowed.
Result<OutboundRule> ParseOutboundRule(std::string_view text);

// Deny comes first; then, if there are rules that allow, one of them must.
struct OutboundPolicy {
  std::vector<OutboundRule> allow;
  std::vector<OutboundRule> deny;
  bool operator==(const OutboundPolicy&) const = default;
  bool empty() const { return allow.empty() && deny.empty(); }
};

// How errors name the two lists: "outbound.allow", "--outbound-allow".
struct OutboundPolicyNames {
  std::string_view allow;
  std::string_view deny;
};

// Before a name is looked up: fails where no address could make it right. `host` as in URLs, IPv6
// without brackets.
Status CheckHost(const OutboundPolicy& policy, const OutboundPolicyNames& names,
                 std::string_view host);
// Whether `host` may be connected to at that address. Addresses that stand for others count as
// both: IPv4 inside IPv6 (mapped, NAT64, 6to4), and 0.0.0.0, by which Linux reaches itself.
Status CheckAddress(const OutboundPolicy& policy, const OutboundPolicyNames& names,
                    std::string_view host, const sockaddr& address);
// Whether a rule for networks, or for everything, has the address: not one for hosts, whose
// addresses others may decide about.
bool HasAddress(const std::vector<OutboundRule>& rules, const sockaddr& address);

}  // namespace sedge::worker
