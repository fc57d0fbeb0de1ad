// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/forwarded.h"

#include "runtime/base/ascii.h"

namespace sedge::http {
namespace {

constexpr std::string_view kForwardedFor = "x-forwarded-for";
constexpr std::string_view kForwardedProto = "x-forwarded-proto";
constexpr std::string_view kConnectingIp = "cf-connecting-ip";

// An element of X-Forwarded-For: an address, perhaps with a port, as some proxies add it.
std::optional<IpAddress> ParseElement(std::string_view text) {
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return {};
    return ParseIpAddress(text.substr(1, close - 1));
  }
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    text = text.substr(0, colon);
  }
  return ParseIpAddress(text);
}

// Calls visit(element) for the elements of all fields `name`, from the last to the first, while it
// says true.
template <typename Visit>
void ForEachFromRight(const RequestHead& head, std::string_view name, Visit visit) {
  for (auto field = head.headers.rbegin(); field != head.headers.rend(); ++field) {
    if (!EqualsIgnoreCase(field->name, name)) continue;
    std::string_view rest = field->value;
    for (;;) {
      const size_t comma = rest.rfind(',');
      if (!visit(Trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1)))) return;
      if (comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
}

void PutInFront(std::string& chain, const std::string& address) {
  chain = chain.empty() ? address : address + ", " + chain;
}

}  // namespace

ForwardedFor ReadForwardedFor(const RequestHead& head, std::string_view peer,
                              const TrustedProxies* trusted) {
  ForwardedFor result;
  if (ParseIpAddress(peer)) result.client = result.chain = std::string(peer);
  if (!trusted) return result;
  bool any = false;
  ForEachFromRight(head, kForwardedFor, [&](std::string_view element) {
    any = true;
    const std::optional<IpAddress> address = ParseElement(element);
    if (!address) return false;
    result.client = address->ToText();
    PutInFront(result.chain, result.client);
    return trusted->Trusts(result.client);
  });
  if (any) return result;
  const HeaderField* named = head.Find(kConnectingIp);
  if (const auto address = named ? ParseIpAddress(named->value) : std::nullopt) {
    result.client = address->ToText();
    PutInFront(result.chain, result.client);
  }
  return result;
}

std::optional<bool> ForwardedHttps(const RequestHead& head) {
  std::optional<bool> https;
  ForEachFromRight(head, kForwardedProto, [&](std::string_view element) {
    if (EqualsIgnoreCase(element, "https")) https = true;
    if (EqualsIgnoreCase(element, "http")) https = false;
    return false;
  });
  return https;
}

}  // namespace sedge::http
