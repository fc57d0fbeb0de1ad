// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/outbound_policy.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "runtime/base/ascii.h"
#include "runtime/worker/host_name.h"

namespace sedge::worker {
namespace {

using Kind = OutboundRule::Kind;

constexpr int kMappedBits = 96;  // of ::ffff:0.0.0.0/96, which holds all of IPv4
constexpr std::string_view kAllowed =
    "allowed is a network such as 10.0.0.0/8 or fc00::/7, an address, a host such as "
    "api.example.com or *.example.com, or one of public, private, loopback, link-local, *, none";

constexpr IpAddress V4(uint8_t a, uint8_t b = 0, uint8_t c = 0, uint8_t d = 0) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}};
}
constexpr IpNetwork Net4(uint8_t a, uint8_t b, uint8_t c, int prefix) {
  return {V4(a, b, c), kMappedBits + prefix};
}
constexpr IpNetwork Net6(std::array<uint16_t, 3> groups, int prefix) {
  IpAddress base;
  for (size_t i = 0; i < groups.size(); ++i) {
    base.bytes[2 * i] = static_cast<uint8_t>(groups[i] >> 8);
    base.bytes[2 * i + 1] = static_cast<uint8_t>(groups[i]);
  }
  return {base, prefix};
}

constexpr IpAddress kLoopback6 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
constexpr IpNetwork kLoopback[] = {Net4(127, 0, 0, 8), {kLoopback6, 128}};
constexpr IpNetwork kLinkLocal[] = {Net4(169, 254, 0, 16), Net6({0xfe80}, 10)};
// What IANA's registries of special-purpose addresses (RFC 6890) do not call globally reachable,
// and multicast.
constexpr IpNetwork kPrivate[] = {Net4(0, 0, 0, 8),
                                  Net4(10, 0, 0, 8),
                                  Net4(100, 64, 0, 10),
                                  Net4(127, 0, 0, 8),
                                  Net4(169, 254, 0, 16),
                                  Net4(172, 16, 0, 12),
                                  Net4(192, 0, 0, 24),
                                  Net4(192, 0, 2, 24),
                                  Net4(192, 88, 99, 24),
                                  Net4(192, 168, 0, 16),
                                  Net4(198, 18, 0, 15),
                                  Net4(198, 51, 100, 24),
                                  Net4(203, 0, 113, 24),
                                  Net4(224, 0, 0, 4),
                                  Net4(240, 0, 0, 4),
                                  Net6({}, 127),                // ::, ::1
                                  Net6({0x64, 0xff9b, 1}, 48),  // NAT64 inside a network
                                  Net6({0x100}, 64),
                                  Net6({0x2001, 0}, 23),
                                  Net6({0x2001, 0xdb8}, 32),
                                  Net6({0x3fff}, 20),
                                  Net6({0x5f00}, 16),
                                  Net6({0xfc00}, 7),
                                  Net6({0xfe80}, 10),
                                  Net6({0xfec0}, 10),
                                  Net6({0xff00}, 8)};

template <size_t N>
bool ContainsAny(const IpNetwork (&networks)[N], const IpAddress& address) {
  return std::any_of(std::begin(networks), std::end(networks),
                     [&](const IpNetwork& network) { return network.Contains(address); });
}

bool IsZero(const uint8_t* from, size_t count) {
  return std::all_of(from, from + count, [](uint8_t byte) { return byte == 0; });
}

// An address, and those that it stands for.
std::vector<IpAddress> Forms(const IpAddress& address) {
  std::vector<IpAddress> forms = {address};
  const auto add_v4 = [&](const uint8_t* at) { forms.push_back(V4(at[0], at[1], at[2], at[3])); };
  const uint8_t* bytes = address.bytes.data();
  const bool is_v4 = address.is_v4();
  if (is_v4 ? IsZero(bytes + 12, 4) : IsZero(bytes, 16)) {
    forms.push_back(V4(127, 0, 0, 1));
    forms.push_back(kLoopback6);
  }
  if (is_v4) return forms;
  // RFC 4291 section 2.5.5.1, the old "IPv4-compatible" ones, but for :: and ::1.
  if (IsZero(bytes, 12) && !IsZero(bytes + 12, 3)) add_v4(bytes + 12);
  constexpr IpNetwork kNat64 = Net6({0x64, 0xff9b}, 96);  // RFC 6052
  if (kNat64.Contains(address)) add_v4(bytes + 12);
  if (bytes[0] == 0x20 && bytes[1] == 0x02) add_v4(bytes + 2);  // RFC 3056: 6to4
  return forms;
}

