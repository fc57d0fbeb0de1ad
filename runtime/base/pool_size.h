// SPDX-License-Identifier: Apache-2.0
// The size of libuv's pool of threads, which all loops share, and who may take how much of it.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace sedge {

// So many writes can wait for one sync of the store's log together. The user's UV_THREADPOOL_SIZE
// wins.
inline constexpr int kPoolThreads = 16;

// libuv's own: https://docs.libuv.org/en/v1.x/threadpool.html.
inline constexpr int kUvDefaultThreads = 4;
inline constexpr int kUvMostThreads = 1024;

// As libuv will read it, at its first use of the pool.
inline int PoolThreads() {
  const char* text = std::getenv("UV_THREADPOOL_SIZE");
  if (!text) return kUvDefaultThreads;
  const std::string_view digits = text;
  int threads = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), threads);
  return std::clamp(threads, 1, kUvMostThreads);
}

// Of those, the most that are busy with cryptography: the store keeps the others, and names are
// looked up elsewhere (loop/resolver.h). A pool of one is shared by all in turn.
inline int CryptoThreads() { return std::max(1, PoolThreads() / 4); }

}  // namespace sedge
