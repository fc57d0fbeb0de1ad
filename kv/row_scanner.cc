// SPDX-License-Identifier: Apache-2.0
#include "kv/row_scanner.h"

#include <algorithm>
#include <utility>

namespace sedge::kv {
namespace {

constexpr int kMaxHalvings = 400;  // each one seek
constexpr size_t kMaxHalvedBytes = 1200;

std::unique_ptr<rocksdb::Iterator> NewRows(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  read.readahead_size = 1u << 20;
  return std::unique_ptr<rocksdb::Iterator>(db.NewIterator(read, family));
}

// A byte string about halfway from `low` to `high`, read as fractions. `low` when there is none of
// a reasonable length.
std::string Halfway(const std::string& low, const std::string& high) {
  const size_t size = std::min(std::max(low.size(), high.size()) + 1, kMaxHalvedBytes);
  std::string middle(size, '\0');
  int carry = 0;
  const auto at = [](const std::string& text, size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  // Their sum from the back, then half of it from the front.
  for (size_t i = size; i-- > 0;) {
    const int sum = at(low, i) + at(high, i) + carry;
    middle[i] = static_cast<char>(sum & 0xff);
    carry = sum >> 8;
  }
  for (size_t i = 0; i < size; ++i) {
    const int value = carry << 8 | static_cast<unsigned char>(middle[i]);
    middle[i] = static_cast<char>(value >> 1);
    carry = value & 1;
  }
  return middle > low && middle < high ? middle : low;
}

}  // namespace

RowScanner::RowScanner(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                       rocksdb::ColumnFamilyHandle* other)
    : db_(db), family_(family), other_(other), rows_(NewRows(db, family)) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db.GetLiveFilesMetaData(&tables);
  for (const rocksdb::LiveFileMetaData& table : tables) {
    bounds_.push_back(table.smallestkey);
    bounds_.push_back(table.largestkey + '\0');
  }
  std::sort(bounds_.begin(), bounds_.end());
  rows_->SeekToFirst();
  if (!rows_->Valid() && !rows_->status().ok()) Recover("");
}

void RowScanner::Next() {
  std::string after(key());
  after += '\0';
  rows_->Next();
  if (!rows_->Valid() && !rows_->status().ok()) Recover(after);
}

bool RowScanner::InGap(std::string_view key) const {
  for (auto gap = gaps_.rbegin(); gap != gaps_.rend(); ++gap) {
    if (key >= gap->first) return gap->end.empty() || key < gap->end;
  }
  return false;
}

void RowScanner::Recover(const std::string& from) {
  Gap gap{.first = from, .end = "", .reason = rows_->status().ToString()};
  const bool found = TryAt(from) || TryKeysOfOther(from) || TryBounds(from);
  if (found && rows_->Valid()) gap.end = key();
  gaps_.push_back(std::move(gap));
}

bool RowScanner::TryAt(const std::string& row) {
  rows_ = NewRows(db_, family_);  // an old one may keep its failure
  rows_->Seek(row);
  return rows_->Valid() || rows_->status().ok();
}

bool RowScanner::TryKeysOfOther(const std::string& from) {
  if (other_ == nullptr) return false;
  const auto keys = NewRows(db_, other_);
  for (keys->Seek(from); keys->Valid(); keys->Next()) {
    if (TryAt(keys->key().ToString())) return true;
    // A whole run of keys may be unreadable: then one seek for each. They fail fast.
  }
  return false;
}

bool RowScanner::TryBounds(const std::string& from) {
  std::string bad = from;
  auto bound = std::upper_bound(bounds_.begin(), bounds_.end(), from);
  while (bound != bounds_.end() && !TryAt(*bound)) bad = *bound++;
  if (bound == bounds_.end()) {
    rows_->SeekToLast();  // of what is left nothing reads: stand behind it
    if (rows_->Valid()) rows_->Next();
    return false;
  }
  std::string good = *bound;
  for (int i = 0; i < kMaxHalvings; ++i) {
    const std::string middle = Halfway(bad, good);
    if (middle == bad) break;
    (TryAt(middle) ? good : bad) = middle;
  }
  return TryAt(good);
}

}  // namespace sedge::kv
