// SPDX-License-Identifier: Apache-2.0
// Store: the contract of a key-value store with Workers KV's semantics. No engine's type appears
// here, so that another engine fits behind it. Namespaces are named by their id, an arbitrary
// string, and exist once something is written to them. Thread-safe; calls may block on the disk,
// except those that say they do not.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/clock.h"
#include "runtime/base/status.h"

namespace sedge::kv {

// developers.cloudflare.com/kv/platform/limits
constexpr size_t kMaxKeyBytes = 512;
constexpr size_t kMaxValueBytes = 25u << 20;
constexpr size_t kMaxMetadataBytes = 1024;
constexpr size_t kMaxListLimit = 1000;
constexpr int64_t kMinTtlSeconds = 60;

struct EntryInfo {
  std::optional<int64_t> expiration;    // absolute, seconds since the epoch
  std::optional<std::string> metadata;  // JSON text
};

struct Entry {
  Bytes value;
  EntryInfo info;
};

struct ListedKey {
  std::string name;
  EntryInfo info;
};

struct ListPage {
  std::vector<ListedKey> keys;        // in the byte order of their UTF-8
  std::optional<std::string> cursor;  // opaque; absent when the list is complete
};

struct ListOptions {
  std::string prefix = {};
  size_t limit = kMaxListLimit;  // 1..kMaxListLimit
  std::string cursor = {};       // "" from the start; else of an earlier page with the same prefix
};

struct PutOptions {
  std::optional<int64_t> expiration = {};  // absolute seconds; already checked by the caller
  std::optional<std::string> metadata = {};
};

struct NamespaceInfo {
  std::string id;
};

class Store {
 public:
  virtual ~Store() = default;

  // nullopt when there is no such key or it has expired.
  virtual Result<std::optional<Entry>> Get(std::string_view ns, std::string_view key) = 0;
  // Answers from memory alone and never blocks: nullopt when the disk would be needed.
  virtual std::optional<Result<std::optional<Entry>>> TryGet(std::string_view ns,
                                                             std::string_view key) = 0;
  // Returns once the write is durable (unless the store was opened with durable_writes = false).
  virtual Status Put(std::string_view ns, std::string_view key, ByteSpan value,
                     const PutOptions& options) = 0;
  // Fine when there is no such key.
  virtual Status Delete(std::string_view ns, std::string_view key) = 0;
  virtual Result<ListPage> List(std::string_view ns, const ListOptions& options) = 0;
  virtual Result<std::vector<NamespaceInfo>> Namespaces() = 0;
};

struct StoreOptions {
  std::string path;                 // a folder; made when missing
  bool durable_writes = true;       // sync the log before Put and Delete return
  size_t memory_bytes = 64u << 20;  // block cache and write buffers together
  Clock* clock = &Clock::System();
};

// A folder that another process holds fails with kFailedPrecondition and names folder and holder.
Result<std::unique_ptr<Store>> OpenRocksStore(const StoreOptions& options);

}  // namespace sedge::kv
