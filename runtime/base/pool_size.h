// SPDX-License-Identifier: Apache-2.0
// The size of libuv's pool of threads, which all loops share, and who may take how much of it.
#pragma once

namespace sedge {

// So many writes can wait for one sync of the store's log together. The user's UV_THREADPOOL_SIZE
// wins.
inline constexpr int kPoolThreads = 16;

// Of those, the most that are busy with cryptography: the store and the resolver of names keep the
// others.
inline constexpr int kMaxCryptoThreads = kPoolThreads / 4;

}  // namespace sedge
