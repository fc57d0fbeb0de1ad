// SPDX-License-Identifier: Apache-2.0
#include "kv/row_scanner.h"

#include <algorithm>
#include <utility>

namespace sedge::kv {
namespace {

// After so many keys an iterator is tried again. One that fails does so in a moment.
constexpr int kPicksPerTry = 256;

rocksdb::ReadOptions ReadOnce() {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  return read;
}

std::unique_ptr<rocksdb::Iterator> NewRows(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) {
  rocksdb::ReadOptions read = ReadOnce();
  read.readahead_size = 1u << 20;
  return std::unique_ptr<rocksdb::Iterator>(db.NewIterator(read, family));
}

void Append(std::vector<RowScanner::Gap>& gaps, std::vector<RowScanner::Gap> more) {
  gaps.insert(gaps.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

}  // namespace

RowScanner::RowScanner(ClosedDatabase& database, rocksdb::ColumnFamilyHandle* family,
                       rocksdb::ColumnFamilyHandle* other, IsNewest is_newest)
    : database_(database), family_(family), other_(other), is_newest_(std::move(is_newest)) {
  if (!TryAt("")) PickFrom("");
}

void RowScanner::Next() {
  if (keys_) {
    keys_->Next();
    return Pick();
  }
  std::string after(key());
  after += '\0';
  rows_->Next();
  if (!rows_->Valid() && !rows_->status().ok()) PickFrom(after);
}

bool RowScanner::TryAt(const std::string& row) {
  if (database_.rows_repeat()) return false;
  rows_ = NewRows(database_.db(), family_);  // an old one may keep its failure
  rows_->Seek(row);
  return rows_->Valid() || rows_->status().ok();
}

void RowScanner::PickFrom(const std::string& from) {
  keys_ = std::make_unique<KeyWalk>(database_, family_, other_, from);
  picks_ = 0;
  failing_ = false;
  Pick();
}

void RowScanner::Pick() {
  for (; keys_->Valid(); keys_->Next()) {
    if (++picks_ % kPicksPerTry == 0 && TryAt(keys_->key())) {
      Append(unknown_, keys_->TakeGaps());
      keys_.reset();
      return;
    }
    const rocksdb::Status got = Look();
    if (got.ok() || (!got.IsNotFound() && PickFromTables())) {
      failing_ = false;
      return;
    }
    if (!got.IsNotFound()) AddFailure(keys_->key(), got.ToString());
  }
  Append(unknown_, keys_->TakeGaps());
}

rocksdb::Status RowScanner::Look() {
  picked_.Reset();
  if (database_.rows_repeat()) {
    if (const std::optional<rocksdb::Status> found = LookBackwards()) return *found;
  }
  return database_.db().Get(ReadOnce(), family_, keys_->key(), &picked_);
}

// A get takes the first row that it meets, in an order of tables that was lost with their list. An
// iterator takes the newest, but asks every table.
std::optional<rocksdb::Status> RowScanner::LookBackwards() {
  // Without a bound it would go back over all deleted keys in front.
  const rocksdb::Slice bound = keys_->key();
  rocksdb::ReadOptions read = ReadOnce();
  read.iterate_lower_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> row(database_.db().NewIterator(read, family_));
  row->SeekForPrev(bound);
  if (!row->status().ok()) return std::nullopt;
  if (!row->Valid()) return rocksdb::Status::NotFound();
  picked_.PinSelf(row->value());
  return rocksdb::Status::OK();
}

bool RowScanner::PickFromTables() {
  if (!is_newest_) return false;
  for (const std::string& row : keys_->StoredRows()) {
    if (!is_newest_(keys_->key(), row)) continue;
    picked_.Reset();
    picked_.PinSelf(row);
    return true;
  }
  return false;
}

void RowScanner::AddFailure(const std::string& key, std::string reason) {
  if (std::exchange(failing_, true)) {
    failures_.back().end = key + '\0';
  } else {
    failures_.push_back({.first = key, .end = key + '\0', .reason = std::move(reason)});
  }
}

bool RowScanner::InGap(std::string_view key) const {
  const auto after =
      std::upper_bound(failures_.begin(), failures_.end(), key,
                       [](std::string_view wanted, const Gap& gap) { return wanted < gap.first; });
  return after != failures_.begin() && key < std::prev(after)->end;
}

std::vector<RowScanner::Gap> RowScanner::gaps() const {
  std::vector<Gap> all = failures_;
  all.insert(all.end(), unknown_.begin(), unknown_.end());
  std::sort(all.begin(), all.end(), [](const Gap& a, const Gap& b) { return a.first < b.first; });
  std::vector<Gap> apart;
  for (Gap& gap : all) {
    if (apart.empty() || apart.back().end < gap.first) {
      apart.push_back(std::move(gap));
    } else {
      apart.back().end = std::max(apart.back().end, gap.end);
    }
  }
  return apart;
}

}  // namespace sedge::kv
