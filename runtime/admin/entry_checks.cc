// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/entry_checks.h"

#include <charconv>
#include <limits>

#include "kv/store.h"
#include "runtime/admin/json_text.h"
#include "runtime/base/ascii.h"

namespace sedge::admin {
namespace {

constexpr int64_t kMaxSeconds = 1ll << 52;  // what JavaScript's numbers hold, with room to add

MaybeError CheckFuture(int code, std::string_view name, int64_t seconds, int64_t floor,
                       std::string_view wanted, std::string_view too_soon) {
  const std::string invalid =
      "Invalid " + std::string(name) + " of " + std::to_string(seconds) + ". ";
  if (seconds <= floor || seconds > kMaxSeconds) {
    return ApiError{400, code, invalid + "Please specify " + std::string(wanted) + "."};
  }
  if (seconds < floor + kv::kMinTtlSeconds) {
    return ApiError{400, code, invalid + std::string(too_soon) + "."};
  }
  return std::nullopt;
}

}  // namespace

MaybeError CheckKeyLength(std::string_view key) {
  if (key.size() <= kv::kMaxKeyBytes) return std::nullopt;
  return ApiError{414, kKeyTooLong,
                  "UTF-8 encoded length of " + std::to_string(key.size()) +
                      " exceeds key length limit of " + std::to_string(kv::kMaxKeyBytes) + "."};
}

MaybeError CheckKey(std::string_view key) {
  if (key.empty()) return ApiError{400, kIllegalKeyName, "Key name cannot be empty."};
  if (key == "." || key == "..") {
    return ApiError{400, kIllegalKeyName,
                    "\"" + std::string(key) + "\" is not allowed as a key name."};
  }
  if (MaybeError error = CheckKeyLength(key)) return error;
  if (!IsUtf8(key)) return ApiError{400, kIllegalKeyName, "Key name is not valid UTF-8."};
  return std::nullopt;
}

int64_t ToSeconds(std::string_view text) {
  text = Trim(text);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return std::numeric_limits<int64_t>::max();
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

MaybeError CheckExpiry(std::optional<int64_t> moment, std::optional<int64_t> ttl,
                       int64_t now_seconds, std::optional<int64_t>& expiration) {
  expiration = std::nullopt;
  if (ttl) {
    expiration = now_seconds + std::min(*ttl, kMaxSeconds);
    return CheckFuture(kInvalidExpirationTtl, "expiration_ttl", *ttl, 0, "integer greater than 0",
                       "Expiration TTL must be at least 60");
  }
  if (!moment) return std::nullopt;
  expiration = moment;
  return CheckFuture(kInvalidExpiration, "expiration", *moment, now_seconds,
                     "integer greater than the current number of seconds since the UNIX epoch",
                     "Expiration times must be at least 60 seconds in the future");
}

ApiError MetadataTooLong(size_t bytes) {
  return {413, kInvalidMetadata,
          "Metadata length of " + std::to_string(bytes) + " exceeds limit of " +
              std::to_string(kv::kMaxMetadataBytes) + "."};
}

MaybeError CheckMetadata(std::optional<std::string>& metadata) {
  if (!metadata) return std::nullopt;
  bool too_long = false;
  const size_t given = metadata->size();
  metadata = CompactJson(*metadata, kv::kMaxMetadataBytes, too_long);
  if (too_long) return MetadataTooLong(given);
  if (!metadata) return ApiError{400, kInvalidMetadata, "Metadata is not valid JSON."};
  if (*metadata == "null") metadata.reset();
  return std::nullopt;
}

MaybeError CheckValueLength(size_t bytes) {
  if (bytes <= kv::kMaxValueBytes) return std::nullopt;
  return ApiError{413, kPayloadTooLarge,
                  "Value length of " + std::to_string(bytes) + " exceeds limit of " +
                      std::to_string(kv::kMaxValueBytes) + "."};
}

}  // namespace sedge::admin
