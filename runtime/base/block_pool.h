// SPDX-License-Identifier: Apache-2.0
// BlockPool: blocks of one size that a thread lends out and takes back: what a request needs while
// it runs. An idle connection then holds none, busy ones share those that are in the processor's
// cache, and malloc is not asked. A block may come back on another thread than it was lent on.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

namespace sedge {

class BlockPool {
 public:
  static constexpr size_t kBlockBytes = 1024;
  // Free blocks that a thread keeps.
  static constexpr size_t kMaxKept = 256;

  // Uninitialised memory, aligned as malloc's.
  static void* Take() {
    if (Node* node = state_.free) {
      state_.free = node->next;
      --state_.kept;
      return node;
    }
    if (void* block = std::malloc(kBlockBytes)) return block;
    throw std::bad_alloc();
  }
  static void Give(void* block) {
    if (state_.kept == state_.max_kept && !Begin()) return std::free(block);
    state_.free = new (block) Node{state_.free};
    ++state_.kept;
  }
  // Free blocks of the calling thread.
  static size_t kept() { return state_.kept; }

 private:
  struct Node {
    Node* next;
  };
  // Stays usable, and keeps nothing, while the thread's other objects are destroyed.
  struct State {
    Node* free;
    size_t kept;
    size_t max_kept;  // 0 until the first block comes
    bool begun;
  };
  struct AtThreadEnd {
    AtThreadEnd() { state_.max_kept = kMaxKept; }
    ~AtThreadEnd() {
      while (Node* node = state_.free) {
        state_.free = node->next;
        std::free(node);
      }
      state_.kept = state_.max_kept = 0;
    }
  };

  // False when there is no room for another free block.
  static bool Begin() {
#if defined(__SANITIZE_ADDRESS__)
    return false;  // so that a use after the return is seen
#else
    if (std::exchange(state_.begun, true)) return false;
    static thread_local AtThreadEnd at_end;
    return true;
#endif
  }

  static inline constinit thread_local State state_{};
};

// Of containers that mostly fit into a block; larger ones are operator new's.
template <typename T>
struct BlockAllocator {
  using value_type = T;
  // What fits into a block.
  static constexpr size_t kInBlock = BlockPool::kBlockBytes / sizeof(T);

  BlockAllocator() = default;
  template <typename U>
  BlockAllocator(const BlockAllocator<U>&) {}  // NOLINT: implicit
  T* allocate(size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    if (count <= kInBlock) return static_cast<T*>(BlockPool::Take());
    return static_cast<T*>(::operator new(count * sizeof(T)));
  }
  void deallocate(T* memory, size_t count) {
    if (count <= kInBlock) return BlockPool::Give(memory);
    ::operator delete(memory);
  }
  friend bool operator==(const BlockAllocator&, const BlockAllocator&) { return true; }
};

}  // namespace sedge
