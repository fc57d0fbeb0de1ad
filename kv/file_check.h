// SPDX-License-Identifier: Apache-2.0
// FileCheck: whether each file of an open database is there and whole. Reads only. Any thread.
#pragma once

#include <rocksdb/db.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kv/damage.h"

namespace sedge::kv {

enum class FileCheckDepth {
  kOpens,     // sizes, and that tables open: quick
  kEveryByte  // the checksums of all blocks and blobs
};

// Called before each file with its number in order and how many there are.
using FileProgress = std::function<void(size_t file, size_t files)>;

std::vector<DamagedFile> CheckFiles(rocksdb::DB& db,
                                    const std::vector<rocksdb::ColumnFamilyHandle*>& families,
                                    FileCheckDepth depth, const FileProgress& progress = {});

// The live table file that RocksDB's message names, with the rows in it.
std::optional<DamagedFile> FileNamedIn(rocksdb::DB& db, const std::string& message);

}  // namespace sedge::kv
