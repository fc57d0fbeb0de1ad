// SPDX-License-Identifier: Apache-2.0
// EntryCache: small entries that were read lately, ready to be given again: a get that finds one
// costs a hash and a copy, where RocksDB looks through filters, indexes and blocks. It never gives
// what a read of the database at that moment would not: see Ticket. Thread-safe; never blocks for
// long.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kv/record_codec.h"
#include "kv/store.h"

namespace sedge::kv {

class EntryCache {
 public:
  // Longer values stay with the database's own caches, where they are not held twice.
  static constexpr size_t kMaxValueBytes = 4u << 10;

  // `max_bytes` of rows and what it takes to find them; 0: nothing is kept.
  explicit EntryCache(size_t max_bytes);

  // The moment before a read of the database. A row that was read after it may be kept unless a
  // write of it was under way, or ended, in between: the read may have seen what was before.
  struct Ticket {
    uint64_t writes = 0;
  };

  // A copy of the entry, if it is there: it may have expired. Else `ticket` is for a read. One that
  // had expired before `dead_since_seconds` goes: the database may have dropped its rows, and a
  // clock that is set back would bring it back here alone.
  std::optional<Entry> Find(std::string_view row_key, int64_t dead_since_seconds, Ticket* ticket);
  void Keep(std::string_view row_key, const ValueRow& row, Ticket ticket);

  // Around the commit of a write to the row: what is kept of it goes at once, and nothing of its
  // neighbours in the same shard is kept before EndWrite.
  void BeginWrite(std::string_view row_key);
  void EndWrite(std::string_view row_key);
  // Around the commit of a write to no known row.
  void BeginWriteOfAll();
  void EndWriteOfAll();

 private:
  static constexpr size_t kShards = 64;
  struct Kept {
    std::string row_key;
    std::string value;
    EntryInfo info;
    size_t bytes;
  };
  using Newest = std::list<Kept>;
  struct alignas(64) Shard {
    std::mutex mutex;
    uint64_t writes = 0;  // that ended
    int64_t writing = 0;  // under way
    size_t bytes = 0;
    Newest newest;  // the one found last is in front
    std::unordered_map<std::string_view, Newest::iterator> by_key;  // keys are those of `newest`
  };

  Shard& ShardOf(std::string_view row_key);
  static void Drop(Shard& shard, Newest::iterator kept);

  const size_t max_shard_bytes_;
  std::array<Shard, kShards> shards_;
};

}  // namespace sedge::kv
