// SPDX-License-Identifier: Apache-2.0
#include "kv/eventual_reads.h"

#include <algorithm>

namespace sedge::kv {
namespace {

constexpr int64_t kMaxDelayMs = EventualReads::kMaxDelaySeconds * 1000;

Entry CopyOf(const Entry& entry) { return {Bytes::Copy(entry.value.span()), entry.info}; }

}  // namespace

void EventualReads::SetSeed(std::string_view ns, uint64_t seed) {
  const std::lock_guard lock(mutex_);
  seeds_.insert_or_assign(std::string(ns), seed);
  random_.insert_or_assign(std::string(ns), std::mt19937_64(seed));
}

void EventualReads::Reset() {
  const std::lock_guard lock(mutex_);
  writes_.clear();
  order_.clear();
  random_.clear();
  for (const auto& [ns, seed] : seeds_) random_.emplace(ns, std::mt19937_64(seed));
}

Result<std::optional<Entry>> EventualReads::Get(std::string_view ns, std::string_view key,
                                                int64_t max_age_seconds) {
  const std::lock_guard lock(mutex_);
  const Write* unseen = FirstUnseen({std::string(ns), std::string(key)}, max_age_seconds);
  if (!unseen) return store_.Get(ns, key);
  const std::optional<Entry>& before = unseen->before;
  // Expiry is honoured however old a read may be.
  if (!before || IsExpired(before->info, clock_.WallSeconds())) {
    return std::optional<Entry>();
  }
  return std::optional<Entry>(CopyOf(*before));
}

Result<std::vector<std::optional<Entry>>> EventualReads::GetMany(std::string_view ns,
                                                                 std::span<const std::string> keys,
                                                                 size_t max_bytes,
                                                                 int64_t max_age_seconds) {
  std::vector<std::optional<Entry>> entries;
  size_t bytes = 0;
  for (const std::string& key : keys) {
    SEDGE_ASSIGN_OR_RETURN(std::optional<Entry> entry, Get(ns, key, max_age_seconds));
    if (entry) bytes += entry->value.size();
    if (bytes > max_bytes) {
      return OutOfRange("the values of these keys are longer than " + std::to_string(max_bytes) +
                        " bytes together; ask for fewer keys at a time");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Status EventualReads::PutBytes(std::string_view ns, std::string_view key, Bytes value,
                               const PutOptions& options) {
  return Note(ns, key, [&] { return store_.PutBytes(ns, key, std::move(value), options); });
}

Status EventualReads::Delete(std::string_view ns, std::string_view key) {
  return Note(ns, key, [&] { return store_.Delete(ns, key); });
}

template <typename Work>
Status EventualReads::Note(std::string_view ns, std::string_view key, Work work) {
  const std::lock_guard lock(mutex_);
  Forget();
  SEDGE_ASSIGN_OR_RETURN(std::optional<Entry> before, store_.Get(ns, key));
  SEDGE_RETURN_IF_ERROR(work());
  const int64_t now_ms = clock_.WallMs();
  auto random = random_.find(ns);
  if (random == random_.end()) random = random_.emplace(ns, std::mt19937_64(0)).first;
  const auto delay_ms = static_cast<int64_t>(random->second() % (kMaxDelayMs + 1));
  Row row{std::string(ns), std::string(key)};
  order_.emplace_back(now_ms, row);
  writes_[std::move(row)].push_back({now_ms, delay_ms, std::move(before)});
  return OkStatus();
}

// A row's writes become visible in their order: one that is unseen hides those after it.
const EventualReads::Write* EventualReads::FirstUnseen(const Row& row, int64_t max_age_seconds) {
  const auto found = writes_.find(row);
  if (found == writes_.end()) return nullptr;
  const int64_t now_ms = clock_.WallMs();
  const int64_t max_age_ms = std::clamp<int64_t>(max_age_seconds, 0, kMaxDelaySeconds) * 1000;
  for (const Write& write : found->second) {
    if (now_ms < write.made_ms + std::min(write.delay_ms, max_age_ms)) return &write;
  }
  return nullptr;
}

void EventualReads::Forget() {
  const int64_t now_ms = clock_.WallMs();
  while (!order_.empty() && order_.front().first + kMaxDelayMs <= now_ms) {
    const auto found = writes_.find(order_.front().second);
    found->second.pop_front();
    if (found->second.empty()) writes_.erase(found);
    order_.pop_front();
  }
}

}  // namespace sedge::kv
