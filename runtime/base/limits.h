// SPDX-License-Identifier: Apache-2.0
// Every limit of the runtime in one place, with its default. Each has a configuration key
// under `[limits]` (the name in the comment) and is documented in docs/limits.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sedge {

struct Limits {
  // What a worker may use.
  int64_t cpu_ms = 30'000;                 // cpu_ms: CPU time of one request
  size_t memory_bytes = 128u << 20;        // memory_mb: heap, buffers, compressors of one isolate
  size_t event_bytes = 16u << 20;          // event_bytes: one event of an EventSource
  int64_t pbkdf2_iterations = 10'000'000;  // pbkdf2_iterations: of one derivation; else rejected
  int64_t subrequests = 50;                // subrequests: fetches of one request, with redirects

  // What a client may send.
  size_t head_bytes = 64u << 10;            // head_bytes: request line and headers; else 431
  size_t header_count = 128;                // header_count: else 431
  size_t url_bytes = 16u << 10;             // url_bytes: request target; else 414
  uint64_t body_bytes = 100ull << 20;       // body_bytes: request body; else 413
  int64_t head_timeout_ms = 30'000;         // head_timeout_ms: for the whole head; else 408
  int64_t body_timeout_ms = 60'000;         // body_timeout_ms: between two pieces of a body
  int64_t idle_timeout_ms = 75'000;         // idle_timeout_ms: keep-alive without a request
  int64_t write_timeout_ms = 60'000;        // write_timeout_ms: a reader that takes less than ...
  size_t write_progress_bytes = 16u << 10;  // write_progress_bytes: ... this within it
  size_t unsent_bytes = 256u << 20;         // unsent_bytes: held for slow readers, per thread
  int64_t linger_timeout_ms = 5'000;        // linger_timeout_ms: silence after our last byte ...
  int64_t linger_max_ms = 30'000;           // linger_max_ms: ... and in all, before it is closed
  size_t connections = 10'000;              // connections: open at once, per thread
  uint64_t connection_requests = 1'000;     // connection_requests: on one connection, then closed
  int64_t shutdown_timeout_ms = 10'000;     // shutdown_timeout_ms: for what runs at SIGTERM

  // What the store may hold in memory.
  size_t kv_memory_bytes = 64u << 20;  // kv_memory_mb: caches and write buffers, of all namespaces

  // What clients of the administration API may use, all together.
  size_t admin_connections = 256;           // admin_connections: open at once; else 503
  size_t admin_calls = 4;                   // admin_calls: that the store works on; else they wait
  size_t admin_request_bytes = 256u << 20;  // admin_request_bytes: long bodies held of requests ...
  size_t admin_response_bytes = 256u << 20;  // admin_response_bytes: ... and of responses

  // What fetch may take.
  int64_t connect_timeout_ms = 10'000;        // connect_timeout_ms
  int64_t response_timeout_ms = 60'000;       // response_timeout_ms: until the response's head
  size_t client_head_bytes = 64u << 10;       // client_head_bytes: the response's heads
  size_t client_header_count = 128;           // client_header_count: the response's
  int64_t client_body_timeout_ms = 60'000;    // client_body_timeout_ms: between pieces of its body
  int64_t client_queue_timeout_ms = 60'000;   // client_queue_timeout_ms: for a free connection
  int64_t dns_cache_ms = 5'000;               // dns_cache_ms: how long addresses of a name are kept
  int64_t client_idle_timeout_ms = 30'000;    // client_idle_timeout_ms: pooled connections
  size_t client_connections_per_origin = 64;  // client_connections_per_origin
  size_t client_connections = 1'024;          // client_connections: in all, per thread
  size_t client_idle_connections = 256;       // client_idle_connections: of those, per thread
  size_t client_body_buffer_bytes = 256u << 10;  // bytes of a body held before the peer must wait
};

}  // namespace sedge
