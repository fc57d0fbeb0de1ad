// SPDX-License-Identifier: Apache-2.0
// Decoding UTF-8 as the Encoding Standard does (https://encoding.spec.whatwg.org/#utf-8-decoder):
// each maximal subpart of an ill-formed sequence becomes one U+FFFD. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "runtime/base/bytes.h"

namespace sedge::web {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;

// How many bytes at the front are ASCII.
size_t AsciiPrefixLength(ByteSpan bytes);

// The first character of non-empty bytes.
struct Utf8Step {
  enum Kind : uint8_t { kCharacter, kError, kIncomplete };
  Kind kind;
  uint8_t size;          // bytes it takes; for kIncomplete: all of them
  char32_t code_point;   // for kCharacter
};
Utf8Step NextUtf8(ByteSpan bytes);

// Appends `bytes` as UTF-16; an incomplete sequence at the end is an error. False at the first
// error when `fatal`; `out` then has what came before it.
bool AppendUtf8AsUtf16(std::u16string& out, ByteSpan bytes, bool fatal);

// Replaces `out` by `bytes` as Latin-1. False when they are not well-formed or have a character
// above U+00FF.
bool Utf8ToLatin1(ByteSpan bytes, std::string& out);

inline bool StartsWithUtf8Bom(ByteSpan bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF;
}

}  // namespace sedge::web
