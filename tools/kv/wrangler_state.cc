// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/wrangler_state.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "kv/store.h"
#include "tools/kv/input_file.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kObjects = "miniflare-KVNamespaceObject";
constexpr const char* kOldDatabase = "db.sqlite";  // beside its blobs, before there were objects
constexpr int kBusyTimeoutMs = 5000;               // wrangler may be writing
constexpr int64_t kMsPerSecond = 1000;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Status SqliteError(const std::string& path, sqlite3* database) {
  return IoError(path + ": " + (database ? sqlite3_errmsg(database) : "out of memory"));
}

Result<Database> OpenDatabase(const std::string& path) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) return SqliteError(path, raw);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  return database;
}

Result<Statement> Prepare(const std::string& path, sqlite3* database, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database, sql, -1, &raw, nullptr) != SQLITE_OK) {
    return SqliteError(path, database);
  }
  return Statement(raw);
}

std::string TextColumn(sqlite3_stmt* row, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return text ? std::string(text, static_cast<size_t>(sqlite3_column_bytes(row, column))) : "";
}

// A name that leads nowhere else.
bool IsFileName(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

// "" when the namespace is empty.
Result<std::string> AnyBlob(const std::string& path) {
  SEDGE_ASSIGN_OR_RETURN(const Database database, OpenDatabase(path));
  SEDGE_ASSIGN_OR_RETURN(const Statement row,
                         Prepare(path, database.get(), "SELECT blob_id FROM _mf_entries LIMIT 1"));
  const int code = sqlite3_step(row.get());
  if (code == SQLITE_ROW) return TextColumn(row.get(), 0);
  if (code == SQLITE_DONE) return std::string();
  return SqliteError(path, database.get());
}

std::vector<std::string> FoldersIn(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory(error) && entry.path().filename() != kObjects) {
      names.push_back(entry.path().filename());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<WranglerState> WranglerState::Find(const std::string& folder) {
  std::error_code error;
  for (const char* below : {"", "kv", "v3/kv", "state/v3/kv", ".wrangler/state/v3/kv"}) {
    const fs::path path = fs::path(folder) / below;
    if (fs::is_directory(path / kObjects, error)) return WranglerState(path.lexically_normal());
    for (const std::string& name : FoldersIn(path)) {
      if (fs::is_regular_file(path / name / kOldDatabase, error)) {
        return WranglerState(path.lexically_normal());
      }
    }
  }
  return NotFound(folder +
                  ": there is no local KV data of wrangler; allowed is a project in which "
                  "`wrangler dev` has run, or its .wrangler/state/v3/kv");
}

std::string WranglerState::project() const {
  fs::path path = fs::absolute(folder_).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  for (const char* name : {"kv", "v3", "state", ".wrangler"}) {
    if (path.filename() != name) return "";
    path = path.parent_path();
  }
  return path;
}

Result<std::vector<WranglerNamespace>> WranglerState::Namespaces(
    const std::vector<std::string>& candidates) const {
  const fs::path root(folder_);
  const std::vector<std::string> folders = FoldersIn(root);
  std::vector<std::string> likely = candidates;
  likely.insert(likely.end(), folders.begin(), folders.end());
  std::vector<WranglerNamespace> found;
  std::set<std::string> named;
  std::error_code error;
  for (const std::string& id : likely) {
    const fs::path database = root / kObjects / (WranglerDatabaseName(id) + ".sqlite");
    const fs::path values = root / WranglerFolderName(id);
    if (fs::is_regular_file(database, error) && named.insert(database).second) {
      found.push_back({id, database, values / "blobs"});
    } else if (fs::is_regular_file(values / kOldDatabase, error) &&
               named.insert(values / kOldDatabase).second) {
      found.push_back({id, values / kOldDatabase, values / "blobs"});
    }
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(root / kObjects, error)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".sqlite" || path.filename() == "metadata.sqlite") continue;
    if (!named.insert(path).second) continue;
    SEDGE_ASSIGN_OR_RETURN(const std::string blob, AnyBlob(path));
    if (!blob.empty()) found.push_back({"", path, ""});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return found;
}

Result<uint64_t> WranglerState::CountEntries(const WranglerNamespace& ns) {
  SEDGE_ASSIGN_OR_RETURN(const Database database, OpenDatabase(ns.database));
  SEDGE_ASSIGN_OR_RETURN(const Statement row,
                         Prepare(ns.database, database.get(), "SELECT count(*) FROM _mf_entries"));
  if (sqlite3_step(row.get()) != SQLITE_ROW) return SqliteError(ns.database, database.get());
  return static_cast<uint64_t>(sqlite3_column_int64(row.get(), 0));
}

Status WranglerState::ReadEntries(const WranglerNamespace& ns, int64_t now_ms,
                                  WranglerCounts& counts,
                                  const std::function<Status(KvPair)>& take) {
  SEDGE_ASSIGN_OR_RETURN(const Database database, OpenDatabase(ns.database));
  SEDGE_ASSIGN_OR_RETURN(
      const Statement row,
      Prepare(ns.database, database.get(),
              "SELECT key, blob_id, expiration, metadata FROM _mf_entries ORDER BY key"));
  for (;;) {
    const int code = sqlite3_step(row.get());
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return SqliteError(ns.database, database.get());
    KvPair pair{.key = TextColumn(row.get(), 0), .value = {}};
    if (sqlite3_column_type(row.get(), 2) != SQLITE_NULL) {
      const int64_t expiration_ms = sqlite3_column_int64(row.get(), 2);
      if (expiration_ms < now_ms + kv::kMinTtlSeconds * kMsPerSecond) {
        ++counts.expired;
        continue;
      }
      pair.expiration = expiration_ms / kMsPerSecond;
    }
    pair.metadata = TextColumn(row.get(), 3);
    if (pair.metadata == "null") pair.metadata.clear();
    const std::string blob = TextColumn(row.get(), 1);
    Result<InputFile> file = IsFileName(blob) ? InputFile::Open("", ns.blobs + "/" + blob)
                                              : Result<InputFile>(NotFound(blob));
    if (!file.ok()) {
      if (counts.lost++ == 0) counts.lost_key = pair.key;
      continue;
    }
    SEDGE_ASSIGN_OR_RETURN(const Bytes value,
                           file->ReadAll(kv::kMaxValueBytes, "no value may be that long"));
    pair.value = value.text();
    SEDGE_RETURN_IF_ERROR(take(std::move(pair)));
  }
}

}  // namespace sedge::tools
