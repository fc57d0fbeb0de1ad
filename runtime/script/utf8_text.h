// SPDX-License-Identifier: Apache-2.0
// The UTF-8 of a JavaScript string; lone surrogates become U+FFFD. Several times as fast as V8's
// own way, which goes through a string unit by unit, twice.
#pragma once

#include <cstddef>
#include <functional>

#include "runtime/script/v8_compat.h"

namespace sedge::script {

// The number of bytes that were written to what `reserve` gave for that number. It may be called
// twice: only the second memory counts then.
size_t EncodeUtf8(v8::Isolate* isolate, v8::Local<v8::String> string,
                  const std::function<char*(size_t)>& reserve);

}  // namespace sedge::script
