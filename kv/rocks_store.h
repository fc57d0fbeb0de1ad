// SPDX-License-Identifier: Apache-2.0
// RocksStore: the Store over RocksDB. Two column families hold each entry, written in one batch:
// "records" has everything but the value, in key order, for lists; "values" has the record again
// with the value behind it, so that a get is one lookup and can never mix two versions. A third one
// has the titles of namespaces. FORMAT.md has the bytes and the reasons. Thread-safe.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>

#include "kv/folder_lock.h"
#include "kv/namespace_registry.h"
#include "kv/reaper.h"
#include "kv/record_codec.h"
#include "kv/store.h"

namespace sedge::kv {

class RocksStore final : public Store {
 public:
  // A page of a list gives up, with a cursor, after passing so many rows that are no result.
  static constexpr size_t kMaxSkippedPerPage = 10'000;

  static Result<std::unique_ptr<RocksStore>> Open(const StoreOptions& options);
  ~RocksStore() override;

  Result<std::optional<Entry>> Get(std::string_view ns, std::string_view key) override;
  std::optional<Result<std::optional<Entry>>> TryGet(std::string_view ns,
                                                     std::string_view key) override;
  Status Put(std::string_view ns, std::string_view key, ByteSpan value,
             const PutOptions& options) override;
  Status Delete(std::string_view ns, std::string_view key) override;
  Status Write(std::string_view ns, std::span<const Change> changes) override;
  Result<std::vector<std::optional<Entry>>> GetMany(std::string_view ns,
                                                    std::span<const std::string> keys,
                                                    size_t max_bytes) override;
  Result<std::optional<EntryInfo>> GetInfo(std::string_view ns, std::string_view key) override;
  Result<ListPage> List(std::string_view ns, const ListOptions& options) override;
  Result<std::vector<NamespaceInfo>> Namespaces() override;
  Result<NamespaceInfo> CreateNamespace(std::string_view title) override;
  Status EnsureNamespace(std::string_view id, std::string_view title) override;
  Status RenameNamespace(std::string_view id, std::string_view title) override;
  Status DeleteNamespace(std::string_view id) override;

  // Writes memory to files, compacts everything and waits for the reaper: what RocksDB does in its
  // own time. For maintenance and tests.
  Status Compact();
  // Rows in both families, live or not: what compaction has left.
  Result<size_t> CountRows();

 private:
  static constexpr size_t kStripes = 64;

  RocksStore(const StoreOptions& options, FolderLock lock);
  Status OpenDatabase(const std::string& folder);
  // Both rows of one entry into `batch`.
  Status AddPut(rocksdb::WriteBatch& batch, const std::string& row_key, ByteSpan value,
                const PutOptions& options);
  Status AddDelete(rocksdb::WriteBatch& batch, const std::string& row_key);
  Status Write(rocksdb::WriteBatch& batch, std::string_view row_key, std::string_view doing);
  // nullopt: the disk is needed, but `read` forbids it.
  std::optional<Result<std::optional<Entry>>> Read(std::string_view ns, std::string_view key,
                                                   const rocksdb::ReadOptions& read);
  Result<bool> HasEntries(std::string_view ns);
  // Deletes both rows of an entry if it is still expired.
  void ReapExpired(const std::string& row_key);
  static size_t StripeOf(std::string_view row_key);

  const StoreOptions options_;
  const FolderLock lock_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* records_ = nullptr;  // owned; freed before db_
  rocksdb::ColumnFamilyHandle* values_ = nullptr;
  rocksdb::ColumnFamilyHandle* namespaces_ = nullptr;
  std::unique_ptr<NamespaceRegistry> registry_;
  std::atomic<uint64_t> last_version_ = 0;
  // A write holds its row's stripe shared, the reaper exclusive: so it cannot delete what was
  // written after it looked.
  std::array<std::shared_mutex, kStripes> stripes_;
  std::unique_ptr<Reaper> reaper_;  // last: its thread uses everything above
};

}  // namespace sedge::kv
