// SPDX-License-Identifier: Apache-2.0
#include "kv/rocks_store.h"

#include <rocksdb/convenience.h>

#include <filesystem>
#include <utility>

#include "kv/format_file.h"
#include "kv/rocks_options.h"
#include "runtime/base/log.h"

namespace sedge::kv {
namespace {

constexpr std::string_view kDatabaseFolder = "/db";

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return OkStatus();
  return IoError("cannot make the KV folder " + folder + ": " + error.message());
}

}  // namespace

Result<std::unique_ptr<RocksStore>> RocksStore::Open(const StoreOptions& options) {
  if (options.path.empty()) return InvalidArgument("the KV folder has no name");
  SEDGE_RETURN_IF_ERROR(MakeFolder(options.path));
  SEDGE_ASSIGN_OR_RETURN(FolderLock lock, FolderLock::Acquire(options.path));
  const std::string folder = options.path + std::string(kDatabaseFolder);
  SEDGE_RETURN_IF_ERROR(CheckOrWriteFormat(options.path, folder));
  SEDGE_RETURN_IF_ERROR(MakeFolder(folder));
  std::unique_ptr<RocksStore> store(new RocksStore(options, std::move(lock)));
  SEDGE_RETURN_IF_ERROR(store->OpenDatabase(folder));
  return store;
}

RocksStore::RocksStore(const StoreOptions& options, FolderLock lock)
    : options_(options), lock_(std::move(lock)) {
  reaper_ = std::make_unique<Reaper>([this](const std::string& row_key) { ReapExpired(row_key); });
}

Status RocksStore::OpenDatabase(const std::string& folder) {
  const RocksOptions rocks = MakeRocksOptions(
      options_, [reaper = reaper_.get()](std::string_view row_key) { reaper->Add(row_key); });
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()},
      {"records", rocks.records},
      {"values", rocks.values},
      {"namespaces", rocksdb::ColumnFamilyOptions()},
  };
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  SEDGE_RETURN_IF_ERROR(
      FromRocks(rocksdb::DB::Open(rocks.database, folder, families, &handles, &db),
                "cannot open the KV folder " + options_.path));
  db_.reset(db);
  (void)db_->DestroyColumnFamilyHandle(handles[0]);
  records_ = handles[1];
  values_ = handles[2];
  namespaces_ = handles[3];
  registry_ = std::make_unique<NamespaceRegistry>(*db_, namespaces_, options_.path);
  SEDGE_RETURN_IF_ERROR(registry_->Load());
  // Each write takes two sequence numbers and one version, so this is past every version on disk.
  last_version_ = db_->GetLatestSequenceNumber();
  reaper_->Start();
  return OkStatus();
}

RocksStore::~RocksStore() {
  if (db_) rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/true);  // they feed the reaper
  reaper_.reset();
  if (!db_) return;
  (void)db_->DestroyColumnFamilyHandle(records_);
  (void)db_->DestroyColumnFamilyHandle(values_);
  (void)db_->DestroyColumnFamilyHandle(namespaces_);
  if (const Status closed = FromRocks(db_->Close(), "cannot close the KV folder " + options_.path);
      !closed.ok()) {
    LogError(closed.message());
  }
}

Result<std::unique_ptr<Store>> OpenRocksStore(const StoreOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<RocksStore> store, RocksStore::Open(options));
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace sedge::kv
