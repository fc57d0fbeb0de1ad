// SPDX-License-Identifier: Apache-2.0
// Any bytes as a stored row: decoded rows encode to the same bytes, all others are refused.
#include "kv/key_codec.h"
#include "kv/record_codec.h"
#include "runtime/base/bytes.h"
#include "runtime/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::kv;
  const std::string_view row = sedge::AsText({data, size});
  if (const auto value = DecodeValueRow(row); value.ok()) {
    std::string again = EncodeRecord(value->record);
    again[1] =
        static_cast<char>(again[1] | (row[1] & 4));  // the blob flag may be older than the bound
    SEDGE_CHECK(row[1] & 4 || again[1] == row[1] || size >= kMinBlobBytes);
    again[1] = row[1];
    again += value->value;
    SEDGE_CHECK(again == row);
  }
  if (const auto record = DecodeRecord(row); record.ok()) {
    SEDGE_CHECK(EncodeRecord(*record).size() == row.size());
  }
  if (const auto key = DecodeRowKey(row)) SEDGE_CHECK(EncodeRowKey(key->ns, key->key) == row);
  return 0;
}
