// SPDX-License-Identifier: Apache-2.0
// Zstandard as a Codec. Only codec.cc includes this.
#pragma once

#include <memory>

#include "runtime/web/compression/codec.h"

namespace sedge::web {

std::unique_ptr<Codec> MakeZstdDecoder();

}  // namespace sedge::web
