// SPDX-License-Identifier: Apache-2.0
// The names of what lies in a KV folder, and the small steps that everything that works on one
// shares. FORMAT.md has the whole picture. Any thread.
#pragma once

#include <string>

#include "kv/folder_lock.h"
#include "runtime/base/status.h"

namespace sedge::kv {

inline std::string DatabaseFolder(const std::string& folder) { return folder + "/db"; }
// A repair builds the new database here.
inline std::string RepairFolderName(const std::string& folder) { return folder + "/db.repair"; }
// While this is there, what is there is not whole.
inline std::string RepairDraftName(const std::string& folder) {
  return RepairFolderName(folder) + ".draft";
}
// On a file system that cannot exchange two folders, the old database waits here for its place.
inline std::string RepairAsideName(const std::string& folder) {
  return RepairFolderName(folder) + ".old";
}
// And, when the list of files is lost, works on links to the old files here.
inline std::string SalvageFolderName(const std::string& folder) { return folder + "/db.salvage"; }

// And copies of logs, while a closed database is looked at, here.
inline std::string ScratchFolderName(const std::string& folder) { return folder + "/db.logs"; }

// A file of any kind, with the reason when the disk does not give all of it.
Result<std::string> ReadWholeFile(const std::string& path);

// What a message about damage ends in.
std::string RepairHint(const std::string& folder);

Status MakeFolder(const std::string& folder);
// The same; one that is new is its owner's alone.
Status MakePrivateFolder(const std::string& folder);
// The first name in lost+found that is free.
Result<std::string> NewLostFolder(const std::string& folder);
// The file MADE says that there was a database once: then one that is missing is a loss, and not a
// folder that is new. Durable when it returns.
Status NoteDatabase(const std::string& folder);
// Whether db/ has anything that a database is made of.
bool HasDatabaseFiles(const std::string& folder);
// kCorruption when there was one. REQUIRES: !HasDatabaseFiles(folder).
Status RequireNoLostDatabase(const std::string& folder);
// kCorruption when the database is away and what a repair builds in its place is not whole.
Status RequireWholeRepair(const std::string& folder);
// With what it holds. Only for what sedge made for itself.
Status RemoveFolder(const std::string& folder);
// Makes a file, or the list of a folder's files, durable.
Status SyncFile(const std::string& path);
// kNotFound when there is no such folder.
Result<FolderLock> LockExistingFolder(const std::string& folder);

}  // namespace sedge::kv
