// SPDX-License-Identifier: Apache-2.0
// BlobFile: reads a RocksDB blob file from its front to its end and checks every record in it,
// which RocksDB does only for blobs that are asked for. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "kv/damage.h"
#include "runtime/base/status.h"

namespace sedge::kv {

struct BlobFileReport {
  uint64_t records = 0;
  uint64_t record_bytes = 0;  // of all records with their headers
  std::string damage;         // "" when it is whole; else what is wrong first
  RowRange rows;              // from the first to the last damaged record whose key can be read
};

// kIo when it cannot be read at all.
Result<BlobFileReport> CheckBlobFile(const std::string& path);

}  // namespace sedge::kv
