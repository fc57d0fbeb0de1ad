// SPDX-License-Identifier: Apache-2.0
#include "kv/salvage.h"

#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>

#include "kv/blob_file.h"
#include "kv/manifest_writer.h"
#include "kv/rocks_options.h"
#include "kv/store_folder.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;

struct Table {
  uint64_t size;
  uint32_t family;
};

struct Files {
  std::map<uint64_t, Table> tables;
  std::map<uint64_t, BlobFileReport> blobs;
  std::map<uint32_t, std::string> families;  // by id
  uint64_t last_number = 0;
};

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

uint64_t NumberOf(const fs::path& file) {
  const std::string stem = file.stem();
  uint64_t number = 0;
  (void)std::from_chars(stem.data(), stem.data() + stem.size(), number);
  return number;
}

void AddTable(const fs::path& path, Files& files, std::vector<DamagedFile>& left_out) {
  rocksdb::SstFileReader reader{rocksdb::Options()};
  const rocksdb::Status opened = reader.Open(path);
  if (!opened.ok()) {
    left_out.push_back(
        {.file = path.filename(), .what = "cannot be opened: " + opened.ToString(), .rows = {}});
    return;
  }
  const auto properties = reader.GetTableProperties();
  const auto family = static_cast<uint32_t>(properties->column_family_id);
  std::error_code error;
  files.tables[NumberOf(path)] = {.size = fs::file_size(path, error), .family = family};
  files.families[family] = properties->column_family_name;
}

Files FindFiles(const std::string& folder, std::vector<DamagedFile>& left_out) {
  Files files;
  files.families = {{1, "records"}, {2, "values"}, {3, "namespaces"}};
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    const fs::path& path = file.path();
    files.last_number = std::max(files.last_number, NumberOf(path));
    if (path.extension() == ".sst") AddTable(path, files, left_out);
    if (path.extension() != ".blob") continue;
    const auto report = CheckBlobFile(path);
    if (report.ok()) files.blobs[NumberOf(path)] = *report;
  }
  files.families.erase(0);
  return files;
}

Status WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
  out.close();
  return out ? OkStatus() : IoError("cannot write " + path);
}

}  // namespace

Result<std::unique_ptr<ClosedDatabase>> SalvageDatabase(const std::string& database_folder,
                                                        const std::string& work_folder,
                                                        std::vector<DamagedFile>& left_out) {
  SEDGE_RETURN_IF_ERROR(LinkFiles(database_folder, work_folder));
  const Files files = FindFiles(work_folder, left_out);
  const uint64_t list_number = files.last_number + 1;
  ManifestWriter list(list_number + 1);
  for (const auto& [id, name] : files.families) list.AddFamily(id, name);
  for (const auto& [id, name] : files.families) {
    if (name != "values") continue;
    for (const auto& [number, blobs] : files.blobs) {
      list.AddBlobFile(id, number, blobs.records, blobs.record_bytes);
    }
  }
  for (const auto& [number, table] : files.tables) {
    list.AddTable(table.family, number, table.size);
  }
  const std::string name = "MANIFEST-" + std::to_string(list_number);
  SEDGE_RETURN_IF_ERROR(WriteFile(work_folder + "/" + name, list.bytes()));
  SEDGE_RETURN_IF_ERROR(WriteFile(work_folder + "/CURRENT", name + "\n"));
  SEDGE_ASSIGN_OR_RETURN(auto database, ClosedDatabase::Open(work_folder, work_folder + "/logs"));
  database->set_rows_repeat();
  return database;
}

}  // namespace sedge::kv
