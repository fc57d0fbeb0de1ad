// SPDX-License-Identifier: Apache-2.0
// FindControl: where a run of text holds its first control character. Heads are mostly free of
// them, so eight bytes are looked at together. Pure; any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sedge::http {

// The index of the first byte below 0x20 or equal to 0x7f in [from, size), or `size`.
inline size_t FindControl(const char* text, size_t from, size_t size) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  constexpr uint64_t kHighs = kOnes * 0x80;
  constexpr size_t kWord = sizeof(uint64_t);
  size_t i = from;
  while (size - from >= kWord && i < size) {
    // The last word overlaps the one before it, in which nothing was found.
    if (size - i < kWord) i = size - kWord;
    uint64_t word;
    std::memcpy(&word, text + i, kWord);
    const uint64_t del = word ^ (kOnes * 0x7f);
    // A byte's high bit is wrong only above a byte whose bit is right, so the lowest is right.
    const uint64_t found = (((word - kOnes * 0x20) & ~word) | ((del - kOnes) & ~del)) & kHighs;
    if (found != 0) {
      if constexpr (std::endian::native == std::endian::little) {
        return i + static_cast<size_t>(std::countr_zero(found)) / 8;
      }
      break;
    }
    i += kWord;
  }
  for (; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return i;
  }
  return size;
}

}  // namespace sedge::http
