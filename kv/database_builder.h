// SPDX-License-Identifier: Apache-2.0
// DatabaseBuilder: a new database from entries that are read elsewhere, quickly: without a log, and
// durable only when Finish() returns. Not thread-safe.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/status.h"

namespace sedge::kv {

class DatabaseBuilder {
 public:
  // Makes the folder, which must not exist.
  static Result<std::unique_ptr<DatabaseBuilder>> Open(const std::string& database_folder);
  ~DatabaseBuilder();
  DatabaseBuilder(const DatabaseBuilder&) = delete;
  DatabaseBuilder& operator=(const DatabaseBuilder&) = delete;

  // An entry from its row of the values family. It gets a new version, because the new database
  // counts its writes from one.
  Status AddEntry(std::string_view row_key, std::string_view value_row);
  Status AddNamespace(std::string_view id, std::string_view row);
  Status Finish();

 private:
  explicit DatabaseBuilder(std::string folder) : folder_(std::move(folder)) {}
  Status Write(rocksdb::WriteBatch& batch);

  const std::string folder_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;  // default, records, values, namespaces
  uint64_t version_ = 0;
};

}  // namespace sedge::kv
