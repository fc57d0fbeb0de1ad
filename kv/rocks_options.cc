// SPDX-License-Identifier: Apache-2.0
#include "kv/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <cstdio>

#include "kv/record_codec.h"
#include "runtime/base/ascii.h"
#include "runtime/base/clock.h"
#include "runtime/base/log.h"

namespace sedge::kv {
namespace {

constexpr size_t kEntryCacheShare = 4;  // one in so many bytes
constexpr int kCacheShardBits = 4;
constexpr double kIndexShareOfCache = 0.5;
constexpr int kBloomBitsPerKey = 10;  // one false positive in a hundred
constexpr size_t kBlockBytes = 8u << 10;
constexpr size_t kMetadataBlockBytes = 4u << 10;
constexpr int kMaxOpenFiles = 256;  // the process needs descriptors for connections as well
constexpr int kBackgroundJobs = 2;
constexpr size_t kMaxWriteBufferBytes = 64u << 20;
// After a full disk RocksDB waits for as much free space as the largest write buffer has.
constexpr size_t kSmallWriteBufferBytes = 256u << 10;
constexpr uint64_t kBlobFileBytes = 256u << 20;
constexpr double kBlobGarbageRatio = 0.5;
// A file untouched for so long is compacted once, so that expired rows leave a store at rest too.
constexpr uint64_t kPeriodicCompactionSeconds = 7 * 24 * 3600;
constexpr size_t kLogLineBytes = 1024;
constexpr int64_t kStallLogNs = 60'000'000'000;

// RocksDB's warnings and errors in our log; no LOG files.
class RocksLog final : public rocksdb::Logger {
 public:
  RocksLog() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  void Logv(const char* format, va_list arguments) override {
    Logv(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
  }
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    char line[kLogLineBytes];
    const std::string_view said = format;
    // Part of every backup.
    if (said.find("File Deletions") != std::string_view::npos) return;
    // A bulk load is slowed down again and again.
    const bool slows = said.find("Stalling writes") != std::string_view::npos ||
                       said.find("Stopping writes") != std::string_view::npos;
    if (slows && !IsTimeToTell()) return;
    std::vsnprintf(line, sizeof(line), format, arguments);
    Log(level == rocksdb::InfoLogLevel::WARN_LEVEL ? LogLevel::kWarn : LogLevel::kError,
        Trim(line, " \n"), {{"from", "rocksdb"}});
  }
  void LogHeader(const char*, va_list) override {}

 private:
  bool IsTimeToTell() {
    const int64_t now = Clock::System().MonotonicNs();
    int64_t last = told_ns_.load();
    return (last == 0 || now - last >= kStallLogNs) && told_ns_.compare_exchange_strong(last, now);
  }

  std::atomic<int64_t> told_ns_ = 0;  // when writes that are slowed down were told of
};

rocksdb::CompressionType Compression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  const bool lz4 =
      std::find(supported.begin(), supported.end(), rocksdb::kLZ4Compression) != supported.end();
  return lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
}

rocksdb::DBOptions DatabaseOptions(std::shared_ptr<rocksdb::Cache> cache, size_t write_bytes) {
  rocksdb::DBOptions database;
  database.create_if_missing = true;
  database.create_missing_column_families = true;
  database.paranoid_checks = true;
  // A tail torn by a power cut, which nobody was told is durable, must not keep the store shut.
  // track_and_verify_wals_in_manifest stays off: before 7.9 it refuses sound folders at times.
  database.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  database.max_total_wal_size = 4 * write_bytes;
  database.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(write_bytes, std::move(cache));
  database.max_background_jobs = kBackgroundJobs;
  database.max_open_files = kMaxOpenFiles;
  database.skip_stats_update_on_db_open = true;
  database.avoid_flush_during_recovery = true;
  database.stats_dump_period_sec = 0;
  database.stats_persist_period_sec = 0;
  // So that a backup compares what it copies with what was written.
  database.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  database.info_log = std::make_shared<RocksLog>();
  return database;
}

rocksdb::ColumnFamilyOptions FamilyOptions(std::shared_ptr<rocksdb::Cache> cache,
                                           size_t write_bytes, bool point_lookups) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.block_size = kBlockBytes;
  table.format_version = 5;
  // Index and filters count as cache too, in small parts, so that memory stays within its bound
  // with ten million keys.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.metadata_block_size = kMetadataBlockBytes;
  if (point_lookups) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
    table.partition_filters = true;
    table.optimize_filters_for_memory = true;
  }
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.compression = Compression();
  family.write_buffer_size = std::min(write_bytes / 2, kMaxWriteBufferBytes);
  family.level_compaction_dynamic_level_bytes = true;
  family.periodic_compaction_seconds = kPeriodicCompactionSeconds;
  return family;
}

}  // namespace

size_t EntryCacheBytes(const StoreOptions& options) {
  return std::max(options.memory_bytes, kMinMemoryBytes) / kEntryCacheShare;
}

RocksOptions MakeRocksOptions(const StoreOptions& options, ExpiredBlobSink expired_blob_sink) {
  const size_t memory_bytes =
      std::max(options.memory_bytes, kMinMemoryBytes) - EntryCacheBytes(options);
  const size_t write_bytes = memory_bytes / 4;
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(
      memory_bytes, kCacheShardBits, /*strict_capacity_limit=*/false, kIndexShareOfCache);
  RocksOptions rocks;
  rocks.database = DatabaseOptions(cache, write_bytes);
  rocks.records = FamilyOptions(cache, write_bytes, /*point_lookups=*/false);
  rocks.records.compaction_filter_factory =
      MakeRecordsExpiryFilter(options.clock, std::move(expired_blob_sink));
  rocks.values = FamilyOptions(cache, write_bytes, /*point_lookups=*/true);
  rocks.values.compaction_filter_factory = MakeValuesExpiryFilter(options.clock);
  rocks.values.enable_blob_files = true;
  rocks.values.min_blob_size = kMinBlobBytes;
  rocks.values.blob_file_size = kBlobFileBytes;
  rocks.values.blob_compression_type = Compression();
  rocks.values.blob_cache = cache;
  rocks.values.enable_blob_garbage_collection = true;
  rocks.values.blob_garbage_collection_force_threshold = kBlobGarbageRatio;
  return rocks;
}

std::vector<rocksdb::ColumnFamilyDescriptor> FamiliesOf(const RocksOptions& rocks) {
  rocksdb::ColumnFamilyOptions small;
  small.write_buffer_size = kSmallWriteBufferBytes;
  return {
      {rocksdb::kDefaultColumnFamilyName, small},
      {"records", rocks.records},
      {"values", rocks.values},
      {"namespaces", small},
  };
}

bool IsDamage(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsPathNotFound();
}

Status DiskIsFull(std::string_view doing, std::string_view why) {
  return ResourceExhausted(std::string(doing) +
                           ": the disk is full. Reads go on; writes work again once there is"
                           " space (" +
                           std::string(why) + ")");
}

Status FromRocks(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return OkStatus();
  const std::string message = std::string(doing) + ": " + status.ToString();
  if (IsDamage(status)) return Corruption(message);
  if (status.IsNoSpace()) return DiskIsFull(doing, status.ToString());
  if (status.IsMemoryLimit()) return ResourceExhausted(message);
  if (status.IsShutdownInProgress() || status.IsBusy() || status.IsTryAgain()) {
    return Unavailable(message);
  }
  return IoError(message);
}

}  // namespace sedge::kv
