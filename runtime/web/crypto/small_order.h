// SPDX-License-Identifier: Apache-2.0
// Points of small order on the curves of Ed25519 and Ed448: as public keys they verify signatures
// that nobody made. Pure functions; any thread.
#pragma once

#include "runtime/base/bytes.h"

namespace sedge::web {

// Whether an encoded point (32 bytes: Ed25519, 57: Ed448) is one of them, in any encoding of it,
// canonical or not (https://eprint.iacr.org/2020/1244, table 3).
bool IsSmallOrder(ByteSpan point);

}  // namespace sedge::web
