// SPDX-License-Identifier: Apache-2.0
#include "kv/file_check.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>
#include <sys/stat.h>

#include "kv/blob_file.h"

namespace sedge::kv {
namespace {

constexpr double kAnyBloomBits = 10;  // reading a filter does not ask how it was made

// "" when it is there with the size that the database remembers.
std::string WrongSize(const std::string& path, uint64_t expected) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return "is missing";
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size == expected) return "";
  return "has " + std::to_string(size) + " bytes instead of " + std::to_string(expected);
}

std::string CheckTable(const std::string& path, uint64_t size, FileCheckDepth depth) {
  std::string wrong = WrongSize(path, size);
  if (!wrong.empty()) return wrong;
  // With a filter policy, opening reads every part of the filter, which VerifyChecksum passes over.
  rocksdb::BlockBasedTableOptions blocks;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kAnyBloomBits));
  rocksdb::Options options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  rocksdb::SstFileReader reader(options);
  rocksdb::Status status = reader.Open(path);
  if (status.ok() && depth == FileCheckDepth::kEveryByte) {
    rocksdb::ReadOptions read;
    read.fill_cache = false;
    read.readahead_size = 1u << 20;
    status = reader.VerifyChecksum(read);
  }
  return status.ok() ? "" : "is damaged: " + status.ToString();
}

DamagedFile CheckBlobs(const std::string& path, const rocksdb::BlobMetaData& blobs,
                       FileCheckDepth depth) {
  DamagedFile found{.file = path.substr(path.rfind('/') + 1),
                    .what = WrongSize(path, blobs.blob_file_size),
                    .rows = {}};
  if (depth == FileCheckDepth::kOpens || found.what == "is missing") return found;
  const auto report = CheckBlobFile(path);
  if (!report.ok()) {
    found.what = "cannot be read: " + std::string(report.status().message());
    return found;
  }
  if (found.what.empty()) found.what = report->damage;
  found.rows = report->rows;
  return found;
}

}  // namespace

std::vector<DamagedFile> CheckFiles(rocksdb::DB& db,
                                    const std::vector<rocksdb::ColumnFamilyHandle*>& families,
                                    FileCheckDepth depth, const FileProgress& progress) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db.GetLiveFilesMetaData(&tables);
  std::vector<rocksdb::BlobMetaData> blobs;
  for (rocksdb::ColumnFamilyHandle* family : families) {
    rocksdb::ColumnFamilyMetaData data;
    db.GetColumnFamilyMetaData(family, &data);
    blobs.insert(blobs.end(), data.blob_files.begin(), data.blob_files.end());
  }
  std::vector<DamagedFile> damaged;
  size_t done = 0;
  for (const rocksdb::LiveFileMetaData& table : tables) {
    if (progress) progress(done++, tables.size() + blobs.size());
    const std::string path = table.directory + "/" + table.relative_filename;
    std::string what = CheckTable(path, table.size, depth);
    if (what.empty()) continue;
    damaged.push_back({.file = table.relative_filename,
                       .what = std::move(what),
                       .rows = {.first = table.smallestkey, .last = table.largestkey}});
  }
  for (const rocksdb::BlobMetaData& blob : blobs) {
    if (progress) progress(done++, tables.size() + blobs.size());
    const std::string slash = blob.blob_file_name.starts_with('/') ? "" : "/";
    DamagedFile found = CheckBlobs(blob.blob_file_path + slash + blob.blob_file_name, blob, depth);
    if (!found.what.empty()) damaged.push_back(std::move(found));
  }
  return damaged;
}

std::optional<DamagedFile> FileNamedIn(rocksdb::DB& db, const std::string& message) {
  std::vector<rocksdb::LiveFileMetaData> tables;
  db.GetLiveFilesMetaData(&tables);
  for (const rocksdb::LiveFileMetaData& table : tables) {
    const std::string& name = table.relative_filename;
    // On its way into a backup it is named ".000012_....sst.tmp".
    const std::string copy = "/." + name.substr(0, name.rfind('.')) + "_";
    if (message.find("/" + name) == std::string::npos && message.find(copy) == std::string::npos) {
      continue;
    }
    return DamagedFile{.file = table.relative_filename,
                       .what = "is damaged",
                       .rows = {.first = table.smallestkey, .last = table.largestkey}};
  }
  return std::nullopt;
}

}  // namespace sedge::kv
