// SPDX-License-Identifier: Apache-2.0
// RocksStore: the Store over RocksDB. Two column families hold each entry, written in one batch:
// "records" has everything but the value, in key order, for lists; "values" has the record again
// with the value behind it, so that a get is one lookup and can never mix two versions. A third one
// has the titles of namespaces. FORMAT.md has the bytes and the reasons. Thread-safe.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>

#include "kv/entry_cache.h"
#include "kv/folder_lock.h"
#include "kv/log_reserve.h"
#include "kv/namespace_registry.h"
#include "kv/reaper.h"
#include "kv/record_codec.h"
#include "kv/store.h"
#include "kv/synced_marker.h"

namespace sedge::kv {

class RocksStore final : public Store {
 public:
  // A page of a list gives up, with a cursor, after passing so many rows that are no result.
  static constexpr size_t kMaxSkippedPerPage = 10'000;

  // `files` is where the database's files are; tests put in one that fails.
  static Result<std::unique_ptr<RocksStore>> Open(
      const StoreOptions& options,
      std::shared_ptr<rocksdb::FileSystem> files = rocksdb::FileSystem::Default());
  ~RocksStore() override;

  Result<std::optional<Entry>> Get(std::string_view ns, std::string_view key) override;
  std::optional<Result<std::optional<Entry>>> TryGet(std::string_view ns,
                                                     std::string_view key) override;
  Status Put(std::string_view ns, std::string_view key, ByteSpan value,
             const PutOptions& options) override;
  Status PutBytes(std::string_view ns, std::string_view key, Bytes value,
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
  Result<BackupInfo> Backup(const std::string& folder,
                            const std::function<void(uint64_t)>& progress) override;

  // Writes memory to files, compacts everything and waits for the reaper: what RocksDB does in its
  // own time. For maintenance and tests.
  Status Compact();
  // Rows in both families, live or not: what compaction has left.
  Result<size_t> CountRows();

 private:
  static constexpr size_t kStripes = 64;

  RocksStore(const StoreOptions& options, FolderLock lock);
  Status OpenDatabase(const std::string& folder, std::shared_ptr<rocksdb::FileSystem> files);
  // False when some stay.
  bool DropOldLogs();
  void LogDamagedFiles();
  // A failed read as our Status: names the damaged file and the keys in it, and logs it once.
  Status ReadFailure(const rocksdb::Status& status, std::string_view doing,
                     std::string_view row_key = {});
  // The same for a row that came, and does not decode.
  Status RowFailure(const Status& status, std::string_view row_key);
  void LogDamage(std::string_view what, std::string_view text);
  // Both rows of one entry into `batch`.
  std::string CannotWrite() const { return "cannot write to the KV folder " + options_.path; }
  Status AddPut(rocksdb::WriteBatch& batch, const std::string& row_key, ByteSpan value,
                const PutOptions& options);
  Status AddDelete(rocksdb::WriteBatch& batch, const std::string& row_key);
  Status Write(rocksdb::WriteBatch& batch, std::string_view row_key, std::string_view doing);
  // What every write ends in. Tries to leave the state of a full disk first.
  Status Commit(rocksdb::WriteBatch& batch, bool sync, std::string_view doing);
  // Whether writes go on now.
  bool LeaveFullDisk();
  // nullopt: the disk is needed, but `read` forbids it.
  std::optional<Result<std::optional<Entry>>> Read(std::string_view ns, std::string_view key,
                                                   const rocksdb::ReadOptions& read);
  Result<bool> HasEntries(std::string_view ns);
  // Deletes both rows of an entry if it is still expired.
  void ReapExpired(const std::string& row_key);
  // Gives the space of a namespace that was deleted back.
  void SweepNamespace(const std::string& id);
  void ResumeSweeps();
  static size_t StripeOf(std::string_view row_key);

  const StoreOptions options_;
  const FolderLock lock_;
  std::unique_ptr<SyncedMarker> synced_;
  LogReserve reserve_;
  std::unique_ptr<rocksdb::Env> env_;  // uses synced_ and reserve_
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* default_ = nullptr;  // these are owned; freed before db_
  rocksdb::ColumnFamilyHandle* records_ = nullptr;
  rocksdb::ColumnFamilyHandle* values_ = nullptr;
  rocksdb::ColumnFamilyHandle* namespaces_ = nullptr;
  std::unique_ptr<NamespaceRegistry> registry_;
  EntryCache cache_;
  bool damaged_ = false;  // when it was opened: then nothing is compacted
  std::atomic<uint64_t> last_version_ = 0;
  std::atomic<bool> write_failed_ = false;  // the last one
  std::mutex resume_mutex_;  // held while RocksDB is asked to go on after a full disk
  int64_t next_resume_ns_ = 0;
  std::mutex logged_mutex_;
  std::set<std::string> logged_damage_;  // guarded by logged_mutex_
  // A write holds its row's stripe shared, the reaper exclusive: so it cannot delete what was
  // written after it looked.
  std::array<std::shared_mutex, kStripes> stripes_;
  std::unique_ptr<Reaper> reaper_;  // last: their threads use everything above
  std::unique_ptr<Reaper> sweeper_;
};

}  // namespace sedge::kv
