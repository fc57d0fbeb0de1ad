// SPDX-License-Identifier: Apache-2.0
// ManifestWriter: a list of files (MANIFEST) for RocksDB that names every table and blob file it is
// given, when the real list is lost. All tables go to level 0 with key ranges and sequence numbers
// that are made up: iterators, which order rows by what is in the tables, give the right ones;
// RocksDB's point lookups in such a database may not. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sedge::kv {

class ManifestWriter {
 public:
  // `next_file` is greater than the number of every file.
  explicit ManifestWriter(uint64_t next_file);

  // The default family, number 0, is there by itself.
  void AddFamily(uint32_t id, std::string_view name);
  // Blob files come before the tables that may refer to them.
  void AddBlobFile(uint32_t family, uint64_t number, uint64_t records, uint64_t bytes);
  void AddTable(uint32_t family, uint64_t number, uint64_t size);

  const std::string& bytes() const { return file_; }

 private:
  std::string file_;
  uint64_t tables_ = 0;
  uint64_t oldest_blob_ = 0;
  uint32_t blob_family_ = 0;
};

}  // namespace sedge::kv
