// SPDX-License-Identifier: Apache-2.0
// What the REST API checks of an entry before it is written, in the order key, expiry, metadata,
// value: the limits and texts are those of Workers KV. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/admin/api_message.h"

namespace sedge::admin {

// Codes of Workers KV's REST API.
enum ErrorCode : int {
  kNoRoute = 7003,
  kMethodNotAllowed = 7001,
  kAuthenticationError = 10000,
  kServiceUnavailable = 10001,
  kMalformedPage = 10007,
  kMalformedPerPage = 10008,
  kKeyNotFound = 10009,
  kMalformedNamespace = 10010,
  kMalformedValue = 10012,
  kNamespaceNotFound = 10013,
  kNamespaceExists = 10014,
  kTooManyNamespaces = 10018,
  kMissingTitle = 10019,
  kPayloadTooLarge = 10024,
  kInvalidLimit = 10028,
  kInvalidRequest = 10029,
  kKeyTooLong = 10030,
  kInvalidExpiration = 10033,
  kInvalidExpirationTtl = 10034,
  kNoPermission = 10037,
  kInvalidCursor = 10041,
  kIllegalKeyName = 10042,
  kInvalidOrder = 10043,
  kInvalidDirection = 10044,
  kInvalidMetadata = 10047,
};

using MaybeError = std::optional<ApiError>;

MaybeError CheckKey(std::string_view key);
// Also of a prefix, which may be empty.
MaybeError CheckKeyLength(std::string_view key);

// A number as it was given: Workers KV takes what is none for 0, which then is refused.
int64_t ToSeconds(std::string_view text);
// `expiration` becomes the moment in seconds since the epoch. When both are given the time to live
// wins, and the moment is not even looked at.
MaybeError CheckExpiry(std::optional<int64_t> moment, std::optional<int64_t> ttl,
                       int64_t now_seconds, std::optional<int64_t>& expiration);

// `metadata` is JSON text as it was given; it is made compact. A null is none.
MaybeError CheckMetadata(std::optional<std::string>& metadata);
MaybeError CheckValueLength(size_t bytes);

ApiError MetadataTooLong(size_t bytes);

}  // namespace sedge::admin
