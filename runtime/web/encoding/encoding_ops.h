// SPDX-License-Identifier: Apache-2.0
// What JavaScript's TextEncoder and TextDecoder, and everything with text bodies, call.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

// utf8Decode(bytes) -> string: "UTF-8 decode", a byte order mark dropped, errors replaced.
// utf8Encode(string) -> Uint8Array: "UTF-8 encode"; lone surrogates become U+FFFD.
// utf8EncodeInto(string, bytes, result): whole characters that fit; result, the bytes of a
//   Uint32Array of two, gets the units read and the bytes written.
// encodingFromLabel(label) -> number, or -1 for no label and for "replacement"'s labels.
// encodingName(encoding) -> the name in lower case.
// textDecode(encoding, flags, bytes) -> string, or null for malformed input when fatal.
// textDecodeStream(encoding, flags, state, bytes) -> the same for one piece; state: 16 bytes, zero
//   at first. Flags: 1 fatal, 2 ignore the byte order mark, 4 more bytes follow.
std::span<const script::OpDef> EncodingOps();

}  // namespace sedge::web
