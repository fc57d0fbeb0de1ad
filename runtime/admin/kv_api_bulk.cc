// SPDX-License-Identifier: Apache-2.0
// KvApi's calls about many keys.
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/admin/bulk_change.h"
#include "runtime/admin/bulk_reader.h"
#include "runtime/admin/json_text.h"
#include "runtime/admin/kv_api_call.h"

namespace sedge::admin {
namespace {

// What a bulk write gives to the store at once.
constexpr size_t kMaxBatchBytes = 8u << 20;
constexpr size_t kMaxBatchKeys = 1000;
// Values of control characters are six times as long in JSON.
constexpr size_t kMaxBulkGetJsonBytes = 64u << 20;
// Of what a client sent, in an error that names it.
constexpr size_t kMaxShownBytes = 64;

std::string BulkResult(size_t count) {
  return "{\"successful_key_count\":" + std::to_string(count) + ",\"unsuccessful_keys\":[]}";
}

MaybeError CheckKeyAt(std::string_view key, size_t index) {
  MaybeError error = CheckKey(key);
  if (error) error->message += " It is key " + std::to_string(index) + " of the array.";
  return error;
}

struct BulkGet {
  std::vector<std::string> keys;
  bool as_json = false;
  bool with_metadata = false;
};

MaybeError ReadBulkGet(std::string_view body, BulkGet& get) {
  const auto bad = [](std::string message) {
    return ApiError{400, kInvalidRequest, std::move(message)};
  };
  std::string mended;
  const auto json = nlohmann::json::parse(WithoutLoneSurrogates(body, mended), nullptr, false);
  if (!json.is_object() || !json.contains("keys") || !json["keys"].is_array()) {
    return bad("The body must be a JSON object with an array keys.");
  }
  if (const auto type = json.find("type"); type != json.end() && !type->is_null()) {
    if (*type != "text" && *type != "json") {
      // Never the JSON itself, which may be as deep as it is long.
      const std::string given = type->is_string()
                                    ? JsonString(type->get<std::string>().substr(0, kMaxShownBytes))
                                    : "That " + std::string(type->type_name());
      return bad(given + " is not a valid type. Use \"json\" or \"text\"");
    }
    get.as_json = *type == "json";
  }
  const nlohmann::json& keys = json["keys"];
  if (keys.empty()) return bad("You must request a minimum of 1 key");
  if (keys.size() > kMaxBulkGetKeys) {
    return bad("You can request a maximum of " + std::to_string(kMaxBulkGetKeys) + " keys");
  }
  for (const nlohmann::json& key : keys) {
    if (!key.is_string()) return bad("A key name must be a string.");
    get.keys.push_back(key.get<std::string>());
    if (MaybeError error = CheckKeyAt(get.keys.back(), get.keys.size() - 1)) return error;
  }
  if (const auto with = json.find("withMetadata"); with != json.end() && !with->is_null()) {
    if (!with->is_boolean()) return bad("withMetadata must be true or false.");
    get.with_metadata = with->get<bool>();
  }
  return std::nullopt;
}

// False when the value is to be JSON and is none.
bool AppendEntry(std::string& out, const BulkGet& get, const std::optional<kv::Entry>& entry) {
  if (!entry) {
    out += "null";
    return true;
  }
  if (get.as_json && !IsJson(entry->value.text())) return false;
  if (get.with_metadata) out += "{\"value\":";
  if (get.as_json) {
    out += entry->value.text();
  } else if (JsonStringBytes(entry->value.text()) + out.size() <= kMaxBulkGetJsonBytes) {
    AppendJsonString(out, entry->value.text());
  } else {
    out.resize(kMaxBulkGetJsonBytes + 1);  // for BulkGet to see
    return true;
  }
  if (get.with_metadata) {
    out.append(",\"metadata\":").append(entry->info.metadata.value_or("null"));
    if (entry->info.expiration) {
      out.append(",\"expiration\":").append(std::to_string(*entry->info.expiration));
    }
    out += '}';
  }
  return true;
}

}  // namespace

Status KvApi::WritePending(const Call& call, std::vector<kv::Change>& pending, size_t& written) {
  if (pending.empty()) return OkStatus();
  Status status = store_.Write(call.ns, pending);
  if (status.ok()) written += pending.size();
  pending.clear();
  return status;
}

// Two readings: nothing is written when anything is wrong with a pair, and what is held besides the
// body is a batch.
ApiResponse KvApi::BulkPut(Call& call) {
  const int64_t now = options_.clock->WallSeconds();
  MaybeError error = ReadBulkPairs(call.body(), [&](BulkPair pair) {
    kv::Change change;
    ++call.keys;
    return ToChange(std::move(pair), now, change);
  });
  if (error) return call.Fail(std::move(*error));
  std::vector<kv::Change> pending;
  size_t pending_bytes = 0, written = 0;
  Status status;
  error = ReadBulkPairs(call.body(), [&](BulkPair pair) -> MaybeError {
    kv::Change& change = pending.emplace_back();
    if (MaybeError wrong = ToChange(std::move(pair), now, change)) return wrong;
    pending_bytes += change.value->size();
    if (pending_bytes < kMaxBatchBytes && pending.size() < kMaxBatchKeys) return std::nullopt;
    pending_bytes = 0;
    status = WritePending(call, pending, written);
    return status.ok() ? std::nullopt : MaybeError(ApiError{});
  });
  if (status.ok()) status = WritePending(call, pending, written);
  if (status.ok()) return Success(BulkResult(written));
  ApiResponse response = Failed(call, status);
  call.error += " (" + std::to_string(written) + " pairs were written)";
  return response;
}

ApiResponse KvApi::BulkDelete(Call& call) {
  std::vector<std::string> keys;
  if (MaybeError error = ReadBulkKeys(call.body(), keys)) return call.Fail(std::move(*error));
  call.keys = keys.size();
  for (size_t i = 0; i < keys.size(); ++i) {
    if (MaybeError error = CheckKeyAt(keys[i], i)) return call.Fail(std::move(*error));
  }
  std::vector<kv::Change> pending;
  size_t written = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    pending.push_back({std::move(keys[i]), std::nullopt, {}});
    if (pending.size() < kMaxBatchKeys && i + 1 < keys.size()) continue;
    const Status status = WritePending(call, pending, written);
    if (!status.ok()) return Failed(call, status);
  }
  return Success(BulkResult(written));
}

