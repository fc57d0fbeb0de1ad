// SPDX-License-Identifier: Apache-2.0
// What is damaged in a KV folder and which entries that takes, as data and as text for people.
// Values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sedge::kv {

// Rows from `first` to `last`, both row keys; empty when that is not known.
struct RowRange {
  std::string first;
  std::string last;
  bool ends_before_last = false;

  bool operator==(const RowRange&) const = default;
};

struct DamagedFile {
  std::string file;  // the name within the database folder
  std::string what;  // "is missing", "has a block that ..."
  RowRange rows;     // that it has; for a log empty
};

struct LostRange {
  RowRange rows;
  uint64_t entries = 0;  // 0 when only the range is known
  std::string what;      // "their values", ...
};

// A namespace or key for people: bytes that do not print are escaped, long ones cut.
std::string QuoteKey(std::string_view key);

// `namespace "a", key "x"`, or its bytes in hexadecimal when it is no row key.
std::string DescribeRow(std::string_view row);

// `namespace "a", keys "x" to "y"`, or `... to before "y"`; "" when not known.
std::string DescribeRows(const RowRange& rows);

// "000012.sst has a bad block (namespace ...)"
std::string DescribeFile(const DamagedFile& damage);

// "3 entries of namespace "a", keys "x" to "y": their values"
std::string DescribeLost(const LostRange& lost);

}  // namespace sedge::kv