IpAddress ToAddress(const sockaddr& address) {
  IpAddress ip = V4(0);
  if (address.sa_family == AF_INET6) {
    std::memcpy(ip.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
  } else {
    std::memcpy(&ip.bytes[12], &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
  }
  return ip;
}

bool IsPrivate(const std::vector<IpAddress>& forms) {
  return std::any_of(forms.begin(), forms.end(),
                     [](const IpAddress& form) { return ContainsAny(kPrivate, form); });
}

bool MatchesHost(const OutboundRule& rule, std::string_view host) {
  if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
  switch (rule.kind) {
    case Kind::kAll: return true;
    case Kind::kHost: return EqualsIgnoreCase(host, rule.host);
    case Kind::kSubdomains:
      return host.size() > rule.host.size() + 1 &&
             host[host.size() - rule.host.size() - 1] == '.' &&
             EqualsIgnoreCase(host.substr(host.size() - rule.host.size()), rule.host);
    default: return false;
  }
}

bool MatchesAddress(const OutboundRule& rule, const std::vector<IpAddress>& forms) {
  const auto any = [&](auto&& matches) { return std::any_of(forms.begin(), forms.end(), matches); };
  switch (rule.kind) {
    case Kind::kNetwork:
      return any([&](const IpAddress& form) {
        // "::/0" is all of IPv6, not of IPv4.
        return rule.network.Contains(form) && (!form.is_v4() || rule.network.prefix >= kMappedBits);
      });
    case Kind::kLoopback:
      return any([](const IpAddress& form) { return ContainsAny(kLoopback, form); });
    case Kind::kLinkLocal:
      return any([](const IpAddress& form) { return ContainsAny(kLinkLocal, form); });
    case Kind::kPrivate: return IsPrivate(forms);
    case Kind::kPublic: return !IsPrivate(forms);
    default: return false;
  }
}

bool IsAboutHosts(const OutboundRule& rule) {
  return rule.kind == Kind::kHost || rule.kind == Kind::kSubdomains || rule.kind == Kind::kAll ||
         rule.kind == Kind::kNone;
}

Status Denied(const OutboundRule& rule, std::string_view list) {
  return FailedPrecondition("denied by the rule \"" + rule.text + "\" of " + std::string(list));
}

Status NotAllowed(std::string_view list) {
  return FailedPrecondition("allowed by no rule of " + std::string(list));
}

Status BadRule(std::string_view text, std::string_view why) {
  return InvalidArgument("the rule \"" + std::string(text.substr(0, 100)) + "\" " +
                         std::string(why) + "; " + std::string(kAllowed));
}

Result<OutboundRule> ParseNetwork(std::string_view text) {
  OutboundRule rule;
  rule.kind = Kind::kNetwork;
  rule.text = text;
  const size_t slash = std::min(text.find('/'), text.size());
  const std::string plain =
      std::string(WithoutBrackets(text.substr(0, slash))) + std::string(text.substr(slash));
  const std::optional<IpNetwork> network = ParseIpNetwork(plain);
  if (!network) {
    return BadRule(text,
                   "is no network: an address, /, and how many of its bits count, the others "
                   "being zero");
  }
  rule.network = *network;
  return rule;
}

}  // namespace

Result<OutboundRule> ParseOutboundRule(std::string_view text) {
  static constexpr std::pair<std::string_view, Kind> kWords[] = {
      {"public", Kind::kPublic},        {"private", Kind::kPrivate}, {"loopback", Kind::kLoopback},
      {"link-local", Kind::kLinkLocal}, {"*", Kind::kAll},           {"none", Kind::kNone}};
  OutboundRule rule;
  rule.text = text;
  for (const auto& [word, kind] : kWords) {
    if (text != word) continue;
    rule.kind = kind;
    return rule;
  }
  if (text.find('/') != std::string_view::npos || ParseIpAddress(WithoutBrackets(text))) {
    return ParseNetwork(text);
  }
  rule.kind = text.starts_with("*.") ? Kind::kSubdomains : Kind::kHost;
  const Result<std::string> host =
      NormalizeHost(rule.kind == Kind::kSubdomains ? text.substr(2) : text);
  if (!host.ok()) return BadRule(text, "is wrong: " + std::string(host.status().message()));
  rule.host = *host;
  if (rule.host.size() > 1 && rule.host.back() == '.') rule.host.pop_back();
  const size_t last = rule.host.rfind('.') + 1;
  if (rule.host.starts_with('.') ||
      std::all_of(rule.host.begin() + last, rule.host.end(), IsAsciiDigit)) {
    return BadRule(text, "is neither an address nor a host");
  }
  return rule;
}

Status CheckHost(const OutboundPolicy& policy, const OutboundPolicyNames& names,
                 std::string_view host) {
  for (const OutboundRule& rule : policy.deny) {
    if (MatchesHost(rule, host)) return Denied(rule, names.deny);
  }
  if (policy.allow.empty()) return OkStatus();
  for (const OutboundRule& rule : policy.allow) {
    if (!IsAboutHosts(rule) || MatchesHost(rule, host)) return OkStatus();
  }
  return NotAllowed(names.allow);
}

Status CheckAddress(const OutboundPolicy& policy, const OutboundPolicyNames& names,
                    std::string_view host, const sockaddr& address) {
  const std::vector<IpAddress> forms = Forms(ToAddress(address));
  for (const OutboundRule& rule : policy.deny) {
    if (MatchesHost(rule, host) || MatchesAddress(rule, forms)) return Denied(rule, names.deny);
  }
  if (policy.allow.empty()) return OkStatus();
  for (const OutboundRule& rule : policy.allow) {
    if (MatchesHost(rule, host) || MatchesAddress(rule, forms)) return OkStatus();
  }
  return NotAllowed(names.allow);
}

bool HasAddress(const std::vector<OutboundRule>& rules, const sockaddr& address) {
  const std::vector<IpAddress> forms = Forms(ToAddress(address));
  return std::any_of(rules.begin(), rules.end(), [&](const OutboundRule& rule) {
    return rule.kind == Kind::kAll || MatchesAddress(rule, forms);
  });
}

}  // namespace sedge::worker
