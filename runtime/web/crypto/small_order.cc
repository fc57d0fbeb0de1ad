// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/small_order.h"

#include <algorithm>
#include <cstdint>

namespace sedge::web {
namespace {

constexpr uint8_t kSignBit = 0x80;  // of x, in the last byte; the rest is y, little-endian

bool All(ByteSpan bytes, uint8_t value) {
  return std::all_of(bytes.begin(), bytes.end(), [value](uint8_t byte) { return byte == value; });
}

// The two y of order 8.
constexpr uint8_t kOrder8[2][32] = {
    {0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4,
     0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6,
     0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05},
    {0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B,
     0x76, 0x0D, 0x10, 0x67, 0x0F, 0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39,
     0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A}};

// With p = 2^255 - 19: y is 0, 1 or -1, as 0, 1, p - 1, p or p + 1, or one of order 8.
bool IsSmallOrder25519(ByteSpan point) {
  const ByteSpan middle = point.subspan(1, 30);
  const uint8_t last = point[31] & static_cast<uint8_t>(~kSignBit);
  if (All(middle, 0) && last == 0) return point[0] <= 1;
  if (All(middle, 0xFF) && last == 0x7F) return point[0] >= 0xEC && point[0] <= 0xEE;
  return std::any_of(std::begin(kOrder8), std::end(kOrder8), [&](const uint8_t(&y)[32]) {
    return last == y[31] && std::equal(y, y + 31, point.begin());
  });
}

// With p = 2^448 - 2^224 - 1: y is 0, 1 or -1, as 0, 1, p - 1, p or p + 1.
bool IsSmallOrder448(ByteSpan point) {
  if ((point[56] & ~kSignBit) != 0) return false;
  const ByteSpan low = point.subspan(1, 27);    // after the first byte
  const ByteSpan high = point.subspan(29, 27);  // after the one in the middle
  if (All(low, 0) && All(high, 0)) return point[0] <= 1 && point[28] == 0;
  if (All(low, 0xFF) && All(high, 0xFF)) return point[0] >= 0xFE && point[28] == 0xFE;
  return All(low, 0) && All(high, 0xFF) && point[0] == 0 && point[28] == 0xFF;
}

}  // namespace

bool IsSmallOrder(ByteSpan point) {
  if (point.size() == 32) return IsSmallOrder25519(point);
  return point.size() == 57 && IsSmallOrder448(point);
}

}  // namespace sedge::web
