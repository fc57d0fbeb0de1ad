// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/route.h"

// A pattern that is read, written and read again stays the same and never breaks the order.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::worker;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t half = text.find('\n');
  const auto pattern = ParseRoutePattern(text.substr(0, half));
  if (!pattern.ok()) return 0;
  // Percent-encoding may make it longer than a pattern may be.
  if (pattern->ToString().size() > kMaxRoutePatternBytes) return 0;
  const auto again = ParseRoutePattern(pattern->ToString());
  if (!again.ok() || !(*again == *pattern)) __builtin_trap();
  if (IsMoreSpecific(*pattern, *again)) __builtin_trap();
  if (half == std::string_view::npos) return 0;
  const std::string_view request = text.substr(half + 1);
  const size_t slash = std::min(request.find('/'), request.size());
  const HostAndPort host = SplitHost(request.substr(0, slash));
  (void)pattern->Matches(RouteScheme::kAny, host.host, host.port, request.substr(slash));
  return 0;
}
