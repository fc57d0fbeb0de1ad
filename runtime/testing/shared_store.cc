// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/shared_store.h"

#include <filesystem>
#include <system_error>

namespace sedge::test {

namespace fs = std::filesystem;

SharedStore::~SharedStore() {
  opened_ = nullptr;
  store_.reset();
  folder_.reset();
}

Result<kv::Store*> SharedStore::Open() {
  if (kv::Store* store = opened()) return store;
  std::lock_guard lock(mutex_);
  if (store_) return store_.get();
  SEDGE_RETURN_IF_ERROR(failure_);
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  Result<std::unique_ptr<HeldFolder>> folder =
      HeldFolder::Create((error ? fs::path("/tmp") : parent).string(), "sedge-test-kv-");
  failure_ = folder.status();
  SEDGE_RETURN_IF_ERROR(failure_);
  folder_ = std::move(folder).value();
  kv::StoreOptions options;
  options.path = folder_->path();
  options.durable_writes = false;
  options.clock = &clock_;
  Result<std::unique_ptr<kv::Store>> store = kv::OpenRocksStore(options);
  failure_ = store.status();
  SEDGE_RETURN_IF_ERROR(failure_);
  store_ = std::move(store).value();
  opened_.store(store_.get(), std::memory_order_release);
  return store_.get();
}

std::string SharedStore::NewNamespace() { return "t" + std::to_string(++namespaces_); }

}  // namespace sedge::test
