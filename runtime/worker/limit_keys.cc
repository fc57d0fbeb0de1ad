// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/limit_keys.h"

namespace sedge::worker {
namespace {

constexpr int64_t kKilo = 1 << 10;
constexpr int64_t kMega = 1 << 20;
constexpr int64_t kMaxMs = 24 * 3600 * 1000;  // a day
constexpr int64_t kMinMemoryMb = 16;          // V8 itself needs some before any script runs
constexpr int64_t kMaxMemoryMb = 64 * 1024;
constexpr int64_t kMinKvMemoryMb = 4;
constexpr int64_t kMaxKvMemoryMb = 1024 * 1024;
constexpr int64_t kMaxBodyBytes = int64_t{1} << 40;
constexpr int64_t kMaxConnections = 1'000'000;
constexpr int64_t kMaxRequests = 1'000'000'000'000;
constexpr int64_t kMaxPbkdf2Iterations = 2'147'483'647;  // OpenSSL counts them in an int

constexpr int64_t kMaxSubrequests = 1'000'000'000;

template <auto Field>
LimitKey Key(std::string_view name, int64_t min, int64_t max, bool per_worker = false) {
  return {name,
          min,
          max,
          per_worker,
          [](const Limits& limits) { return static_cast<int64_t>(limits.*Field); },
          [](Limits& limits, int64_t value) {
            limits.*Field = static_cast<std::decay_t<decltype(limits.*Field)>>(value);
          }};
}

// In mebibytes.
template <auto Field>
LimitKey MegaKey(std::string_view name, int64_t min, int64_t max, bool per_worker = false) {
  LimitKey key = Key<Field>(name, min, max, per_worker);
  key.get = [](const Limits& l) { return static_cast<int64_t>(l.*Field >> 20); };
  key.set = [](Limits& l, int64_t mb) { l.*Field = static_cast<size_t>(mb) << 20; };
  return key;
}

std::vector<LimitKey> MakeLimitKeys() {
  return {
      Key<&Limits::cpu_ms>("cpu_ms", 1, kMaxMs, true),
      MegaKey<&Limits::memory_bytes>("memory_mb", kMinMemoryMb, kMaxMemoryMb, true),
      Key<&Limits::event_bytes>("event_bytes", kKilo, 1024 * kMega, true),
      Key<&Limits::pbkdf2_iterations>("pbkdf2_iterations", 1, kMaxPbkdf2Iterations, true),
      Key<&Limits::subrequests>("subrequests", 0, kMaxSubrequests, true),
      Key<&Limits::head_bytes>("head_bytes", kKilo, 16 * kMega),
      Key<&Limits::header_count>("header_count", 1, 100'000),
      Key<&Limits::url_bytes>("url_bytes", 64, 16 * kMega),
      Key<&Limits::body_bytes>("body_bytes", 0, kMaxBodyBytes),
      Key<&Limits::head_timeout_ms>("head_timeout_ms", 1, kMaxMs),
      Key<&Limits::body_timeout_ms>("body_timeout_ms", 1, kMaxMs),
      Key<&Limits::idle_timeout_ms>("idle_timeout_ms", 1, kMaxMs),
      Key<&Limits::write_timeout_ms>("write_timeout_ms", 1, kMaxMs),
      Key<&Limits::write_progress_bytes>("write_progress_bytes", 1, 1024 * kMega),
      Key<&Limits::unsent_bytes>("unsent_bytes", 1, kMaxBodyBytes),
      Key<&Limits::linger_timeout_ms>("linger_timeout_ms", 1, kMaxMs),
      Key<&Limits::linger_max_ms>("linger_max_ms", 1, kMaxMs),
      Key<&Limits::connections>("connections", 1, kMaxConnections),
      Key<&Limits::connection_requests>("connection_requests", 1, kMaxRequests),
      Key<&Limits::shutdown_timeout_ms>("shutdown_timeout_ms", 0, kMaxMs),
      MegaKey<&Limits::kv_memory_bytes>("kv_memory_mb", kMinKvMemoryMb, kMaxKvMemoryMb),
      Key<&Limits::admin_connections>("admin_connections", 1, kMaxConnections),
      Key<&Limits::admin_calls>("admin_calls", 1, 1024),
      Key<&Limits::admin_request_bytes>("admin_request_bytes", kMega, kMaxBodyBytes),
      Key<&Limits::admin_response_bytes>("admin_response_bytes", kMega, kMaxBodyBytes),
      Key<&Limits::connect_timeout_ms>("connect_timeout_ms", 1, kMaxMs),
      Key<&Limits::response_timeout_ms>("response_timeout_ms", 1, kMaxMs),
      Key<&Limits::client_head_bytes>("client_head_bytes", kKilo, 16 * kMega),
      Key<&Limits::client_header_count>("client_header_count", 1, 100'000),
      Key<&Limits::client_body_timeout_ms>("client_body_timeout_ms", 1, kMaxMs),
      Key<&Limits::client_queue_timeout_ms>("client_queue_timeout_ms", 1, kMaxMs),
      Key<&Limits::dns_cache_ms>("dns_cache_ms", 0, kMaxMs),
      Key<&Limits::client_idle_timeout_ms>("client_idle_timeout_ms", 0, kMaxMs),
      Key<&Limits::client_connections_per_origin>("client_connections_per_origin", 1,
                                                  kMaxConnections),
      Key<&Limits::client_connections>("client_connections", 1, kMaxConnections),
      Key<&Limits::client_idle_connections>("client_idle_connections", 0, kMaxConnections),
      Key<&Limits::client_body_buffer_bytes>("client_body_buffer_bytes", kKilo, 1024 * kMega),
  };
}

}  // namespace

const std::vector<LimitKey>& LimitKeys() {
  static const std::vector<LimitKey> keys = MakeLimitKeys();
  return keys;
}

const LimitKey* FindLimitKey(std::string_view name) {
  for (const LimitKey& key : LimitKeys()) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace sedge::worker
