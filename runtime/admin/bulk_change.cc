// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/bulk_change.h"

#include <optional>
#include <string>
#include <utility>

#include "runtime/admin/base64.h"
#include "runtime/admin/json_text.h"

namespace sedge::admin {
namespace {

ApiError ForKey(ApiError error, std::string_view key) {
  error.message += " The key is " + JsonString(key) + ".";
  return error;
}

}  // namespace

MaybeError ToChange(BulkPair pair, int64_t now_seconds, kv::Change& change) {
  MaybeError error = CheckKey(pair.key);
  if (error) {
    error->message += " It is that of pair " + std::to_string(pair.index) + ".";
    return error;
  }
  error = CheckExpiry(pair.expiration, pair.expiration_ttl, now_seconds, change.options.expiration);
  if (error) return ForKey(std::move(*error), pair.key);
  if (pair.long_metadata_bytes > 0) {
    return ForKey(MetadataTooLong(pair.long_metadata_bytes), pair.key);
  }
  if (pair.base64) {
    std::optional<Bytes> value = DecodeBase64(pair.value);
    if (!value) return ForKey({400, kMalformedValue, "The value is not valid base64."}, pair.key);
    change.value = std::move(*value);
  } else {
    change.value = Bytes::Copy(pair.value);
  }
  if ((error = CheckValueLength(change.value->size()))) {
    return ForKey(std::move(*error), pair.key);
  }
  change.options.metadata = std::move(pair.metadata);
  change.key = std::move(pair.key);
  return std::nullopt;
}

}  // namespace sedge::admin
