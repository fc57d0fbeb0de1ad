// SPDX-License-Identifier: Apache-2.0
// ScopedStore: what a test file sees of the run's store: namespaces of its own, by the file's
// clock, and frames: what was written since OpenFrame() is taken back by CloseFrame(). It is the
// production store and path all the same. How it is taken back depends on what was there when the
// frame began:
// - Nothing: the name stands for a fresh namespace from then on. That takes no time, whatever the
// test
//   wrote; the old one goes with the run's folder.
// - Entries (seeds, what outer frames wrote): the first write of a key in a frame keeps what it
//   overwrites, and one batch writes it all back. That costs what the test itself wrote, no more.
// A checkpoint of the database costs ten milliseconds to make and to open, for every test and file;
// this costs microseconds. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kv/store.h"
#include "runtime/testing/shared_store.h"

namespace sedge::test {

class ScopedStore final : public kv::Store {
 public:
  // Both outlive it.
  ScopedStore(SharedStore& shared, const Clock& clock) : shared_(shared), clock_(clock) {}

  void OpenFrame();
  // REQUIRES: a frame is open; no write is under way.
  Status CloseFrame();
  // Whether something was written since the innermost frame was opened.
  bool changed();

  Result<std::optional<kv::Entry>> Get(std::string_view ns, std::string_view key) override;
  std::optional<Result<std::optional<kv::Entry>>> TryGet(std::string_view ns,
                                                         std::string_view key) override;
  Status Put(std::string_view ns, std::string_view key, ByteSpan value,
             const kv::PutOptions& options) override;
  Status Delete(std::string_view ns, std::string_view key) override;
  Status Write(std::string_view ns, std::span<const kv::Change> changes) override;
  Result<std::vector<std::optional<kv::Entry>>> GetMany(std::string_view ns,
                                                        std::span<const std::string> keys,
                                                        size_t max_bytes) override;
  Result<std::optional<kv::EntryInfo>> GetInfo(std::string_view ns, std::string_view key) override;
  Result<kv::ListPage> List(std::string_view ns, const kv::ListOptions& options) override;

  // What no binding can ask for.
  Result<std::vector<kv::NamespaceInfo>> Namespaces() override;
  Result<kv::NamespaceInfo> CreateNamespace(std::string_view title) override;
  Status EnsureNamespace(std::string_view id, std::string_view title) override;
  Status RenameNamespace(std::string_view id, std::string_view title) override;
  Status DeleteNamespace(std::string_view id) override;

 private:
  using Before = std::map<std::string, std::optional<kv::Entry>, std::less<>>;
  struct Undo {
    bool was_empty = false;
    Before before;  // of keys that were written, unless it was empty
  };
  using Frame = std::map<std::string, Undo, std::less<>>;  // by namespace

  // In the shared store; "" while nothing is in it.
  std::string NameOf(std::string_view ns);
  // The name to write to. Notes the keys that will be overwritten.
  Result<std::string> Prepare(std::string_view ns, std::span<const std::string_view> keys);
  Status TakeBack(const std::string& name, Before before);
  template <typename T>
  void DropExpired(std::optional<T>& entry) const;
  bool Expired(const kv::EntryInfo& info) const {
    return kv::IsExpired(info, clock_.WallSeconds());
  }
  Result<bool> AnythingAfter(kv::Store& store, const std::string& name, std::string prefix,
                             std::string cursor) const;

  SharedStore& shared_;
  const Clock& clock_;
  std::mutex writing_;  // held across each write, so that what it overwrites is known
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> names_;  // guarded by mutex_
  std::vector<Frame> frames_;                              // guarded by writing_
};

}  // namespace sedge::test
