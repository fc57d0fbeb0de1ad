// SPDX-License-Identifier: Apache-2.0
#include "kv/expiry_filter.h"

#include <utility>

#include "kv/record_codec.h"

namespace sedge::kv {
namespace {

using rocksdb::CompactionFilter;
using rocksdb::Slice;

// RocksDB turns kRemove into a tombstone, so an older version of the row cannot come back.
class RecordsFilter final : public CompactionFilter {
 public:
  RecordsFilter(int64_t dead_since_seconds, ExpiredBlobSink sink)
      : dead_since_seconds_(dead_since_seconds), sink_(std::move(sink)) {}

  const char* Name() const override { return "sedge.RecordsExpiry"; }

  Decision FilterV2(int, const Slice& key, ValueType, const Slice& row, std::string*,
                    std::string*) const override {
    const auto record = DecodeRecord({row.data(), row.size()});
    // A damaged row stays: whoever reads it gets the error.
    if (!record.ok() || !IsExpired(*record, dead_since_seconds_)) return Decision::kKeep;
    if (!record->in_blob) return Decision::kRemove;
    sink_({key.data(), key.size()});
    return Decision::kKeep;
  }

 private:
  const int64_t dead_since_seconds_;
  const ExpiredBlobSink sink_;
};

class ValuesFilter final : public CompactionFilter {
 public:
  explicit ValuesFilter(int64_t dead_since_seconds) : dead_since_seconds_(dead_since_seconds) {}

  const char* Name() const override { return "sedge.ValuesExpiry"; }

  // Any other answer makes RocksDB read the blob.
  Decision FilterBlobByKey(int, const Slice&, std::string*, std::string*) const override {
    return Decision::kKeep;
  }

  Decision FilterV2(int, const Slice&, ValueType, const Slice& row, std::string*,
                    std::string*) const override {
    const auto value = DecodeValueRow({row.data(), row.size()});
    const bool dead = value.ok() && IsExpired(value->record, dead_since_seconds_);
    return dead ? Decision::kRemove : Decision::kKeep;
  }

 private:
  const int64_t dead_since_seconds_;
};

class RecordsFactory final : public rocksdb::CompactionFilterFactory {
 public:
  RecordsFactory(const Clock* clock, ExpiredBlobSink sink)
      : clock_(clock), sink_(std::move(sink)) {}
  const char* Name() const override { return "sedge.RecordsExpiryFactory"; }
  std::unique_ptr<CompactionFilter> CreateCompactionFilter(
      const CompactionFilter::Context&) override {
    return std::make_unique<RecordsFilter>(clock_->WallSeconds() - kExpiryGraceSeconds, sink_);
  }

 private:
  const Clock* const clock_;
  const ExpiredBlobSink sink_;
};

class ValuesFactory final : public rocksdb::CompactionFilterFactory {
 public:
  explicit ValuesFactory(const Clock* clock) : clock_(clock) {}
  const char* Name() const override { return "sedge.ValuesExpiryFactory"; }
  std::unique_ptr<CompactionFilter> CreateCompactionFilter(
      const CompactionFilter::Context&) override {
    return std::make_unique<ValuesFilter>(clock_->WallSeconds() - kExpiryGraceSeconds);
  }

 private:
  const Clock* const clock_;
};

}  // namespace

std::shared_ptr<rocksdb::CompactionFilterFactory> MakeRecordsExpiryFilter(const Clock* clock,
                                                                          ExpiredBlobSink sink) {
  return std::make_shared<RecordsFactory>(clock, std::move(sink));
}

std::shared_ptr<rocksdb::CompactionFilterFactory> MakeValuesExpiryFilter(const Clock* clock) {
  return std::make_shared<ValuesFactory>(clock);
}

}  // namespace sedge::kv
