// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/edge_headers.h"

#include <algorithm>
#include <string>

#include "runtime/base/ascii.h"
#include "runtime/http/forwarded.h"

namespace sedge::web {
namespace {

constexpr std::string_view kReplaced[] = {"cf-connecting-ip", "cf-visitor", "x-forwarded-for",
                                          "x-forwarded-proto", "x-real-ip"};
// Of Cloudflare's edge; nothing here makes them.
constexpr std::string_view kOfProxies[] = {"cf-connecting-ipv6", "cf-ew-via", "cf-ipcountry",
                                           "cf-pseudo-ipv4",     "cf-ray",    "cf-worker",
                                           "true-client-ip"};
constexpr std::string_view kRay = "cf-ray";
// As request.cf.colo is without --cf.
constexpr std::string_view kColo = "-LOCAL";

// By its bits: the lengths that they have.
constexpr uint32_t LengthsOf(const auto& names) {
  uint32_t lengths = 0;
  for (const std::string_view name : names) lengths |= 1u << name.size();
  return lengths;
}
constexpr uint32_t kLengths = LengthsOf(kReplaced) | LengthsOf(kOfProxies);

bool IsIn(std::string_view name, const auto& names) {
  return std::any_of(std::begin(names), std::end(names),
                     [name](std::string_view one) { return EqualsIgnoreCase(one, name); });
}

std::string RayText(uint64_t ray) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += kHex[(ray >> shift) & 15];
  return text.append(kColo);
}

}  // namespace

bool IsEdgeHeader(std::string_view name, bool trusted) {
  // Most headers have another length, or begin otherwise.
  if (name.size() >= 32 || (kLengths >> name.size() & 1) == 0) return false;
  const char first = AsciiLower(name[0]);
  if (first != 'c' && first != 'x' && first != 't') return false;
  return IsIn(name, kReplaced) || (!trusted && IsIn(name, kOfProxies));
}

void AddEdgeHeaders(const http::RequestHead& head, std::string_view peer,
                    const TrustedProxies* trusted, uint64_t ray, http::HeaderList& to) {
  http::ForwardedFor from = http::ReadForwardedFor(head, peer, trusted);
  if (!from.client.empty()) {
    to.Add("cf-connecting-ip", from.client);
    to.Add("x-real-ip", from.client);
    to.Add("x-forwarded-for", from.chain);
  }
  to.Add("x-forwarded-proto", head.tls ? "https" : "http");
  to.Add("cf-visitor", head.tls ? R"({"scheme":"https"})" : R"({"scheme":"http"})");
  if (!trusted || !head.Find(kRay)) to.Add(kRay, RayText(ray));
}

}  // namespace sedge::web
