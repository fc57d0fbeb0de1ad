// SPDX-License-Identifier: Apache-2.0
// ClosedDatabase: the database of a folder that no store has open, opened for reading alone,
// however damaged it is: what cannot be read fails when it is read. The caller holds the folder's
// lock.
#pragma once

#include <rocksdb/db.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/status.h"

namespace sedge::kv {

class ClosedDatabase {
 public:
  // kCorruption when what lists the files (CURRENT, MANIFEST) is damaged or missing.
  // `scratch_folder` may be made for as long as this lives: when a log does not read to its end,
  // copies of all logs with their whole records alone go there.
  static Result<std::unique_ptr<ClosedDatabase>> Open(const std::string& database_folder,
                                                      const std::string& scratch_folder);
  ~ClosedDatabase();
  ClosedDatabase(const ClosedDatabase&) = delete;
  ClosedDatabase& operator=(const ClosedDatabase&) = delete;

  rocksdb::DB& db() { return *db_; }
  // Tables may be there with those that a compaction has made of them, and both have the same row
  // with the sequence number 0. RocksDB's way forward through such rows ends in an assertion.
  bool rows_repeat() const { return rows_repeat_; }
  void set_rows_repeat() { rows_repeat_ = true; }
  // Null when the folder is of a version before it, or too damaged to have it.
  rocksdb::ColumnFamilyHandle* family(std::string_view name);
  const std::vector<rocksdb::ColumnFamilyHandle*>& families() const { return families_; }
  // Of rows of that family that the logs write, deleted later or not.
  std::vector<std::string> LogKeys(uint32_t family_id);

 private:
  ClosedDatabase() = default;

  std::string log_folder_;
  std::string scratch_folder_;  // "" when it was not needed
  bool rows_repeat_ = false;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

}  // namespace sedge::kv