ApiResponse KvApi::BulkGet(Call& call) {
  struct BulkGet get;
  if (MaybeError error = ReadBulkGet(call.body(), get)) return call.Fail(std::move(*error));
  auto found = store_.GetMany(call.ns, get.keys, kMaxBulkGetBytes);
  if (!found.ok() && found.status().code() == StatusCode::kOutOfRange) {
    return call.Fail({413, kPayloadTooLarge, "Total size of request exceeds the limit of 25MB"});
  }
  if (!found.ok()) return Failed(call, found.status());
  const auto too_long = [&call] {
    return call.Fail({413, kPayloadTooLarge,
                      "The values as JSON are longer than " + std::to_string(kMaxBulkGetJsonBytes) +
                          " bytes; ask for fewer keys"});
  };
  std::string values = "{\"values\":{";
  std::set<std::string_view> seen;
  for (size_t i = 0; i < get.keys.size(); ++i) {
    if (!seen.insert(get.keys[i]).second) continue;
    if (seen.size() > 1) values += ',';
    AppendJsonString(values, get.keys[i]);
    values += ':';
    if (values.size() > kMaxBulkGetJsonBytes) return too_long();
    if (!AppendEntry(values, get, (*found)[i])) {
      return call.Fail({400, kInvalidRequest,
                        "At least one of the requested keys corresponds to a non-json value"});
    }
  }
  if (values.size() > kMaxBulkGetJsonBytes) return too_long();
  found->clear();
  return Success(values += "}}");
}

}  // namespace sedge::admin
