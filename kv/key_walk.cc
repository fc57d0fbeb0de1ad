// SPDX-License-Identifier: Apache-2.0
#include "kv/key_walk.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace sedge::kv {
namespace {

constexpr int kMaxHalvings = 400;      // each one seek
constexpr int kMaxProbes = 200;        // of places between two that do not read
constexpr size_t kLookedBetween = 12;  // of those that halving met first: the later are close by
constexpr size_t kMaxHalvedBytes = 1200;

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

// Of two tables, whose key comes later: a heap has the first one in front.
constexpr auto kLater = [](const auto& a, const auto& b) {
  return a->rows->key().compare(b->rows->key()) > 0;
};

rocksdb::ReadOptions ReadOnce() {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  return read;
}

}  // namespace

struct KeyWalk::Table {
  std::string path;
  std::string first;
  std::string end;  // past its last key
  bool own;         // of the family whose gaps are asked for
  std::unique_ptr<rocksdb::SstFileReader> reader;
  std::unique_ptr<rocksdb::Iterator> rows;
  std::string failed_from;
  std::string bad;  // the last key at which it failed
  std::string reason;

  std::string key() const { return rows->key().ToString(); }
  // Whether it reads there; it may have no key at or after it.
  bool SeekTo(const std::string& key) {
    rows.reset(reader->NewIterator(ReadOnce()));  // an old one may keep its failure
    rows->Seek(key);
    return Reads();
  }
  bool Reads() {
    if (rows->Valid() || rows->status().ok()) return true;
    reason = rows->status().ToString();
    return false;
  }
  // The first place behind `bad` that reads, if there is one before `good`. Halving alone would
  // find one behind the last of several bad places; those that it met are looked between.
  std::string FirstGood(std::string good);
};

std::string KeyWalk::Table::FirstGood(std::string good) {
  for (int probes = 0;;) {
    std::vector<std::string> bad_places = {bad};
    for (int i = 0; i < kMaxHalvings; ++i) {
      std::string middle = Halfway(bad_places.back(), good);
      if (middle == bad_places.back()) break;
      if (SeekTo(middle)) {
        good = std::move(middle);
      } else {
        bad_places.push_back(std::move(middle));
      }
    }
    std::deque<std::pair<std::string, std::string>> between;
    for (size_t i = 1; i < std::min(bad_places.size(), kLookedBetween); ++i) {
      between.emplace_back(bad_places[i - 1], bad_places[i]);
    }
    std::optional<std::string> earlier;
    for (; probes < kMaxProbes && !between.empty() && !earlier; ++probes) {
      const auto [low, high] = std::move(between.front());
      between.pop_front();
      std::string middle = Halfway(low, high);
      if (middle == low) continue;
      if (SeekTo(middle)) {
        earlier = std::move(middle);
      } else {
        between.emplace_back(low, middle);
        between.emplace_back(middle, high);
      }
    }
    if (!earlier) return good;
    good = *std::move(earlier);
  }
}

KeyWalk::KeyWalk(ClosedDatabase& database, rocksdb::ColumnFamilyHandle* family,
                 rocksdb::ColumnFamilyHandle* other, const std::string& from) {
  for (rocksdb::ColumnFamilyHandle* source : {family, other}) {
    if (source == nullptr) continue;
    AddTables(database.db(), source->GetName(), source == family, from);
    std::vector<std::string> keys = database.LogKeys(source->GetID());
    log_keys_.insert(log_keys_.end(), std::make_move_iterator(keys.begin()),
                     std::make_move_iterator(keys.end()));
  }
  std::sort(waiting_.begin(), waiting_.end(),
            [](const auto& a, const auto& b) { return a->first > b->first; });
  std::sort(log_keys_.begin(), log_keys_.end());
  log_keys_.erase(std::unique(log_keys_.begin(), log_keys_.end()), log_keys_.end());
  Settle(from);
}

KeyWalk::~KeyWalk() = default;

