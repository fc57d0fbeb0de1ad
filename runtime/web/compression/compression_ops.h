// SPDX-License-Identifier: Apache-2.0
// What CompressionStream and DecompressionStream call.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

// codecCreate(format, decompress) -> codec; format: gzip 0, deflate 1, deflate-raw 2, brotli 3.
// codecPush(codec, bytes) -> Uint8Array of at most 64 KiB, the first of what comes out, or null.
// codecPending(codec) -> what must be had before the next codecPush: 0 nothing, 1 output, 2 a
// failure. codecMore(codec) -> the next Uint8Array, or null. codecFinish(codec) -> no more is put
// in: what is left, in pieces until null comes. codecRelease(codec): frees it. Bytes that are not
// of the format are TypeErrors.
std::span<const script::OpDef> CompressionOps();

}  // namespace sedge::web
