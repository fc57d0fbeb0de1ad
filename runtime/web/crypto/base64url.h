// SPDX-License-Identifier: Apache-2.0
// base64url as JSON Web Keys have it (RFC 7515, section 2): no padding, no line breaks, nothing
// else. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/web/crypto/secret_bytes.h"

namespace sedge::web {

// Nullopt when `text` has any other character, or a length that no bytes have. Bits left over at
// its end are not looked at.
std::optional<SecretBytes> DecodeBase64Url(std::string_view text);
SecretText EncodeBase64Url(ByteSpan bytes);

}  // namespace sedge::web
