// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/der.h"

namespace sedge::web {
namespace {

constexpr uint8_t kLongForm = 0x80;
constexpr size_t kMaxLengthBytes = 4;

}  // namespace

ByteSpan DerReader::Fail() {
  ok_ = false;
  rest_ = {};
  return {};
}

ByteSpan DerReader::Read(uint8_t tag) {
  if (!ok_ || rest_.size() < 2 || rest_[0] != tag) return Fail();
  size_t length = rest_[1];
  size_t header = 2;
  if (length & kLongForm) {
    const size_t count = length & ~size_t{kLongForm};
    if (count == 0 || count > kMaxLengthBytes || rest_.size() < header + count) return Fail();
    length = 0;
    for (size_t i = 0; i < count; ++i) length = length << 8 | rest_[header + i];
    // The shortest form only.
    if (rest_[header] == 0 || length < kLongForm) return Fail();
    header += count;
  }
  if (rest_.size() - header < length) return Fail();
  const ByteSpan contents = rest_.subspan(header, length);
  rest_ = rest_.subspan(header + length);
  return contents;
}

DerReader DerReader::ReadNested(uint8_t tag) {
  DerReader nested(Read(tag));
  nested.ok_ = ok_;
  return nested;
}

ByteSpan DerReader::ReadUnsigned() {
  const ByteSpan bytes = Read(kDerInteger);
  if (!ok_ || bytes.empty() || (bytes[0] & 0x80)) return Fail();
  if (bytes[0] != 0) return bytes;
  if (bytes.size() > 1 && !(bytes[1] & 0x80)) return Fail();
  return bytes.subspan(1);
}

ByteSpan DerReader::ReadBitString(uint8_t tag) {
  const ByteSpan bytes = Read(tag);
  if (!ok_ || bytes.empty() || bytes[0] != 0) return Fail();
  return bytes.subspan(1);
}

ByteSpan DerReader::TakeRest() {
  const ByteSpan rest = rest_;
  rest_ = {};
  return rest;
}

DerBytes WriteDer(uint8_t tag, std::initializer_list<ByteSpan> parts) {
  size_t length = 0;
  for (const ByteSpan part : parts) length += part.size();
  DerBytes der{tag};
  if (length < kLongForm) {
    der.push_back(static_cast<uint8_t>(length));
  } else {
    size_t count = 1;
    while (length >> (8 * count) != 0) ++count;
    der.push_back(static_cast<uint8_t>(kLongForm | count));
    while (count-- > 0) der.push_back(static_cast<uint8_t>(length >> (8 * count)));
  }
  for (const ByteSpan part : parts) der.insert(der.end(), part.begin(), part.end());
  return der;
}

DerBytes WriteDerUnsigned(ByteSpan magnitude) {
  static constexpr uint8_t kZero[] = {0};
  while (!magnitude.empty() && magnitude[0] == 0) magnitude = magnitude.subspan(1);
  const bool needs_sign = magnitude.empty() || (magnitude[0] & 0x80);
  return WriteDer(kDerInteger, {needs_sign ? ByteSpan(kZero) : ByteSpan(), magnitude});
}

DerBytes WriteDerBitString(ByteSpan bytes, uint8_t tag) {
  static constexpr uint8_t kNoUnusedBits[] = {0};
  return WriteDer(tag, {kNoUnusedBits, bytes});
}

}  // namespace sedge::web
