// SPDX-License-Identifier: Apache-2.0
#include "kv/key_codec.h"

#include "kv/store.h"
#include "runtime/base/check.h"

namespace sedge::kv {
namespace {

constexpr size_t kLengthBytes = 2;  // big-endian

}  // namespace

std::string EncodeNamespace(std::string_view ns) { return EncodeRowKey(ns, {}); }

std::string EncodeRowKey(std::string_view ns, std::string_view key) {
  SEDGE_CHECK(ns.size() <= kMaxNamespaceBytes);
  std::string row;
  row.reserve(kLengthBytes + ns.size() + key.size());
  row += static_cast<char>(ns.size() >> 8);
  row += static_cast<char>(ns.size() & 0xff);
  row += ns;
  row += key;
  return row;
}

std::string PrefixEnd(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  SEDGE_CHECK(!prefix.empty());
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

std::optional<RowKey> DecodeRowKey(std::string_view row) {
  if (row.size() < kLengthBytes) return std::nullopt;
  const size_t ns_size = static_cast<size_t>(static_cast<unsigned char>(row[0])) << 8 |
                         static_cast<unsigned char>(row[1]);
  if (ns_size == 0 || ns_size > kMaxNamespaceBytes) return std::nullopt;
  row.remove_prefix(kLengthBytes);
  if (row.size() <= ns_size || row.size() - ns_size > kMaxKeyBytes) return std::nullopt;
  return RowKey{row.substr(0, ns_size), row.substr(ns_size)};
}

}  // namespace sedge::kv
