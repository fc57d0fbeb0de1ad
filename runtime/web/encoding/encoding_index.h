// SPDX-License-Identifier: Apache-2.0
// The indexes of the Encoding Standard (https://encoding.spec.whatwg.org/#indexes). They are made
// once, on first use, from ICU's converters, with corrections where ICU differs. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/web/encoding/encoding_labels.h"

namespace sedge::web {

// Code points of bytes 0x80 to 0xFF; 0 where there is none.
using SingleByteIndex = std::array<char16_t, 128>;

// REQUIRES: encoding >= Encoding::kIbm866.
const SingleByteIndex& SingleByteIndexOf(Encoding encoding);

// Code points by pointer; 0 where there is none.
class MultiByteIndex {
 public:
  explicit MultiByteIndex(std::vector<char32_t> code_points)
      : code_points_(std::move(code_points)) {}
  char32_t At(size_t pointer) const {
    return pointer < code_points_.size() ? code_points_[pointer] : 0;
  }

 private:
  std::vector<char32_t> code_points_;
};

const MultiByteIndex& Gb18030Index();
const MultiByteIndex& Big5Index();
const MultiByteIndex& EucKrIndex();
const MultiByteIndex& Jis0208Index();
const MultiByteIndex& Jis0212Index();

// "Index gb18030 ranges code point"; 0 for null.
char32_t Gb18030RangesCodePoint(uint32_t pointer);

}  // namespace sedge::web
