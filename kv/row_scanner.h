// SPDX-License-Identifier: Apache-2.0
// RowScanner: all rows of one family of a damaged database, in order, past what cannot be read.
// Which keys follow a bad place is learnt from the other family, which has the same ones; where
// that fails, from the bounds of files and by halving. Not thread-safe; the database outlives it.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sedge::kv {

class RowScanner {
 public:
  // Rows from `first` up to, not including, `end` ("" for the last row) cannot be read.
  struct Gap {
    std::string first;
    std::string end;
    std::string reason;
  };

  // `other` may be null.
  RowScanner(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
             rocksdb::ColumnFamilyHandle* other);

  bool Valid() const { return rows_->Valid(); }
  // REQUIRES: Valid().
  std::string_view key() const { return {rows_->key().data(), rows_->key().size()}; }
  std::string_view value() const { return {rows_->value().data(), rows_->value().size()}; }
  void Next();

  const std::vector<Gap>& gaps() const { return gaps_; }
  // Whether `key`, which is not after the current row, lies in a gap.
  bool InGap(std::string_view key) const;

 private:
  // After a failure: moves to the first row at or after `from` that can be read.
  void Recover(const std::string& from);
  // Both say whether the scanner stands well afterwards, at a row or at the end.
  bool TryAt(const std::string& row);
  bool TryKeysOfOther(const std::string& from);
  bool TryBounds(const std::string& from);

  rocksdb::DB& db_;
  rocksdb::ColumnFamilyHandle* const family_;
  rocksdb::ColumnFamilyHandle* const other_;
  std::unique_ptr<rocksdb::Iterator> rows_;
  std::vector<std::string> bounds_;  // sorted: where files begin and end
  std::vector<Gap> gaps_;
};

}  // namespace sedge::kv
