// SPDX-License-Identifier: Apache-2.0
// The row key of an entry: the namespace's id with its length in front, then the key's bytes. So no
// namespace is a prefix of another one, and rows of one namespace lie together in the byte order of
// their keys. FORMAT.md has the bytes. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sedge::kv {

constexpr size_t kMaxNamespaceBytes = 512;

// What all rows of `ns` start with. REQUIRES: ns.size() <= kMaxNamespaceBytes.
std::string EncodeNamespace(std::string_view ns);

// The row of `key`; with a prefix of keys instead, what all rows below it start with.
std::string EncodeRowKey(std::string_view ns, std::string_view key);

// The first byte string that is greater than everything that starts with `prefix`.
// REQUIRES: some byte of `prefix` is not 0xff; true for every encoded namespace and row key.
std::string PrefixEnd(std::string prefix);

struct RowKey {
  std::string_view ns;
  std::string_view key;
};

// Views into `row`; nullopt when it is not a row key.
std::optional<RowKey> DecodeRowKey(std::string_view row);

}  // namespace sedge::kv
