// SPDX-License-Identifier: Apache-2.0
// The files that `sedge kv import` and the bulk words read: items of lines and arrays, and the
// entries in them, which must come out of their own text again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "runtime/base/check.h"
#include "tools/kv/item_reader.h"
#include "tools/kv/pair.h"

namespace {

constexpr size_t kMaxItemBytes = 4096;

void CheckRoundTrip(const sedge::tools::KvPair& pair) {
  std::string json;
  sedge::tools::AppendPair(json, pair);
  SEDGE_CHECK(json.find('\n') == std::string::npos);
  const auto again = sedge::tools::ParsePair(json);
  SEDGE_CHECK(again.ok());
  SEDGE_CHECK(again->key == pair.key && again->value == pair.value &&
              again->metadata == pair.metadata && again->expiration == pair.expiration &&
              again->expiration_ttl == pair.expiration_ttl);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t chunk = 1 + data[0];
  size_t at = 1;
  sedge::tools::ItemReader reader(
      "fuzz",
      [&](char* buffer, size_t room) -> sedge::Result<size_t> {
        const size_t count = std::min({chunk, room, size - at});
        std::copy_n(data + at, count, reinterpret_cast<uint8_t*>(buffer));
        at += count;
        return count;
      },
      kMaxItemBytes);
  uint64_t number = 0;
  for (;;) {
    const auto item = reader.Next();
    if (!item.ok() || !*item) break;
    SEDGE_CHECK((*item)->number == ++number);
    SEDGE_CHECK((*item)->text.size() <= kMaxItemBytes && !(*item)->text.empty());
    const auto pair = sedge::tools::ParsePair((*item)->text);
    if (pair.ok()) CheckRoundTrip(*pair);
  }
  return 0;
}
