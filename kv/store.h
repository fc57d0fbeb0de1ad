// SPDX-License-Identifier: Apache-2.0
// Store: the contract of a key-value store with Workers KV's semantics. No engine's type appears
// here, so that another engine fits behind it. Namespaces are named by their id, an arbitrary
// string, and exist once something is written to them. Thread-safe; calls may block on the disk,
// except those that say they do not.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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
constexpr size_t kMaxTitleBytes = 512;
// Of one store. Workers KV allows as many per account.
constexpr size_t kMaxNamespaces = 1000;

struct EntryInfo {
  std::optional<int64_t> expiration;    // absolute, seconds since the epoch
  std::optional<std::string> metadata;  // JSON text
};

// From the second that it names on.
inline bool IsExpired(const EntryInfo& info, int64_t now_seconds) {
  return info.expiration && *info.expiration <= now_seconds;
}

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

// One write of a batch.
struct Change {
  std::string key;
  std::optional<Bytes> value;  // nullopt: the key is deleted
  PutOptions options = {};     // of a put
};

struct NamespaceInfo {
  std::string id;
  std::string title;  // UTF-8; the id itself for one that was never created or named

  bool operator==(const NamespaceInfo&) const = default;
};

// A backup in a folder of backups.
struct BackupInfo {
  uint32_t id = 0;  // greater than that of each one before
  int64_t time_seconds = 0;
  uint64_t bytes = 0;  // of its files, those that it shares with others among them
  uint32_t files = 0;
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
  // The same, but `value` is freed as soon as the engine has a copy of its own, before the wait for
  // the disk.
  virtual Status PutBytes(std::string_view ns, std::string_view key, Bytes value,
                          const PutOptions& options) {
    return Put(ns, key, value.span(), options);
  }
  // Fine when there is no such key.
  virtual Status Delete(std::string_view ns, std::string_view key) = 0;
  // All of them or, when it fails, none; in their order, so the last change of a key counts.
  virtual Status Write(std::string_view ns, std::span<const Change> changes) = 0;
  // As many results as keys, in their order, all of one moment. kOutOfRange when the values
  // together are longer than `max_bytes`.
  virtual Result<std::vector<std::optional<Entry>>> GetMany(std::string_view ns,
                                                            std::span<const std::string> keys,
                                                            size_t max_bytes) = 0;
  // Without reading the value.
  virtual Result<std::optional<EntryInfo>> GetInfo(std::string_view ns, std::string_view key) = 0;
  virtual Result<ListPage> List(std::string_view ns, const ListOptions& options) = 0;

  // What was created and what has entries, by id.
  virtual Result<std::vector<NamespaceInfo>> Namespaces() = 0;
  // With a new id of 32 hexadecimal digits. kAlreadyExists when the title is taken.
  virtual Result<NamespaceInfo> CreateNamespace(std::string_view title) = 0;
  // Creates it with this id unless it is there; its title then stays what it is.
  virtual Status EnsureNamespace(std::string_view id, std::string_view title) = 0;
  // kNotFound; kAlreadyExists when another one has the title.
  virtual Status RenameNamespace(std::string_view id, std::string_view title) = 0;
  // With all its entries, however many, at once; their space comes back later. kNotFound.
  virtual Status DeleteNamespace(std::string_view id) = 0;

  // Adds a backup of one moment to the folder, which is made when missing; reads and writes go on.
  // Files that are there already are not copied again. `progress` gets the bytes copied so far, on
  // some thread. kv/backup.h has the rest.
  virtual Result<BackupInfo> Backup(const std::string& folder,
                                    const std::function<void(uint64_t)>& progress) {
    return Unimplemented("this store makes no backups");
  }
};

struct StoreOptions {
  std::string path;                 // a folder; made when missing
  bool durable_writes = true;       // sync the log before Put and Delete return
  size_t memory_bytes = 64u << 20;  // caches and write buffers together
  Clock* clock = &Clock::System();
};

// A folder that another process holds fails with kFailedPrecondition and names folder and holder.
Result<std::unique_ptr<Store>> OpenRocksStore(const StoreOptions& options);

}  // namespace sedge::kv
