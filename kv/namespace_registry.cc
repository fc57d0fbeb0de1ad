// SPDX-License-Identifier: Apache-2.0
#include "kv/namespace_registry.h"

#include <sys/random.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "kv/key_codec.h"
#include "kv/rocks_options.h"

namespace sedge::kv {
namespace {

constexpr size_t kIdBytes = 16;
constexpr char kTag = 0x01;
constexpr size_t kRowHead = 3;

rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }

Result<std::string> NewId() {
  uint8_t bytes[kIdBytes];
  if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) {
    return IoError("the system gives no random bytes for a namespace id");
  }
  std::string id;
  for (const uint8_t byte : bytes) {
    id += "0123456789abcdef"[byte >> 4];
    id += "0123456789abcdef"[byte & 15];
  }
  return id;
}

}  // namespace

std::string EncodeNamespaceRow(std::string_view title) {
  std::string row = {kTag, static_cast<char>(title.size() & 0xff),
                     static_cast<char>(title.size() >> 8)};
  return row.append(title);
}

std::optional<std::string_view> DecodeNamespaceRow(std::string_view row) {
  if (row.size() < kRowHead || row[0] != kTag) return std::nullopt;
  const size_t size = static_cast<uint8_t>(row[1]) | static_cast<uint8_t>(row[2]) << 8;
  row.remove_prefix(kRowHead);
  if (size == 0 || size > kMaxTitleBytes || size != row.size()) return std::nullopt;
  return row;
}

Status NamespaceRegistry::Load() {
  const std::unique_ptr<rocksdb::Iterator> rows(db_.NewIterator(rocksdb::ReadOptions(), family_));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const auto title = DecodeNamespaceRow({rows->value().data(), rows->value().size()});
    if (!title)
      return Corruption("the title of a namespace is damaged in the KV folder " + folder_);
    titles_.emplace(rows->key().ToString(), *title);
  }
  return FromRocks(rows->status(), "cannot read the namespaces of the KV folder " + folder_);
}

std::vector<NamespaceInfo> NamespaceRegistry::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<NamespaceInfo> all;
  all.reserve(titles_.size());
  for (const auto& [id, title] : titles_) all.push_back({id, title});
  return all;
}

std::string NamespaceRegistry::TitleOf(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = titles_.find(id);
  return found == titles_.end() ? "" : found->second;
}

Status NamespaceRegistry::CheckTitle(std::string_view id, std::string_view title) const {
  if (title.empty()) return InvalidArgument("a KV namespace needs a title");
  if (title.size() > kMaxTitleBytes) {
    return OutOfRange("a title of " + std::to_string(title.size()) + " bytes; the limit is " +
                      std::to_string(kMaxTitleBytes));
  }
  const auto taken = std::find_if(titles_.begin(), titles_.end(), [&](const auto& entry) {
    return entry.second == title && entry.first != id;
  });
  if (taken == titles_.end()) return OkStatus();
  return AlreadyExists("a namespace with the title \"" + std::string(title) +
                       "\" exists already: " + taken->first);
}

Status NamespaceRegistry::Add(std::string_view id, std::string_view title) {
  if (titles_.size() >= kMaxNamespaces && !titles_.contains(id)) {
    return ResourceExhausted("there are " + std::to_string(titles_.size()) +
                             " KV namespaces, as many as there may be; delete one");
  }
  rocksdb::WriteBatch batch;
  (void)batch.Put(family_, ToSlice(id), EncodeNamespaceRow(title));
  SEDGE_RETURN_IF_ERROR(commit_(batch, "cannot write a namespace to the KV folder " + folder_));
  titles_.insert_or_assign(std::string(id), std::string(title));
  return OkStatus();
}

Result<NamespaceInfo> NamespaceRegistry::Create(std::string_view title) {
  const std::lock_guard lock(mutex_);
  SEDGE_RETURN_IF_ERROR(CheckTitle("", title));
  SEDGE_ASSIGN_OR_RETURN(const std::string id, NewId());
  SEDGE_RETURN_IF_ERROR(Add(id, title));
  return NamespaceInfo{id, std::string(title)};
}

Status NamespaceRegistry::Ensure(std::string_view id, std::string_view title) {
  const std::lock_guard lock(mutex_);
  if (titles_.contains(id)) return OkStatus();
  SEDGE_RETURN_IF_ERROR(CheckTitle(id, title));
  return Add(id, title);
}

Status NamespaceRegistry::Rename(std::string_view id, std::string_view title, bool has_entries) {
  const std::lock_guard lock(mutex_);
  if (!has_entries && !titles_.contains(id)) {
    return NotFound("there is no KV namespace " + std::string(id));
  }
  SEDGE_RETURN_IF_ERROR(CheckTitle(id, title));
  return Add(id, title);
}

}  // namespace sedge::kv
