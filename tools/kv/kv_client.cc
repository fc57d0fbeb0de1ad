// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/kv_client.h"

#include <unistd.h>

#include <algorithm>
#include <random>
#include <utility>

#include "runtime/admin/api_target.h"
#include "runtime/admin/entry_checks.h"
#include "runtime/admin/json_text.h"
#include "tools/kv/json_out.h"

namespace sedge::tools {
namespace {

using admin::AppendJsonString;
using admin::JsonString;
using admin::PercentEncode;

constexpr size_t kNamespacesPerPage = 1000;
constexpr size_t kMaxShownBody = 200;
// Of a server that is too busy, or says so of its clients; nearly a second in all.
constexpr int kRetries = 3;
constexpr useconds_t kFirstPauseUs = 125'000;

Json ParseBody(const Bytes& body) { return ParseJson(body.text()); }

int FirstErrorCode(const Json& envelope) {
  if (!envelope.is_object() || !envelope.contains("errors")) return 0;
  const Json& errors = envelope["errors"];
  if (!errors.is_array() || errors.empty() || !errors[0].is_object()) return 0;
  return errors[0].value("code", 0);
}

StatusCode CodeOf(int http_status) {
  switch (http_status) {
    case 401:
    case 403: return StatusCode::kFailedPrecondition;
    case 404: return StatusCode::kNotFound;
    case 413: return StatusCode::kOutOfRange;
    case 507: return StatusCode::kResourceExhausted;
    default: return http_status >= 500 ? StatusCode::kUnavailable : StatusCode::kInvalidArgument;
  }
}

std::string TextMember(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<int64_t> ExpirationOf(const Json& object) {
  const auto found = object.find("expiration");
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<int64_t>();
}

std::string MetadataOf(const Json& object) {
  const auto found = object.find("metadata");
  return found == object.end() || found->is_null() ? "" : JsonText(*found);
}

Status Unexpected(const char* what) {
  return Unavailable(std::string("the answer is none of Workers KV's API: ") + what);
}

// Of the answer to a creation; "" when it has none.
std::string NamespaceIdOf(const Bytes& body) {
  const Json envelope = ParseBody(body);
  if (!envelope.is_object() || !envelope.contains("result")) return "";
  return envelope["result"].is_object() ? TextMember(envelope["result"], "id") : "";
}

// A boundary that the parts do not hold.
std::string MakeBoundary(std::string_view value, std::string_view metadata) {
  std::random_device random;
  for (;;) {
    std::string boundary = "sedge-";
    for (int i = 0; i < 4; ++i) boundary += std::to_string(random());
    if (value.find(boundary) == std::string_view::npos &&
        metadata.find(boundary) == std::string_view::npos) {
      return boundary;
    }
  }
}

Bytes FormOf(std::string_view boundary, const Bytes& value, std::string_view metadata) {
  const std::string delimiter = "--" + std::string(boundary);
  const std::string head = delimiter +
                           "\r\nContent-Disposition: form-data; name=\"value\"; filename=\"value\""
                           "\r\nContent-Type: application/octet-stream\r\n\r\n";
  const std::string tail = "\r\n" + delimiter +
                           "\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n" +
                           std::string(metadata) + "\r\n" + delimiter + "--\r\n";
  std::vector<Bytes> parts;
  parts.push_back(Bytes::Copy(head));
  parts.push_back(Bytes::Copy(value.text()));
  parts.push_back(Bytes::Copy(tail));
  return Bytes::Join(std::move(parts));
}

std::string NamespaceTarget(std::string_view ns) { return "/" + PercentEncode(ns); }

std::string ValueTarget(std::string_view ns, std::string_view key) {
  return NamespaceTarget(ns) + "/values/" + PercentEncode(key);
}

}  // namespace

Status StatusOfReply(const KvReply& reply) {
  if (reply.status >= 200 && reply.status < 300) return {};
  const Json envelope = ParseBody(reply.body);
  if (envelope.is_object() && envelope.contains("errors") && envelope["errors"].is_array() &&
      !envelope["errors"].empty() && envelope["errors"][0].is_object()) {
    std::string message = TextMember(envelope["errors"][0], "message");
    const int code = FirstErrorCode(envelope);
    if (code != 0) message += " [code: " + std::to_string(code) + "]";
    if (code == admin::kNamespaceNotFound) {
      message += "; `sedge kv namespace list` shows those that there are";
    }
    if (reply.status == 401 || reply.status == 403) {
      message += "; a token is given by SEDGE_ADMIN_TOKEN, CLOUDFLARE_API_TOKEN or --token-file";
    }
    return Status(CodeOf(reply.status), std::move(message));
  }
  return Status(CodeOf(reply.status), "the server answers " + std::to_string(reply.status) + ": " +
                                          std::string(reply.body.text().substr(0, kMaxShownBody)));
}

Result<KvReply> KvClient::Call(const std::string& method, const std::string& target,
                               const std::string& content_type, const Bytes& body) {
  for (int attempt = 0;; ++attempt) {
    SEDGE_ASSIGN_OR_RETURN(KvReply reply,
                           access_.Call({method, target, content_type, Bytes::Copy(body.text())}));
    const bool busy = reply.status == 503 || reply.status == 429;
    if (!busy || attempt == kRetries) return reply;
    usleep(kFirstPauseUs << attempt);
  }
}

Result<Bytes> KvClient::CallJson(std::string method, std::string target, Bytes body) {
  KvRequest request{std::move(method), std::move(target), "", std::move(body)};
  if (!request.body.empty()) request.content_type = "application/json";
  SEDGE_ASSIGN_OR_RETURN(KvReply reply,
                         Call(request.method, request.target, request.content_type, request.body));
  SEDGE_RETURN_IF_ERROR(StatusOfReply(reply));
  return std::move(reply.body);
}

Result<std::vector<KvNamespaceInfo>> KvClient::Namespaces() {
  std::vector<KvNamespaceInfo> all;
  for (size_t page = 1;; ++page) {
    SEDGE_ASSIGN_OR_RETURN(const Bytes body,
                           CallJson("GET",
                                    "?per_page=" + std::to_string(kNamespacesPerPage) + "&page=" +
                                        std::to_string(page) + "&order=title&direction=asc",
                                    {}));
    const Json envelope = ParseBody(body);
    if (!envelope.is_object() || !envelope.contains("result") || !envelope["result"].is_array()) {
      return Unexpected("a list of namespaces is no array");
    }
    for (const Json& item : envelope["result"]) {
      if (!item.is_object()) return Unexpected("a namespace is no object");
      all.push_back({TextMember(item, "id"), TextMember(item, "title")});
    }
    if (envelope["result"].size() < kNamespacesPerPage) return all;
  }
}

Result<std::string> KvClient::CreateNamespace(std::string_view title) {
  SEDGE_ASSIGN_OR_RETURN(
      const Bytes body, CallJson("POST", "", Bytes::Copy("{\"title\":" + JsonString(title) + "}")));
  std::string id = NamespaceIdOf(body);
  if (id.empty()) return Unexpected("a new namespace has no id");
  return id;
}

Status KvClient::EnsureNamespace(std::string_view id, std::string_view title) {
  const auto make = [&](std::string_view name) {
    return CallJson(
        "POST", "",
        Bytes::Copy("{\"title\":" + JsonString(name) + ",\"id\":" + JsonString(id) + "}"));
  };
  Result<Bytes> body = make(title);
  // Another namespace may have the title, of another project or environment.
  if (!body.ok() && body.status().code() == StatusCode::kInvalidArgument && title != id) {
    body = make(id);
  }
  SEDGE_RETURN_IF_ERROR(body.status());
  const std::string made = NamespaceIdOf(*body);
  if (made == id) return {};
  // A server that does not know the member `id` has made one of its own.
  if (!made.empty()) SEDGE_RETURN_IF_ERROR(DeleteNamespace(made));
  return FailedPrecondition("there is no namespace " + std::string(id) +
                            ", and this server makes them with ids of its own only");
}

Status KvClient::RenameNamespace(std::string_view id, std::string_view title) {
  return CallJson("PUT", NamespaceTarget(id), Bytes::Copy("{\"title\":" + JsonString(title) + "}"))
      .status();
}

Status KvClient::DeleteNamespace(std::string_view id) {
  return CallJson("DELETE", NamespaceTarget(id), {}).status();
}

Result<std::optional<Bytes>> KvClient::Get(std::string_view ns, std::string_view key) {
  SEDGE_ASSIGN_OR_RETURN(KvReply reply, Call("GET", ValueTarget(ns, key), "", {}));
  if (reply.status == 404 && FirstErrorCode(ParseBody(reply.body)) == admin::kKeyNotFound) {
    return std::optional<Bytes>();
  }
  SEDGE_RETURN_IF_ERROR(StatusOfReply(reply));
  return std::optional<Bytes>(std::move(reply.body));
}

Status KvClient::Put(std::string_view ns, std::string_view key, Bytes value,
                     const KvPutOptions& options) {
  KvRequest request{"PUT", ValueTarget(ns, key), "application/octet-stream", {}};
  char separator = '?';
  const auto add = [&](const char* name, const std::optional<int64_t>& number) {
    if (!number) return;
    request.target +=
        std::exchange(separator, '&') + std::string(name) + "=" + std::to_string(*number);
  };
  add("expiration", options.expiration);
  add("expiration_ttl", options.ttl);
  if (options.metadata.empty()) {
    request.body = std::move(value);
  } else {
    const std::string boundary = MakeBoundary(value.text(), options.metadata);
    request.content_type = "multipart/form-data; boundary=" + boundary;
    request.body = FormOf(boundary, value, options.metadata);
  }
  SEDGE_ASSIGN_OR_RETURN(const KvReply reply,
                         Call(request.method, request.target, request.content_type, request.body));
  return StatusOfReply(reply);
}

Status KvClient::Delete(std::string_view ns, std::string_view key) {
  return CallJson("DELETE", ValueTarget(ns, key), {}).status();
}

Result<KvListedPage> KvClient::List(std::string_view ns, std::string_view prefix,
                                    std::string_view cursor) {
  std::string target = NamespaceTarget(ns) + "/keys?limit=1000";
  if (!prefix.empty()) target += "&prefix=" + PercentEncode(prefix);
  if (!cursor.empty()) target += "&cursor=" + PercentEncode(cursor);
  SEDGE_ASSIGN_OR_RETURN(const Bytes body, CallJson("GET", std::move(target), {}));
  const Json envelope = ParseBody(body);
  if (!envelope.is_object() || !envelope.contains("result") || !envelope["result"].is_array()) {
    return Unexpected("a list of keys is no array");
  }
  KvListedPage page;
  for (const Json& item : envelope["result"]) {
    if (!item.is_object()) return Unexpected("a key is no object");
    page.keys.push_back({TextMember(item, "name"), ExpirationOf(item), MetadataOf(item)});
  }
  const auto info = envelope.find("result_info");
  if (info != envelope.end() && info->is_object()) page.cursor = TextMember(*info, "cursor");
  return page;
}

namespace {

// What was not done although the call as a whole went well.
Status CheckBulkResult(const Bytes& body) {
  const Json envelope = ParseBody(body);
  if (!envelope.is_object() || !envelope.contains("result")) return {};
  const Json& result = envelope["result"];
  if (!result.is_object() || !result.contains("unsuccessful_keys")) return {};
  const Json& failed = result["unsuccessful_keys"];
  if (!failed.is_array() || failed.empty()) return {};
  return Unavailable("the server could not do it for " + std::to_string(failed.size()) +
                     " of the keys, such as " + JsonText(failed[0]) + "; do it again for these");
}

}  // namespace

Status KvClient::BulkPut(std::string_view ns, Bytes pairs) {
  SEDGE_ASSIGN_OR_RETURN(const Bytes body,
                         CallJson("PUT", NamespaceTarget(ns) + "/bulk", std::move(pairs)));
  return CheckBulkResult(body);
}

Status KvClient::BulkDelete(std::string_view ns, std::span<const std::string> keys) {
  std::string list = "[";
  for (const std::string& key : keys) {
    if (list.size() > 1) list += ',';
    AppendJsonString(list, key);
  }
  list += ']';
  SEDGE_ASSIGN_OR_RETURN(const Bytes body,
                         CallJson("POST", NamespaceTarget(ns) + "/bulk/delete", Bytes::Copy(list)));
  return CheckBulkResult(body);
}

Result<std::vector<KvGotEntry>> KvClient::BulkGet(std::string_view ns,
                                                  std::span<const std::string> keys) {
  std::string request = "{\"withMetadata\":true,\"keys\":[";
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) request += ',';
    AppendJsonString(request, keys[i]);
  }
  request += "]}";
  SEDGE_ASSIGN_OR_RETURN(const Bytes body,
                         CallJson("POST", NamespaceTarget(ns) + "/bulk/get", Bytes::Copy(request)));
  const Json envelope = ParseBody(body);
  const auto values = Json::json_pointer("/result/values");
  if (!envelope.is_object() || !envelope.contains(values) || !envelope[values].is_object()) {
    return Unexpected("a bulk get has no values");
  }
  std::vector<KvGotEntry> entries;
  for (const std::string& key : keys) {
    KvGotEntry& entry = entries.emplace_back(KvGotEntry{.name = key});
    const auto found = envelope[values].find(key);
    if (found == envelope[values].end() || !found->is_object()) continue;
    entry.found = true;
    entry.value = TextMember(*found, "value");
    entry.metadata = MetadataOf(*found);
    entry.expiration = ExpirationOf(*found);
  }
  return entries;
}

}  // namespace sedge::tools
