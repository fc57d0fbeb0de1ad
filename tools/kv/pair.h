// SPDX-License-Identifier: Apache-2.0
// KvPair: one object of wrangler's bulk format, {key, value, base64?, expiration?, expiration_ttl?,
// metadata?}, from JSON and to it. A value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::tools {

struct KvPair {
  std::string key;
  std::string value;  // the bytes themselves
  std::optional<int64_t> expiration = {};
  std::optional<int64_t> expiration_ttl = {};
  std::string metadata = {};  // JSON; "": none
};

// Reads and checks what can be checked without a server, but for the time that is left. The failure
// says what is wrong; where, the caller knows.
Result<KvPair> ParsePair(std::string_view json);
// As the last; kOutOfRange when the expiration is too near or past (`now_seconds`).
Status CheckExpiry(const KvPair& pair, int64_t now_seconds);

// One object without line break; the value as text where it is UTF-8, else as base64.
void AppendPair(std::string& out, const KvPair& pair);

}  // namespace sedge::tools
