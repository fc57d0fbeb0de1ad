// SPDX-License-Identifier: Apache-2.0
// NamespaceRegistry: the namespaces that were created, with their titles. Kept in memory, and in a
// column family of its own, whose rows FORMAT.md describes. Thread-safe.
#pragma once

#include <rocksdb/db.h>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kv/store.h"

namespace sedge::kv {

// The row of a namespace. REQUIRES: a title of 1..kMaxTitleBytes.
std::string EncodeNamespaceRow(std::string_view title);
// The title, a view into `row`; nullopt when it is no such row.
std::optional<std::string_view> DecodeNamespaceRow(std::string_view row);

class NamespaceRegistry {
 public:
  // Writes a batch durably; the second argument is what a failure says was being done.
  using Commit = std::function<Status(rocksdb::WriteBatch&, std::string_view)>;

  // `folder` is for messages. Neither of the first two is owned; both outlive this.
  NamespaceRegistry(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, std::string folder,
                    Commit commit)
      : db_(db), family_(family), folder_(std::move(folder)), commit_(std::move(commit)) {}

  // Once, before all else.
  Status Load();

  // By id.
  std::vector<NamespaceInfo> All() const;
  // "" when there is none.
  std::string TitleOf(std::string_view id) const;
  // What Store says of its methods of these names. Durable when they return.
  Result<NamespaceInfo> Create(std::string_view title);
  Status Ensure(std::string_view id, std::string_view title);
  // kNotFound unless it is registered or `has_entries`.
  Status Rename(std::string_view id, std::string_view title, bool has_entries);
  // Adds the removal to `batch` and, once `write` has written that, forgets it.
  template <typename Write>
  Status Remove(std::string_view id, rocksdb::WriteBatch& batch, Write write);

 private:
  using Titles = std::map<std::string, std::string, std::less<>>;  // by id

  Status CheckTitle(std::string_view id, std::string_view title) const;
  Status Add(std::string_view id, std::string_view title);

  rocksdb::DB& db_;
  rocksdb::ColumnFamilyHandle* const family_;
  const std::string folder_;
  const Commit commit_;
  mutable std::mutex mutex_;  // held across writes, so that no two take one title
  Titles titles_;
};

template <typename Write>
Status NamespaceRegistry::Remove(std::string_view id, rocksdb::WriteBatch& batch, Write write) {
  const std::lock_guard lock(mutex_);
  (void)batch.Delete(family_, rocksdb::Slice(id.data(), id.size()));
  SEDGE_RETURN_IF_ERROR(write());
  if (const auto found = titles_.find(id); found != titles_.end()) titles_.erase(found);
  return OkStatus();
}

}  // namespace sedge::kv
