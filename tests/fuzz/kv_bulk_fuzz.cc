// SPDX-License-Identifier: Apache-2.0
// Any bytes as the body of a bulk write or delete: what is taken is within the limits, and metadata
// is JSON that is compact already.
#include "kv/store.h"
#include "runtime/admin/bulk_reader.h"
#include "runtime/admin/json_text.h"
#include "runtime/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::admin;
  const std::string_view json = sedge::AsText({data, size});
  size_t pairs = 0;
  const MaybeError error = ReadBulkPairs(json, [&](BulkPair pair) -> MaybeError {
    SEDGE_CHECK(++pairs <= kMaxBulkPairs);
    SEDGE_CHECK(IsUtf8(pair.key) && IsUtf8(pair.value));
    if (pair.metadata) {
      bool too_long = false;
      const std::string metadata = *pair.metadata;
      SEDGE_CHECK(CompactJson(metadata, sedge::kv::kMaxMetadataBytes, too_long) == metadata);
    }
    return std::nullopt;
  });
  SEDGE_CHECK(error || IsJson(json));
  std::vector<std::string> keys;
  if (!ReadBulkKeys(json, keys)) SEDGE_CHECK(IsJson(json) && keys.size() <= kMaxBulkPairs);
  return 0;
}
