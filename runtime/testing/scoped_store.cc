// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/scoped_store.h"

#include <utility>

namespace sedge::test {
namespace {

// So much is written back in one batch.
constexpr size_t kBatchBytes = 8u << 20;
constexpr size_t kBatchKeys = 10'000;

Status NoNamespaces() {
  return Unimplemented("the namespaces of a test run are those of its configuration");
}

const kv::EntryInfo& InfoOf(const kv::Entry& entry) { return entry.info; }
const kv::EntryInfo& InfoOf(const kv::EntryInfo& info) { return info; }

}  // namespace

void ScopedStore::OpenFrame() {
  std::lock_guard lock(writing_);
  frames_.emplace_back();
}

bool ScopedStore::changed() {
  std::lock_guard lock(writing_);
  return !frames_.empty() && !frames_.back().empty();
}

Status ScopedStore::CloseFrame() {
  std::lock_guard lock(writing_);
  if (frames_.empty()) return FailedPrecondition("no KV frame is open");
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  Status status;
  for (auto& [ns, undo] : frame) {
    if (undo.was_empty) {
      std::lock_guard names(mutex_);
      names_.erase(ns);
    } else if (Status taken = TakeBack(NameOf(ns), std::move(undo.before)); !taken.ok()) {
      status = std::move(taken);
    }
  }
  return status;
}

Status ScopedStore::TakeBack(const std::string& name, Before before) {
  SEDGE_ASSIGN_OR_RETURN(kv::Store* const store, shared_.Open());
  std::vector<kv::Change> changes;
  size_t bytes = 0;
  while (!before.empty()) {
    auto node = before.extract(before.begin());
    kv::Change& change = changes.emplace_back();
    change.key = std::move(node.key());
    if (std::optional<kv::Entry>& entry = node.mapped()) {
      bytes += entry->value.size();
      change.value = std::move(entry->value);
      change.options = {entry->info.expiration, std::move(entry->info.metadata)};
    }
    if (!before.empty() && bytes < kBatchBytes && changes.size() < kBatchKeys) continue;
    SEDGE_RETURN_IF_ERROR(store->Write(name, changes));
    changes.clear();
    bytes = 0;
  }
  return OkStatus();
}

std::string ScopedStore::NameOf(std::string_view ns) {
  std::lock_guard lock(mutex_);
  const auto found = names_.find(ns);
  return found == names_.end() ? std::string() : found->second;
}

Result<std::string> ScopedStore::Prepare(std::string_view ns,
                                         std::span<const std::string_view> keys) {
  SEDGE_ASSIGN_OR_RETURN(kv::Store* const store, shared_.Open());
  std::string name = NameOf(ns);
  const bool is_new = name.empty();
  if (is_new) name = shared_.NewNamespace();
  if (!frames_.empty()) {
    auto [at, added] = frames_.back().try_emplace(std::string(ns));
    Undo& undo = at->second;
    if (added) undo.was_empty = is_new;
    if (!undo.was_empty) {
      for (const std::string_view key : keys) {
        if (undo.before.contains(key)) continue;
        SEDGE_ASSIGN_OR_RETURN(std::optional<kv::Entry> entry, store->Get(name, key));
        undo.before.emplace(key, std::move(entry));
      }
    }
  }
  if (is_new) {
    std::lock_guard lock(mutex_);
    names_.emplace(ns, name);
  }
  return name;
}

template <typename T>
void ScopedStore::DropExpired(std::optional<T>& entry) const {
  if (entry && Expired(InfoOf(*entry))) entry.reset();
}

Result<std::optional<kv::Entry>> ScopedStore::Get(std::string_view ns, std::string_view key) {
  const std::string name = NameOf(ns);
  if (name.empty()) return std::optional<kv::Entry>();
  SEDGE_ASSIGN_OR_RETURN(kv::Store* const store, shared_.Open());
  Result<std::optional<kv::Entry>> found = store->Get(name, key);
  if (found.ok()) DropExpired(*found);
  return found;
}

std::optional<Result<std::optional<kv::Entry>>> ScopedStore::TryGet(std::string_view ns,
                                                                    std::string_view key) {
  const std::string name = NameOf(ns);
  if (name.empty()) return Result<std::optional<kv::Entry>>(std::nullopt);
  kv::Store* const store = shared_.opened();
  if (!store) return std::nullopt;
  std::optional<Result<std::optional<kv::Entry>>> found = store->TryGet(name, key);
  if (found && found->ok()) DropExpired(**found);
  return found;
}

Status ScopedStore::Put(std::string_view ns, std::string_view key, ByteSpan value,
                        const kv::PutOptions& options) {
  std::lock_guard lock(writing_);
  SEDGE_ASSIGN_OR_RETURN(const std::string name, Prepare(ns, {&key, 1}));
  return shared_.opened()->Put(name, key, value, options);
}

Status ScopedStore::Delete(std::string_view ns, std::string_view key) {
  std::lock_guard lock(writing_);
  if (NameOf(ns).empty()) return OkStatus();
  SEDGE_ASSIGN_OR_RETURN(const std::string name, Prepare(ns, {&key, 1}));
  return shared_.opened()->Delete(name, key);
}

Status ScopedStore::Write(std::string_view ns, std::span<const kv::Change> changes) {
  std::lock_guard lock(writing_);
  std::vector<std::string_view> keys;
  for (const kv::Change& change : changes) keys.push_back(change.key);
  SEDGE_ASSIGN_OR_RETURN(const std::string name, Prepare(ns, keys));
  return shared_.opened()->Write(name, changes);
}

Result<std::vector<std::optional<kv::Entry>>> ScopedStore::GetMany(
    std::string_view ns, std::span<const std::string> keys, size_t max_bytes) {
  const std::string name = NameOf(ns);
  if (name.empty()) return std::vector<std::optional<kv::Entry>>(keys.size());
  SEDGE_ASSIGN_OR_RETURN(kv::Store* const store, shared_.Open());
  auto found = store->GetMany(name, keys, max_bytes);
  if (found.ok()) {
    for (std::optional<kv::Entry>& entry : *found) DropExpired(entry);
  }
  return found;
}

Result<std::optional<kv::EntryInfo>> ScopedStore::GetInfo(std::string_view ns,
                                                          std::string_view key) {
  const std::string name = NameOf(ns);
  if (name.empty()) return std::optional<kv::EntryInfo>();
  SEDGE_ASSIGN_OR_RETURN(kv::Store* const store, shared_.Open());
  Result<std::optional<kv::EntryInfo>> found = store->GetInfo(name, key);
  if (found.ok()) DropExpired(*found);
  return found;
}

Result<bool> ScopedStore::AnythingAfter(kv::Store& store, const std::string& name,
                                        std::string prefix, std::string cursor) const {
  kv::ListOptions options{std::move(prefix), kv::kMaxListLimit, std::move(cursor)};
  for (;;) {
    SEDGE_ASSIGN_OR_RETURN(const kv::ListPage page, store.List(name, options));
    for (const kv::ListedKey& key : page.keys) {
      if (!Expired(key.info)) return true;
    }
    if (!page.cursor) return false;
    options.cursor = *page.cursor;
  }
}

Result<kv::ListPage> ScopedStore::List(std::string_view ns, const kv::ListOptions& options) {
  const std::string name = NameOf(ns);
  if (name.empty()) return kv::ListPage();
  SEDGE_ASSIGN_OR_RETURN(kv::Store* const store, shared_.Open());
  kv::ListPage page;
  kv::ListOptions next = options;
  do {
    next.limit = options.limit - page.keys.size();
    SEDGE_ASSIGN_OR_RETURN(kv::ListPage part, store->List(name, next));
    for (kv::ListedKey& key : part.keys) {
      if (!Expired(key.info)) page.keys.push_back(std::move(key));
    }
    page.cursor = std::move(part.cursor);
    next.cursor = page.cursor.value_or("");
  } while (page.cursor && page.keys.size() < options.limit);
  if (page.cursor) {
    SEDGE_ASSIGN_OR_RETURN(const bool more,
                           AnythingAfter(*store, name, options.prefix, *page.cursor));
    if (!more) page.cursor.reset();
  }
  return page;
}

Result<std::vector<kv::NamespaceInfo>> ScopedStore::Namespaces() { return NoNamespaces(); }
Result<kv::NamespaceInfo> ScopedStore::CreateNamespace(std::string_view) { return NoNamespaces(); }
Status ScopedStore::EnsureNamespace(std::string_view, std::string_view) { return NoNamespaces(); }
Status ScopedStore::RenameNamespace(std::string_view, std::string_view) { return NoNamespaces(); }
Status ScopedStore::DeleteNamespace(std::string_view) { return NoNamespaces(); }

}  // namespace sedge::test
