// SPDX-License-Identifier: Apache-2.0
// Endpoint: where to connect, from an http or https URL without a path. A value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::worker {

struct Endpoint {
  bool tls = false;
  std::string host;  // lower case; IPv6 without brackets
  uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

// "http://127.0.0.1:9000", "https://origin.example.com/". The error says what is allowed.
Result<Endpoint> ParseEndpoint(std::string_view url);

// 0 to 65535 in decimal digits; nothing for anything else.
Result<uint16_t> ParsePort(std::string_view digits);

}  // namespace sedge::worker
