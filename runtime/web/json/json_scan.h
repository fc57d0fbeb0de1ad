// SPDX-License-Identifier: Apache-2.0
// Marks of a JSON text, from which JavaScript builds what JSON.parse() gives: no V8.
#pragma once

#include <cstdint>
#include <span>

namespace sedge::web {

// What marks begin with; the bits above kMarkBits are the first number, and `second` follows.
enum JsonMark : int32_t {
  kJsonObject = 0,   // its shape; its values follow in order
  kJsonArray = 1,    // its length; its values follow
  kJsonString = 2,   // where it begins; second: where it ends
  kJsonEscaped = 3,  // the same of one with backslashes
  kJsonInteger = 4,  // 0; second: the value
  kJsonNumber = 5,   // where it begins; second: where it ends
  kJsonNull = 6,
  kJsonTrue = 7,
  kJsonFalse = 8,
};
constexpr int kJsonMarkBits = 4;

// The keys of objects that were seen, in memory of the isolate's that is zero at first. A shape is
// a number, in order of first sight.
struct JsonShapes {
  // Number of shapes, bytes used of `text`; then for each where its keys begin, their bytes, their
  // number.
  std::span<int32_t> table;
  std::span<uint8_t> text;  // each key with a NUL behind it
};

// False at any doubt: malformed text, keys that are not plain (indices, `__proto__`, twice the
// same, escapes, other than ASCII), what is deeper, longer or more various than the memory allows.
bool ScanJson(std::span<const uint8_t> text, std::span<int32_t> marks, JsonShapes shapes);
bool ScanJson(std::span<const uint16_t> text, std::span<int32_t> marks, JsonShapes shapes);

}  // namespace sedge::web
