// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/pair.h"

#include <utility>

#include "runtime/admin/base64.h"
#include "runtime/admin/bulk_reader.h"
#include "runtime/admin/entry_checks.h"
#include "runtime/admin/json_text.h"
#include "tools/kv/json_out.h"

namespace sedge::tools {
namespace {

// The reader's messages speak of a request with many pairs.
std::string OfOnePair(std::string message) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"The body", "This"}, {" in pair 0", ""}, {"pair 0", "this entry"}};
  for (const auto& [from, to] : kWords) {
    const size_t at = message.find(from);
    if (at != std::string::npos) message.replace(at, from.size(), to);
  }
  while (message.ends_with('.')) message.pop_back();
  return message;
}

}  // namespace

Result<KvPair> ParsePair(std::string_view json) {
  if (!json.starts_with('{')) return InvalidArgument("this is no JSON object {key, value}");
  KvPair pair;
  std::string list = "[";
  list.append(json).append("]");
  int count = 0;
  const admin::MaybeError error =
      admin::ReadBulkPairs(list, [&](admin::BulkPair found) -> admin::MaybeError {
        ++count;
        if (admin::MaybeError wrong = admin::CheckKey(found.key)) return wrong;
        if (found.long_metadata_bytes > 0) return admin::MetadataTooLong(found.long_metadata_bytes);
        if (found.base64) {
          const std::optional<Bytes> value = admin::DecodeBase64(found.value);
          if (!value) return admin::ApiError{400, 0, "The value is not valid base64."};
          pair.value = value->text();
        } else {
          pair.value = std::move(found.value);
        }
        if (admin::MaybeError wrong = admin::CheckMetadata(found.metadata)) return wrong;
        if (admin::MaybeError wrong = admin::CheckValueLength(pair.value.size())) return wrong;
        pair.key = std::move(found.key);
        pair.expiration = found.expiration;
        pair.expiration_ttl = found.expiration_ttl;
        pair.metadata = std::move(found.metadata).value_or("");
        return std::nullopt;
      });
  if (error) return InvalidArgument(OfOnePair(error->message));
  if (count != 1) return InvalidArgument("this is more than one JSON object");
  return pair;
}

Status CheckExpiry(const KvPair& pair, int64_t now_seconds) {
  std::optional<int64_t> ignored;
  const admin::MaybeError error =
      admin::CheckExpiry(pair.expiration, pair.expiration_ttl, now_seconds, ignored);
  return error ? OutOfRange(OfOnePair(error->message)) : Status();
}

void AppendPair(std::string& out, const KvPair& pair) {
  out += "{\"key\":";
  admin::AppendJsonString(out, pair.key);
  out += ",\"value\":";
  if (admin::IsUtf8(pair.value)) {
    admin::AppendJsonString(out, pair.value);
  } else {
    out.append("\"").append(Base64(pair.value)).append("\",\"base64\":true");
  }
  if (pair.expiration) out.append(",\"expiration\":").append(std::to_string(*pair.expiration));
  if (pair.expiration_ttl) {
    out.append(",\"expiration_ttl\":").append(std::to_string(*pair.expiration_ttl));
  }
  if (!pair.metadata.empty()) out.append(",\"metadata\":").append(pair.metadata);
  out += '}';
}

}  // namespace sedge::tools
