// SPDX-License-Identifier: Apache-2.0
// KeyWalk: the keys that the tables and logs of a damaged database name, in order, each once, past
// what cannot be read. Each table is read by itself, so that one that fails hides nothing of the
// others. Whether a key has a row is the database's to say. Not thread-safe; the database outlives
// it.
#pragma once

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <memory>
#include <string>
#include <vector>

#include "kv/closed_database.h"

namespace sedge::kv {

class KeyWalk {
 public:
  // Keys from `first` up to, not including, `end` are not known.
  struct Gap {
    std::string first;
    std::string end;
    std::string reason;
  };

  // Keys of `family` and, when it is not null, of `other`, from `from` on.
  KeyWalk(ClosedDatabase& database, rocksdb::ColumnFamilyHandle* family,
          rocksdb::ColumnFamilyHandle* other, const std::string& from);
  ~KeyWalk();

  bool Valid() const { return valid_; }
  // REQUIRES: Valid().
  const std::string& key() const { return key_; }
  void Next();

  // What single tables of `family` have for key(), as it is stored, in no order.
  std::vector<std::string> StoredRows() const;

  // Of tables of `family`, up to key() or, at the end, all. In no order; may overlap.
  std::vector<Gap> TakeGaps();

 private:
  struct Table;
  using Tables = std::vector<std::unique_ptr<Table>>;

  void AddTables(rocksdb::DB& db, const std::string& family_name, bool own,
                 const std::string& from);
  // Stands at the first key at or after `from`.
  void Settle(const std::string& from);
  // All move to where a table of theirs begins to be needed, fails, works again, or ends.
  void Open(std::unique_ptr<Table> table, const std::string& from);
  void Place(std::unique_ptr<Table> table, const std::string& from);
  bool Retry(const std::string* at);
  void AddGap(const Table& table, std::string first, std::string end);

  const rocksdb::Options options_;
  std::vector<std::string> log_keys_;  // sorted
  size_t next_log_key_ = 0;
  Tables waiting_;   // that begin later; the next one is last
  Tables standing_;  // at a key; a heap, the first key in front
  Tables failed_;    // that do not read at the last key that was tried
  std::vector<Gap> gaps_;
  bool valid_ = false;
  std::string key_;
};

}  // namespace sedge::kv
