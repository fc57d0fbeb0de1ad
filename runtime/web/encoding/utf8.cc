// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/encoding/utf8.h"

#include <cstring>

namespace sedge::web {

size_t AsciiPrefixLength(ByteSpan bytes) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t i = 0;
  while (bytes.size() - i >= 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    if (word & kHighBits) break;
    i += 8;
  }
  while (i < bytes.size() && bytes[i] < 0x80) ++i;
  return i;
}

Utf8Step NextUtf8(ByteSpan bytes) {
  const uint8_t lead = bytes[0];
  if (lead < 0x80) return {Utf8Step::kCharacter, 1, lead};
  if (lead < 0xC2 || lead > 0xF4) return {Utf8Step::kError, 1, 0};
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range keeps out overlong forms, surrogates and what lies above U+10FFFF.
  uint8_t lower = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  uint8_t upper = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  char32_t code_point = lead & (0x7Fu >> size);
  for (size_t i = 1; i < size; ++i) {
    if (i == bytes.size()) return {Utf8Step::kIncomplete, static_cast<uint8_t>(i), 0};
    const uint8_t byte = bytes[i];
    if (byte < lower || byte > upper) return {Utf8Step::kError, static_cast<uint8_t>(i), 0};
    code_point = (code_point << 6) | (byte & 0x3Fu);
    lower = 0x80;
    upper = 0xBF;
  }
  return {Utf8Step::kCharacter, static_cast<uint8_t>(size), code_point};
}

bool AppendUtf8AsUtf16(std::u16string& out, ByteSpan bytes, bool fatal) {
  const size_t start = out.size();
  out.resize(start + bytes.size());  // no sequence has more units than bytes
  char16_t* to = out.data() + start;
  bool ok = true;
  for (size_t i = 0; i < bytes.size();) {
    if (bytes[i] < 0x80) {
      const size_t run = AsciiPrefixLength(bytes.subspan(i));
      for (size_t k = 0; k < run; ++k) to[k] = bytes[i + k];
      to += run;
      i += run;
      continue;
    }
    const Utf8Step step = NextUtf8(bytes.subspan(i));
    i += step.size;
    char32_t c = step.code_point;
    if (step.kind != Utf8Step::kCharacter) {
      if (fatal) {
        ok = false;
        break;
      }
      c = kReplacementCharacter;
    }
    if (c > 0xFFFF) {
      *to++ = static_cast<char16_t>(0xD7C0 + (c >> 10));
      c = 0xDC00 + (c & 0x3FF);
    }
    *to++ = static_cast<char16_t>(c);
  }
  out.resize(static_cast<size_t>(to - out.data()));
  return ok;
}

bool Utf8ToLatin1(ByteSpan bytes, std::string& out) {
  out.resize(bytes.size());
  char* to = out.data();
  for (size_t i = 0; i < bytes.size();) {
    const uint8_t byte = bytes[i];
    if (byte < 0x80) {
      const size_t run = AsciiPrefixLength(bytes.subspan(i));
      std::memcpy(to, bytes.data() + i, run);
      to += run;
      i += run;
      continue;
    }
    if ((byte != 0xC2 && byte != 0xC3) || i + 1 == bytes.size() || (bytes[i + 1] & 0xC0) != 0x80) {
      return false;
    }
    *to++ = static_cast<char>(((byte & 3) << 6) | (bytes[i + 1] & 0x3F));
    i += 2;
  }
  out.resize(static_cast<size_t>(to - out.data()));
  return true;
}

}  // namespace sedge::web
