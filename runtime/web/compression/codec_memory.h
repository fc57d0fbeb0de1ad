// SPDX-License-Identifier: Apache-2.0
// CodecMemory: counts what a compression library allocates, so that limits know it. One thread.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <cstdlib>

namespace sedge::web {

class CodecMemory {
 public:
  size_t bytes() const { return bytes_; }

  void* Allocate(size_t size) {
    void* block = std::malloc(size);
    if (block) bytes_ += malloc_usable_size(block);
    return block;
  }
  void Free(void* block) {
    if (!block) return;
    bytes_ -= malloc_usable_size(block);
    std::free(block);
  }

 private:
  size_t bytes_ = 0;
};

}  // namespace sedge::web