void KeyWalk::AddTables(rocksdb::DB& db, const std::string& family_name, bool own,
                        const std::string& from) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  for (const rocksdb::LiveFileMetaData& file : files) {
    if (file.column_family_name != family_name || file.largestkey < from) continue;
    waiting_.push_back(std::make_unique<Table>(Table{
        .path = file.directory + "/" + file.relative_filename,
        .first = file.smallestkey,
        .end = file.largestkey + '\0',
        .own = own,
        .reader = nullptr,
        .rows = nullptr,
        .failed_from = {},
        .bad = {},
        .reason = {},
    }));
  }
}

void KeyWalk::Next() {
  while (!standing_.empty() && standing_.front()->rows->key() == key_) {
    std::pop_heap(standing_.begin(), standing_.end(), kLater);
    std::unique_ptr<Table> table = std::move(standing_.back());
    standing_.pop_back();
    table->rows->Next();
    Place(std::move(table), key_ + '\0');
  }
  Settle(key_ + '\0');
}

// A table after a move: where it belongs now.
void KeyWalk::Place(std::unique_ptr<Table> table, const std::string& from) {
  if (!table->Reads()) {
    table->failed_from = table->bad = from;
    failed_.push_back(std::move(table));
  } else if (table->rows->Valid()) {
    standing_.push_back(std::move(table));
    std::push_heap(standing_.begin(), standing_.end(), kLater);
  }
}

void KeyWalk::Open(std::unique_ptr<Table> table, const std::string& from) {
  std::string first = std::max(table->first, from);
  table->reader = std::make_unique<rocksdb::SstFileReader>(options_);
  const rocksdb::Status opened = table->reader->Open(table->path);
  if (!opened.ok()) {
    table->reason = opened.ToString();
    return AddGap(*table, std::move(first), table->end);
  }
  (void)table->SeekTo(first);
  Place(std::move(table), first);
}

void KeyWalk::Settle(const std::string& from) {
  while (next_log_key_ < log_keys_.size() && log_keys_[next_log_key_] < from) ++next_log_key_;
  while (true) {
    valid_ = false;
    if (next_log_key_ < log_keys_.size()) {
      valid_ = true;
      key_ = log_keys_[next_log_key_];
    }
    if (!standing_.empty() && (!valid_ || standing_.front()->rows->key().compare(key_) < 0)) {
      valid_ = true;
      key_ = standing_.front()->key();
    }
    if (!waiting_.empty() && (!valid_ || waiting_.back()->first <= key_)) {
      std::unique_ptr<Table> next = std::move(waiting_.back());
      waiting_.pop_back();
      Open(std::move(next), from);
      continue;
    }
    if (failed_.empty() || !Retry(valid_ ? &key_ : nullptr)) break;
  }
}

// Of the tables that failed, those that read again at `at`, or before all others are through, stand
// at the first place that does so from where they failed on. Whether there are any.
bool KeyWalk::Retry(const std::string* at) {
  bool any = false;
  for (std::unique_ptr<Table>& table : std::exchange(failed_, {})) {
    const bool within = at != nullptr && *at < table->end;
    if (within && !table->SeekTo(*at)) {
      table->bad = std::max(table->bad, *at);
      failed_.push_back(std::move(table));
      continue;
    }
    const std::string good = table->FirstGood(within ? *at : table->end);
    const bool goes_on = good < table->end && table->SeekTo(good) && table->rows->Valid();
    AddGap(*table, table->failed_from, goes_on ? table->key() : table->end);
    if (!goes_on) continue;
    Place(std::move(table), good);
    any = true;
  }
  return any;
}

void KeyWalk::AddGap(const Table& table, std::string first, std::string end) {
  if (!table.own || first >= end) return;
  gaps_.push_back({.first = std::move(first), .end = std::move(end), .reason = table.reason});
}

std::vector<std::string> KeyWalk::StoredRows() const {
  std::vector<std::string> rows;
  for (const std::unique_ptr<Table>& table : standing_) {
    if (table->own && table->rows->key() == key_) rows.push_back(table->rows->value().ToString());
  }
  return rows;
}

std::vector<KeyWalk::Gap> KeyWalk::TakeGaps() {
  if (valid_) {
    for (const std::unique_ptr<Table>& table : failed_) {
      AddGap(*table, table->failed_from, std::min(key_, table->end));
    }
  }
  return std::exchange(gaps_, {});
}

}  // namespace sedge::kv
