// SPDX-License-Identifier: Apache-2.0
// The formats of zlib as Codecs. Only codec.cc includes this.
#pragma once

#include <memory>

#include "runtime/web/compression/codec.h"

namespace sedge::web {

std::unique_ptr<Codec> MakeDeflater(Format format);
std::unique_ptr<Codec> MakeInflater(Format format);

}  // namespace sedge::web
