// SPDX-License-Identifier: Apache-2.0
// The ops of kv_namespace.js. A get that memory can answer is answered at once on the loop's
// thread; everything else runs on the loop's pool. The isolate's thread.
//
//   kvTryGet(ns, key, as, withMetadata) -> value | null (no such key) | undefined (needs the disk)
//   kvGet(same, maxAge | null) -> Promise<value | null>
//   kvGetBulk(ns, keys, maxAge | null) -> Promise<[text | null, metadata | null, text | null ...]>
//   kvPut(ns, key, string | bytes | body handle, expiration | null, metadata | null, eventual)
//     -> Promise
//   kvDelete(ns, key, eventual) -> Promise
//   kvList(ns, prefix, limit, cursor) -> Promise<[cursor | null, name, expiration | null, metadata
//                                                 | null, name ...]>
//
// `as` says how a value is given: 0 a string, 1 a Uint8Array, 2 a body handle. With metadata it is
// [value, metadata | null]. Metadata is JSON text. `maxAge` in seconds and `eventual` are for
// namespaces with eventual consistency: see kv::EventualReads. Failures read as Workers KV's: "KV
// GET failed:
// ...".
#pragma once

#include <functional>
#include <span>

#include "kv/eventual_reads.h"
#include "kv/store.h"
#include "runtime/script/op.h"

namespace sedge::bindings {

// The values of one bulk get together; developers.cloudflare.com/kv/platform/limits.
constexpr size_t kMaxBulkBytes = 25u << 20;

// A service: must be set for isolates whose workers have a KV binding. The ops that give or take
// body handles also need the service web::BodyTable.
struct KvService {
  kv::Store* store;  // outlives all work on the pool
  // Runs `work` elsewhere, then `done` on this thread: Loop::RunBlocking.
  std::function<void(std::function<void()> work, std::function<void()> done)> run_blocking;
  kv::EventualReads* eventual = nullptr;  // for namespaces that ask for it; outlives that work too
  size_t unchecked_bytes = 0;             // see web::CollectedBytes
};

std::span<const script::OpDef> KvOps();

}  // namespace sedge::bindings
