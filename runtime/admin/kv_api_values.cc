// SPDX-License-Identifier: Apache-2.0
// KvApi's single keys and lists of them.
#include <charconv>
#include <utility>

#include "runtime/admin/kv_api_call.h"
#include "runtime/admin/multipart_form.h"

namespace sedge::admin {
namespace {

constexpr size_t kMinListLimit = 10;

struct PutBody {
  ByteSpan value;
  std::optional<std::string> metadata;
};

// The raw body, or the fields `value` and `metadata` of a form.
MaybeError ReadPutBody(const ApiRequest& request, PutBody& put) {
  put.value = request.body.span();
  const std::string_view type = request.FindHeader("content-type");
  if (!IsForm(type)) return std::nullopt;
  const std::optional<std::string> boundary = FormBoundary(type);
  if (!boundary) return ApiError{400, kMalformedValue, "The multipart body has no boundary."};
  const auto fields = ReadForm(request.body.text(), *boundary);
  if (!fields) return ApiError{400, kMalformedValue, "The multipart body is damaged."};
  bool has_value = false;
  for (const FormField& field : *fields) {
    if (field.name == "value" && !has_value) {
      put.value = AsBytes(field.content);
      has_value = true;
    } else if (field.name == "metadata" && !put.metadata) {
      put.metadata = field.content;
    }
  }
  if (!has_value) return ApiError{400, kMalformedValue, "The multipart body has no field value."};
  return std::nullopt;
}

std::optional<int64_t> SecondsOf(const ApiTarget& target, std::string_view name) {
  const std::optional<std::string> text = target.Parameter(name);
  if (!text) return std::nullopt;
  return ToSeconds(*text);
}

void AppendKey(std::string& out, const kv::ListedKey& key) {
  out += "{\"name\":";
  AppendJsonString(out, key.name);
  if (key.info.expiration) {
    out.append(",\"expiration\":").append(std::to_string(*key.info.expiration));
  }
  if (key.info.metadata) out.append(",\"metadata\":").append(*key.info.metadata);
  out += '}';
}

}  // namespace

ApiResponse KvApi::ListKeys(Call& call) {
  kv::ListOptions options;
  if (const auto limit = call.target.Parameter("limit")) {
    const char* const end = limit->data() + limit->size();
    const auto [stopped, error] = std::from_chars(limit->data(), end, options.limit);
    if (error != std::errc() || stopped != end || options.limit < kMinListLimit ||
        options.limit > kv::kMaxListLimit) {
      return call.Fail({400, kInvalidLimit, "invalid limit: 10 to 1000 is allowed"});
    }
  }
  options.prefix = call.target.Parameter("prefix").value_or("");
  options.cursor = call.target.Parameter("cursor").value_or("");
  if (MaybeError error = CheckKeyLength(options.prefix)) return call.Fail(std::move(*error));
  const Result<kv::ListPage> page = store_.List(call.ns, options);
  if (!page.ok() && page.status().code() == StatusCode::kInvalidArgument) {
    return call.Fail({400, kInvalidCursor, "invalid cursor"});
  }
  if (!page.ok()) return Failed(call, page.status());
  std::string list = "[";
  for (const kv::ListedKey& key : page->keys) {
    if (list.size() > 1) list += ',';
    AppendKey(list, key);
  }
  return Success(list += ']', "{\"count\":" + std::to_string(page->keys.size()) +
                                  ",\"cursor\":" + JsonString(page->cursor.value_or("")) + "}");
}

ApiResponse KvApi::GetValue(Call& call) {
  Result<std::optional<kv::Entry>> found = store_.Get(call.ns, call.key);
  if (!found.ok()) return Failed(call, found.status());
  if (!*found) return call.Fail({404, kKeyNotFound, "key not found"});
  ApiResponse response;
  response.headers = {{"content-type", "application/octet-stream"},
                      {"cache-control", "no-store"},
                      {"x-content-type-options", "nosniff"}};
  if ((*found)->info.expiration) {
    response.headers.push_back({"expiration", std::to_string(*(*found)->info.expiration)});
  }
  response.body = std::move((*found)->value);
  return response;
}

ApiResponse KvApi::PutValue(Call& call) {
  kv::PutOptions options;
  MaybeError error =
      CheckExpiry(SecondsOf(call.target, "expiration"), SecondsOf(call.target, "expiration_ttl"),
                  options_.clock->WallSeconds(), options.expiration);
  if (error) return call.Fail(std::move(*error));
  PutBody put;
  if ((error = ReadPutBody(call.request, put))) return call.Fail(std::move(*error));
  if ((error = CheckMetadata(put.metadata))) return call.Fail(std::move(*error));
  if ((error = CheckValueLength(put.value.size()))) return call.Fail(std::move(*error));
  options.metadata = std::move(put.metadata);
  const Status done = store_.Put(call.ns, call.key, put.value, options);
  return done.ok() ? Success("{}") : Failed(call, done);
}

ApiResponse KvApi::DeleteValue(Call& call) {
  const Status done = store_.Delete(call.ns, call.key);
  return done.ok() ? Success("{}") : Failed(call, done);
}

ApiResponse KvApi::GetMetadata(Call& call) {
  const Result<std::optional<kv::EntryInfo>> found = store_.GetInfo(call.ns, call.key);
  if (!found.ok()) return Failed(call, found.status());
  if (!*found) return call.Fail({404, kKeyNotFound, "key not found"});
  return Success((*found)->metadata.value_or("null"));
}

}  // namespace sedge::admin
