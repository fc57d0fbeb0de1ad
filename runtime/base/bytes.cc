// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/bytes.h"

#include "runtime/base/check.h"

namespace sedge {

Bytes Bytes::Allocate(size_t size) {
  Bytes bytes;
  if (size == 0) return bytes;
  bytes.data_ = static_cast<uint8_t*>(std::malloc(size));
  SEDGE_CHECK(bytes.data_ != nullptr);
  bytes.size_ = size;
  return bytes;
}

Bytes Bytes::Copy(ByteSpan source) {
  Bytes bytes = Allocate(source.size());
  if (!source.empty()) std::memcpy(bytes.data_, source.data(), source.size());
  return bytes;
}

Bytes Bytes::Join(std::vector<Bytes> parts) {
  if (parts.size() == 1) return std::move(parts[0]);
  size_t size = 0;
  for (const Bytes& part : parts) size += part.size();
  Bytes all = Allocate(size);
  size_t at = 0;
  for (Bytes& part : parts) {
    if (!part.empty()) std::memcpy(all.data_ + at, part.data_, part.size_);
    at += part.size_;
    part = Bytes();
  }
  return all;
}

void Bytes::RemovePrefix(size_t count) {
  SEDGE_CHECK(count <= size_);
  if (count == 0) return;
  std::memmove(data_, data_ + count, size_ - count);
  size_ -= count;
}

}  // namespace sedge
