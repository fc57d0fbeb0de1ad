// SPDX-License-Identifier: Apache-2.0
// RowScanner: all rows of one family of a damaged database, in order, past what cannot be read. An
// iterator over the database fails wherever any table does that it passes. From there on rows are
// taken one by one, each key that a table or log of either family names: a get asks only tables
// that may have the key. Where tables repeat rows all are taken one by one, each by an iterator
// that goes backwards. Not thread-safe; the database outlives it.
#pragma once

#include <rocksdb/db.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kv/closed_database.h"
#include "kv/key_walk.h"

namespace sedge::kv {

class RowScanner {
 public:
  // Rows from `first` up to, not including, `end` cannot be read.
  using Gap = KeyWalk::Gap;

  // Whether a row that one table has is the newest of its key.
  using IsNewest = std::function<bool(std::string_view key, std::string_view row)>;

  // `other` has the same keys; it may be null. Where a get fails, a row that `is_newest` knows is
  // taken from its table alone.
  RowScanner(ClosedDatabase& database, rocksdb::ColumnFamilyHandle* family,
             rocksdb::ColumnFamilyHandle* other, IsNewest is_newest = {});

  bool Valid() const { return keys_ ? keys_->Valid() : rows_->Valid(); }
  // REQUIRES: Valid().
  std::string_view key() const {
    return keys_ ? keys_->key() : std::string_view(rows_->key().data(), rows_->key().size());
  }
  std::string_view value() const {
    return keys_ ? std::string_view(picked_.data(), picked_.size())
                 : std::string_view(rows_->value().data(), rows_->value().size());
  }
  void Next();

  // In order; REQUIRES: !Valid().
  std::vector<Gap> gaps() const;
  // Whether there may be a row of `key`, which is not after the current row, that does not read.
  bool InGap(std::string_view key) const;

 private:
  // Whether an iterator stands well at the first row at or after `row`, or at the end.
  bool TryAt(const std::string& row);
  // Goes key by key from `from` on.
  void PickFrom(const std::string& from);
  // To the first key at or after the current one that has a row which reads.
  void Pick();
  // The newest row of the key at which the walk stands.
  rocksdb::Status Look();
  // The same, among rows that repeat. nullopt: a get may know more.
  std::optional<rocksdb::Status> LookBackwards();
  bool PickFromTables();
  void AddFailure(const std::string& key, std::string reason);

  ClosedDatabase& database_;
  rocksdb::ColumnFamilyHandle* const family_;
  rocksdb::ColumnFamilyHandle* const other_;
  const IsNewest is_newest_;
  std::unique_ptr<rocksdb::Iterator> rows_;
  std::unique_ptr<KeyWalk> keys_;  // while it goes key by key
  rocksdb::PinnableSlice picked_;
  int picks_ = 0;
  bool failing_ = false;       // nothing was read since the last failure
  std::vector<Gap> failures_;  // of single keys and runs of them; in order
  std::vector<Gap> unknown_;   // whose keys no table tells
};

}  // namespace sedge::kv
