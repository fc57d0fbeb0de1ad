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

void Bytes::RemovePrefix(size_t count) {
  SEDGE_CHECK(count <= size_);
  if (count == 0) return;
  std::memmove(data_, data_ + count, size_ - count);
  size_ -= count;
}

}  // namespace sedge
