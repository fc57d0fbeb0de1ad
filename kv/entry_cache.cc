// SPDX-License-Identifier: Apache-2.0
#include "kv/entry_cache.h"

#include <utility>

namespace sedge::kv {
namespace {

// What the list, the table and the allocator add to an entry's own bytes, about.
constexpr size_t kOverheadBytes = 200;

}  // namespace

EntryCache::EntryCache(size_t max_bytes) : max_shard_bytes_(max_bytes / kShards) {}

std::optional<Entry> EntryCache::Find(std::string_view row_key, int64_t dead_since_seconds,
                                      Ticket* ticket) {
  Shard& shard = ShardOf(row_key);
  const std::lock_guard lock(shard.mutex);
  auto found = shard.by_key.find(row_key);
  if (found != shard.by_key.end() && IsExpired(found->second->info, dead_since_seconds)) {
    Drop(shard, found->second);
    found = shard.by_key.end();
  }
  if (found == shard.by_key.end()) {
    ticket->writes = shard.writes;
    return std::nullopt;
  }
  shard.newest.splice(shard.newest.begin(), shard.newest, found->second);
  const Kept& kept = *found->second;
  return Entry{Bytes::Copy(kept.value), kept.info};
}

void EntryCache::Keep(std::string_view row_key, const ValueRow& row, Ticket ticket) {
  if (row.value.size() > kMaxValueBytes) return;
  const std::string_view metadata = row.record.metadata.value_or("");
  const size_t bytes = kOverheadBytes + row_key.size() + row.value.size() + metadata.size();
  if (bytes > max_shard_bytes_) return;
  Shard& shard = ShardOf(row_key);
  const std::lock_guard lock(shard.mutex);
  if (shard.writing > 0 || shard.writes != ticket.writes || shard.by_key.contains(row_key)) return;
  while (shard.bytes + bytes > max_shard_bytes_) Drop(shard, std::prev(shard.newest.end()));
  Kept& kept = shard.newest.emplace_front();
  kept.row_key = row_key;
  kept.value = row.value;
  kept.info.expiration = row.record.expiration;
  if (row.record.metadata) kept.info.metadata.emplace(metadata);
  kept.bytes = bytes;
  shard.bytes += bytes;
  shard.by_key.emplace(kept.row_key, shard.newest.begin());
}

void EntryCache::BeginWrite(std::string_view row_key) {
  Shard& shard = ShardOf(row_key);
  const std::lock_guard lock(shard.mutex);
  ++shard.writing;
  if (const auto found = shard.by_key.find(row_key); found != shard.by_key.end()) {
    Drop(shard, found->second);
  }
}

void EntryCache::EndWrite(std::string_view row_key) {
  Shard& shard = ShardOf(row_key);
  const std::lock_guard lock(shard.mutex);
  --shard.writing;
  ++shard.writes;
}

void EntryCache::BeginWriteOfAll() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    ++shard.writing;
    shard.by_key.clear();
    shard.newest.clear();
    shard.bytes = 0;
  }
}

void EntryCache::EndWriteOfAll() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    --shard.writing;
    ++shard.writes;
  }
}

EntryCache::Shard& EntryCache::ShardOf(std::string_view row_key) {
  // Other bits than the shard's table goes by.
  return shards_[(std::hash<std::string_view>()(row_key) >> 32) % kShards];
}

void EntryCache::Drop(Shard& shard, Newest::iterator kept) {
  shard.bytes -= kept->bytes;
  shard.by_key.erase(kept->row_key);
  shard.newest.erase(kept);
}

}  // namespace sedge::kv
