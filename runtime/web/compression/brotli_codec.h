// SPDX-License-Identifier: Apache-2.0
// Brotli as Codecs. Only codec.cc includes this.
#pragma once

#include <memory>

#include "runtime/web/compression/codec.h"

namespace sedge::web {

std::unique_ptr<Codec> MakeBrotliEncoder();
std::unique_ptr<Codec> MakeBrotliDecoder();

}  // namespace sedge::web
