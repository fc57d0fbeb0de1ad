// SPDX-License-Identifier: Apache-2.0
#include "kv/salvage.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "kv/blob_file.h"
#include "kv/log_reader.h"
#include "kv/rocks_options.h"
#include "kv/store_folder.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;

// Tags of RocksDB's VersionEdit (db/version_edit.h), as varints of two bytes.
constexpr char kColumnFamilyTag[] = "\xc8\x01";
constexpr char kAddValuesFamily[] = "\xc9\x01\x06values";
constexpr char kBlobFileTag[] = "\x90\x03";

void AppendVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}

// Links what RocksDB only reads; copies logs, which it may cut or move.
Status LinkFiles(const std::string& from, const std::string& to) {
  SEDGE_RETURN_IF_ERROR(RemoveFolder(to));
  SEDGE_RETURN_IF_ERROR(MakeFolder(to));
  std::error_code error;
  for (const auto& file : fs::directory_iterator(from, error)) {
    const fs::path target = fs::path(to) / file.path().filename();
    const std::string extension = file.path().extension();
    if (extension == ".sst" || extension == ".blob") {
      fs::create_hard_link(file.path(), target, error);
    } else if (extension == ".log") {
      fs::copy_file(file.path(), target, error);
    }
    if (error) break;
  }
  if (!error) return OkStatus();
  return IoError("cannot link the files of " + from + " into " + to + ": " + error.message());
}

// RocksDB's own repair lists tables alone. An edit that adds one blob file to the family of values:
std::string BlobEdit(char family, uint64_t number, const BlobFileReport& blobs) {
  std::string edit = kBlobFileTag;
  AppendVarint(edit, number);
  AppendVarint(edit, blobs.records);
  AppendVarint(edit, blobs.record_bytes);
  edit.append(3, '\0');  // no checksum's method, no checksum, no more fields
  edit += kColumnFamilyTag;
  edit += family;
  return edit;
}

// The number of the family when `edit` is the one that adds it.
std::optional<char> FamilyAddedBy(std::string_view edit) {
  const std::string_view add(kAddValuesFamily, sizeof(kAddValuesFamily) - 1);
  if (!edit.ends_with(add) || edit.size() < add.size() + 3) return std::nullopt;
  edit.remove_suffix(add.size());
  if (edit.substr(edit.size() - 3, 2) != kColumnFamilyTag || edit.back() < 0) return std::nullopt;
  return edit.back();
}

std::string ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Status ListBlobFiles(const std::string& folder) {
  std::map<uint64_t, BlobFileReport> blobs;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    if (file.path().extension() != ".blob") continue;
    const auto report = CheckBlobFile(file.path());
    if (report.ok()) blobs[std::strtoull(file.path().stem().c_str(), nullptr, 10)] = *report;
  }
  std::string name = ReadWhole(folder + "/CURRENT");
  name.resize(std::min(name.find('\n'), name.size()));
  const std::string path = folder + "/" + name;
  const std::string old = ReadWhole(path);
  std::string list;
  LogReader reader(old);
  while (reader.Next()) {
    AppendLogRecord(list, reader.payload());
    // Before the tables that refer to them.
    if (const auto family = FamilyAddedBy(reader.payload())) {
      for (const auto& [number, blob] : blobs) {
        AppendLogRecord(list, BlobEdit(*family, number, blob));
      }
    }
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << list;
  out.close();
  return out ? OkStatus() : IoError("cannot write " + path);
}

}  // namespace

Result<std::unique_ptr<ClosedDatabase>> SalvageDatabase(const std::string& database_folder,
                                                        const std::string& work_folder) {
  SEDGE_RETURN_IF_ERROR(LinkFiles(database_folder, work_folder));
  RocksOptions rocks = MakeRocksOptions(StoreOptions(), [](std::string_view) {});
  rocks.records.compaction_filter_factory = nullptr;
  rocks.values.compaction_filter_factory = nullptr;
  rocks.database.paranoid_checks = false;
  rocks.database.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  SEDGE_RETURN_IF_ERROR(
      FromRocks(rocksdb::RepairDB(work_folder, rocks.database, FamiliesOf(rocks), rocks.records),
                "cannot list the files of " + database_folder + " anew"));
  SEDGE_RETURN_IF_ERROR(ListBlobFiles(work_folder));
  return ClosedDatabase::Open(work_folder);
}

}  // namespace sedge::kv
