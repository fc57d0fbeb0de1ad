// SPDX-License-Identifier: Apache-2.0
// EventualReads: reads and writes of a store as they are at an edge far from where the data is. A
// write becomes visible some time after it was made, 0 to 60 seconds later, by a schedule that a
// seed decides; for a read that allows less, no later than that. So a test meets what production
// will: old values, and keys that are not there yet or still are. Lists see every write at once.
// What is overwritten is remembered for a minute, in memory: for tests, not for load. Thread-safe;
// calls may block as the store's do.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kv/store.h"
#include "runtime/base/clock.h"

namespace sedge::kv {

class EventualReads {
 public:
  // The longest that a write stays unseen. Workers KV says "up to 60 seconds or more".
  static constexpr int64_t kMaxDelaySeconds = 60;

  // Both outlive this.
  EventualReads(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // `ns` follows a schedule of its own from now on; else that of seed 0.
  void SetSeed(std::string_view ns, uint64_t seed);
  // Forgets every write, and begins all schedules anew.
  void Reset();

  // As the store's, with the answers of some moment within the last `max_age_seconds`.
  Result<std::optional<Entry>> Get(std::string_view ns, std::string_view key,
                                   int64_t max_age_seconds);
  Result<std::vector<std::optional<Entry>>> GetMany(std::string_view ns,
                                                    std::span<const std::string> keys,
                                                    size_t max_bytes, int64_t max_age_seconds);
  Status PutBytes(std::string_view ns, std::string_view key, Bytes value,
                  const PutOptions& options);
  Status Delete(std::string_view ns, std::string_view key);

 private:
  struct Write {
    int64_t made_ms;
    int64_t delay_ms;
    std::optional<Entry> before;
  };
  using Row = std::pair<std::string, std::string>;  // namespace and key

  template <typename Work>
  Status Note(std::string_view ns, std::string_view key, Work work);
  // What a read sees instead of the store's entry; nullptr: that.
  const Write* FirstUnseen(const Row& row, int64_t max_age_seconds);
  void Forget();

  Store& store_;
  const Clock& clock_;
  std::mutex mutex_;  // held across a write, so that what it overwrites is known
  std::map<std::string, uint64_t, std::less<>> seeds_;          // by namespace
  std::map<std::string, std::mt19937_64, std::less<>> random_;  // by namespace
  std::map<Row, std::deque<Write>> writes_;                     // of each row the oldest first
  std::deque<std::pair<int64_t, Row>> order_;  // when each was made, the oldest first
};

}  // namespace sedge::kv
