// SPDX-License-Identifier: Apache-2.0
#include "kv/survey.h"

#include <algorithm>
#include <optional>

#include "kv/expiry_filter.h"
#include "kv/key_codec.h"
#include "kv/namespace_registry.h"
#include "kv/record_codec.h"
#include "kv/rocks_rows.h"
#include "kv/row_scanner.h"

namespace sedge::kv {
namespace {

constexpr uint64_t kProgressEvery = 1'000;

// Neighbours of one kind become one range.
class Ranges {
 public:
  explicit Ranges(std::vector<LostRange>& ranges) : ranges_(ranges) {}

  void Add(std::string_view row, std::string_view what) {
    if (open_ && !ranges_.empty() && ranges_.back().what == what &&
        SameNamespace(ranges_.back().rows.last, row)) {
      ranges_.back().rows.last = row;
      ++ranges_.back().entries;
      return;
    }
    ranges_.push_back(
        {.rows = {std::string(row), std::string(row)}, .entries = 1, .what = std::string(what)});
    open_ = true;
  }
  // An entry that is not of this kind lies between.
  void Close() { open_ = false; }

 private:
  static bool SameNamespace(std::string_view a, std::string_view b) {
    const auto left = DecodeRowKey(a);
    const auto right = DecodeRowKey(b);
    return left && right && left->ns == right->ns;
  }

  std::vector<LostRange>& ranges_;
  bool open_ = false;
};

class Walk {
 public:
  Walk(ClosedDatabase& database, int64_t now_seconds, const SurveySinks& sinks,
       SurveyReport& report)
      : dead_since_seconds_(now_seconds - kExpiryGraceSeconds),
        sinks_(sinks),
        report_(report),
        lost_(report.lost),
        mended_(report.mended_ranges),
        records_(database, database.family("records"), database.family("values")),
        values_(database, database.family("values"), database.family("records"),
                [&database](std::string_view key, std::string_view row) {
                  return HasRecordOf(database, key, row);
                }) {}

  Status Run() {
    uint64_t seen = 0;
    while (records_.Valid() || values_.Valid()) {
      if (sinks_.progress && ++seen % kProgressEvery == 0) sinks_.progress(seen);
      const bool record_only =
          !values_.Valid() || (records_.Valid() && records_.key() < values_.key());
      const bool value_only =
          !records_.Valid() || (values_.Valid() && values_.key() < records_.key());
      SEDGE_RETURN_IF_ERROR(record_only ? RecordAlone() : value_only ? ValueAlone() : Both());
      if (!value_only) records_.Next();
      if (!record_only) values_.Next();
    }
    AddUnknownRanges();
    return OkStatus();
  }

 private:
  // Whether the key's record, which is newer than that of any other write, is of the same write as
  // this row of a value. What RocksDB keeps of a value in a blob file starts with no record.
  static bool HasRecordOf(ClosedDatabase& database, std::string_view key, std::string_view row) {
    rocksdb::PinnableSlice record;
    const rocksdb::Status got = database.db().Get(
        rocksdb::ReadOptions(), database.family("records"), ToSlice(key), &record);
    return got.ok() && row.starts_with(View(record)) && DecodeValueRow(row).ok();
  }

  Status RecordAlone() {
    const auto record = DecodeRecord(records_.value());
    if (record.ok() && IsExpired(*record, dead_since_seconds_)) return OkStatus();
    Lose(records_.key(),
         values_.InGap(records_.key()) ? "the value cannot be read" : "the value is missing");
    return OkStatus();
  }

  Status ValueAlone() {
    const auto row = DecodeValueRow(values_.value());
    if (!row.ok() || !DecodeRowKey(values_.key())) {
      Lose(values_.key(), "the stored row is damaged");
      return OkStatus();
    }
    if (IsExpired(row->record, dead_since_seconds_)) return OkStatus();
    return Keep(records_.InGap(values_.key()) ? "the record cannot be read"
                                              : "the record is missing");
  }

  Status Both() {
    const auto row = DecodeValueRow(values_.value());
    if (!row.ok() || !DecodeRowKey(values_.key())) {
      Lose(values_.key(), "the stored row is damaged");
      return OkStatus();
    }
    // The value's row starts with the record; the flag of blobs may be older than its bound.
    const std::string_view record = records_.value();
    const bool same = values_.value().starts_with(record);
    return Keep(same ? "" : "the record is not that of the value");
  }

  void Lose(std::string_view row, std::string_view what) {
    mended_.Close();
    lost_.Add(row, what);
  }

  // `mended` says what was wrong with the record; "" for nothing.
  Status Keep(std::string_view mended) {
    lost_.Close();
    ++report_.entries;
    if (mended.empty()) {
      mended_.Close();
    } else {
      ++report_.mended;
      mended_.Add(values_.key(), mended);
    }
    return sinks_.entry ? sinks_.entry(values_.key(), values_.value()) : OkStatus();
  }

  // What neither family can read: nobody knows which entries were there.
  void AddUnknownRanges() {
    const std::vector<RowScanner::Gap> records = records_.gaps();
    const std::vector<RowScanner::Gap> values = values_.gaps();
    for (auto a = records.begin(), b = values.begin(); a != records.end() && b != values.end();) {
      const std::string& first = std::max(a->first, b->first);
      std::string last = std::min(a->end, b->end);
      if (first < last) {
        const bool behind_key = last.back() == '\0';
        if (behind_key) last.pop_back();
        report_.lost.push_back(
            {.rows = {.first = first, .last = std::move(last), .ends_before_last = !behind_key},
             .entries = 0,
             .what = "neither record nor value can be read: " + a->reason});
      }
      (a->end < b->end ? a : b)++;
    }
  }

  const int64_t dead_since_seconds_;
  const SurveySinks& sinks_;
  SurveyReport& report_;
  Ranges lost_;
  Ranges mended_;
  RowScanner records_;
  RowScanner values_;
};

Status WalkNamespaces(ClosedDatabase& database, const SurveySinks& sinks, SurveyReport& report) {
  rocksdb::ColumnFamilyHandle* family = database.family("namespaces");
  if (family == nullptr) return OkStatus();
  RowScanner rows(database, family, nullptr);
  for (; rows.Valid(); rows.Next()) {
    if (!DecodeNamespaceRow(rows.value())) {
      report.lost.push_back(
          {.rows = {}, .entries = 1, .what = "the title of namespace " + QuoteKey(rows.key())});
    } else if (sinks.name_space) {
      SEDGE_RETURN_IF_ERROR(sinks.name_space(rows.key(), rows.value()));
    }
  }
  for (const RowScanner::Gap& gap : rows.gaps()) {
    report.lost.push_back({.rows = {},
                           .entries = 0,
                           .what = "titles of namespaces from id " + QuoteKey(gap.first) + " to " +
                                   QuoteKey(gap.end) + ": " + gap.reason});
  }
  return OkStatus();
}

}  // namespace

Result<SurveyReport> RunSurvey(ClosedDatabase& database, int64_t now_seconds,
                               const SurveySinks& sinks) {
  SurveyReport report;
  SEDGE_RETURN_IF_ERROR(WalkNamespaces(database, sinks, report));
  if (database.family("records") == nullptr || database.family("values") == nullptr) {
    return report;
  }
  SEDGE_RETURN_IF_ERROR(Walk(database, now_seconds, sinks, report).Run());
  return report;
}

}  // namespace sedge::kv
