// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/kv_api.h"

#include <optional>
#include <utility>
#include <vector>

#include "runtime/admin/kv_api_call.h"
#include "runtime/base/log.h"

namespace sedge::admin {

struct KvApi::Routes {
  static constexpr Route kAll[] = {
      {"GET", "accounts", &KvApi::ListAccounts, Need::kToken, "list accounts"},
      {"GET", "memberships", &KvApi::ListMemberships, Need::kToken, "list memberships"},
      {"GET", "user", &KvApi::GetUser, Need::kToken, "get user"},
      {"GET", "user/tokens/verify", &KvApi::VerifyToken, Need::kToken, "verify token"},
      {"GET", "accounts/:account/storage/kv/namespaces", &KvApi::ListNamespaces, Need::kToken,
       "list namespaces"},
      {"POST", "accounts/:account/storage/kv/namespaces", &KvApi::CreateNamespace, Need::kWriteAll,
       "create namespace"},
      {"GET", "accounts/:account/storage/kv/namespaces/:ns", &KvApi::GetNamespace, Need::kRead,
       "get namespace"},
      {"PUT", "accounts/:account/storage/kv/namespaces/:ns", &KvApi::RenameNamespace, Need::kWrite,
       "rename namespace"},
      {"DELETE", "accounts/:account/storage/kv/namespaces/:ns", &KvApi::DeleteNamespace,
       Need::kWrite, "remove namespace"},
      {"GET", "accounts/:account/storage/kv/namespaces/:ns/keys", &KvApi::ListKeys, Need::kRead,
       "list keys"},
      {"GET", "accounts/:account/storage/kv/namespaces/:ns/values/:key", &KvApi::GetValue,
       Need::kRead, "get"},
      {"PUT", "accounts/:account/storage/kv/namespaces/:ns/values/:key", &KvApi::PutValue,
       Need::kWrite, "put", kMaxValueBodyBytes},
      {"DELETE", "accounts/:account/storage/kv/namespaces/:ns/values/:key", &KvApi::DeleteValue,
       Need::kWrite, "remove key"},
      {"GET", "accounts/:account/storage/kv/namespaces/:ns/metadata/:key", &KvApi::GetMetadata,
       Need::kRead, "get metadata"},
      {"PUT", "accounts/:account/storage/kv/namespaces/:ns/bulk", &KvApi::BulkPut, Need::kWrite,
       "bulk put keys", kMaxBulkBodyBytes},
      {"DELETE", "accounts/:account/storage/kv/namespaces/:ns/bulk", &KvApi::BulkDelete,
       Need::kWrite, "bulk remove keys", kMaxKeysBodyBytes},
      {"POST", "accounts/:account/storage/kv/namespaces/:ns/bulk/delete", &KvApi::BulkDelete,
       Need::kWrite, "bulk remove keys", kMaxKeysBodyBytes},
      {"POST", "accounts/:account/storage/kv/namespaces/:ns/bulk/get", &KvApi::BulkGet, Need::kRead,
       "bulk get keys"},
  };
};

namespace {

constexpr size_t kBaseSegments = 2;  // of "/client/v4"

// Whether the segments behind the base are those of `path`.
bool Matches(std::string_view path, const std::vector<std::string_view>& segments) {
  size_t at = kBaseSegments;
  while (true) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view wanted = path.substr(0, end);
    if (at == segments.size()) return false;
    if (!wanted.starts_with(':') && wanted != segments[at]) return false;
    ++at;
    if (end == path.size()) return at == segments.size();
    path.remove_prefix(end + 1);
  }
}

// The segment at the place of `parameter`; "" when the path has none.
std::string_view SegmentOf(std::string_view path, std::string_view parameter,
                           const std::vector<std::string_view>& segments) {
  for (size_t at = kBaseSegments; !path.empty(); ++at) {
    const size_t end = std::min(path.find('/'), path.size());
    if (path.substr(0, end) == parameter) return segments[at];
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return {};
}

bool Has(std::string_view path, std::string_view parameter) {
  return path.find(parameter) != std::string_view::npos;
}

bool Allowed(Need need, const Rights& rights, std::string_view ns) {
  switch (need) {
    case Need::kToken: return rights.any();
    case Need::kRead: return rights.MayRead(ns);
    case Need::kWrite: return rights.MayWrite(ns);
    case Need::kWriteAll: return rights.MayWriteAll();
  }
  return false;
}

bool Writes(Need need) { return need == Need::kWrite || need == Need::kWriteAll; }

}  // namespace

KvApi::KvApi(kv::Store& store, KvApiOptions options)
    : store_(store), options_(std::move(options)) {}

KvApi::~KvApi() = default;

const KvApi::Route* KvApi::FindRoute(std::string_view method, std::string_view target,
                                     bool& known_path) {
  const ApiTarget parts(target);
  known_path = false;
  const auto& segments = parts.segments();
  if (segments.size() <= kBaseSegments || segments[0] != "client" || segments[1] != "v4") {
    return nullptr;
  }
  for (const Route& route : Routes::kAll) {
    if (!Matches(route.path, segments)) continue;
    known_path = true;
    if (route.method == method) return &route;
  }
  return nullptr;
}

bool KvApi::IsWrite(std::string_view method, std::string_view target) {
  bool known_path = false;
  const Route* route = FindRoute(method, target, known_path);
  return route && Writes(route->need);
}

size_t KvApi::MaxBodyBytes(std::string_view method, std::string_view target) {
  bool known_path = false;
  const Route* route = FindRoute(method, target, known_path);
  return route ? route->max_body : kMaxSmallBodyBytes;
}

ApiResponse KvApi::Handle(const ApiRequest& request) {
  if (request.method == "POST" && request.target == kBackupTarget) return Backup(request);
  bool known_path = false;
  const Route* route = FindRoute(request.method, request.target, known_path);
  if (!route && known_path) {
    return Failure(
        {405, kMethodNotAllowed, "Method " + request.method + " not available for that URI."});
  }
  if (!route) return Failure({404, kNoRoute, "No route for the URI"});
  Call call{request, ApiTarget(request.target), route->doing};
  ApiResponse response = HandleCall(*route, call);
  if (call.changes) Audit(*route, call, response.status);
  return response;
}

void KvApi::Audit(const Route& route, const Call& call, int status) {
  if (!options_.audit || !Writes(route.need)) return;
  const std::string key = PercentEncode(call.key);
  options_.audit({call.request.rights.who(), call.request.client, route.doing, call.ns, key,
                  call.keys, status, call.error});
}

void KvApi::Refused(const ApiRequest& request, const ApiError& error) {
  bool known_path = false;
  const Route* route = FindRoute(request.method, request.target, known_path);
  if (!route) return;
  Call call{request, ApiTarget(request.target), route->doing};
  const auto& segments = call.target.segments();
  call.ns = PercentDecode(SegmentOf(route->path, ":ns", segments)).value_or("");
  const auto key = PercentDecode(SegmentOf(route->path, ":key", segments));
  if (key && !CheckKey(*key)) {
    call.key = *key;
    call.keys = 1;
  }
  call.error = error.message;
  Audit(*route, call, error.status);
}

ApiResponse KvApi::HandleCall(const Route& route, Call& call) {
  const auto& segments = call.target.segments();
  const auto ns = PercentDecode(SegmentOf(route.path, ":ns", segments));
  if (!ns) return call.Fail({400, kMalformedNamespace, "malformed namespace id"});
  call.ns = *ns;
  call.account = SegmentOf(route.path, ":account", segments);
  if (!Allowed(route.need, call.request.rights, call.ns)) {
    return call.Fail({403, kNoPermission, "the token lacks permission to do this"});
  }
  if (call.request.body.size() > route.max_body) {
    return call.Fail({413, kPayloadTooLarge,
                      "The body is longer than " + std::to_string(route.max_body) + " bytes."});
  }
  std::shared_lock lock(namespaces_mutex_, std::defer_lock);
  if (route.need == Need::kWrite && route.handle != &KvApi::DeleteNamespace) lock.lock();
  if (Has(route.path, ":ns") && !NamespaceExists(call.ns)) {
    return call.Fail({404, kNamespaceNotFound, "namespace not found"});
  }
  if (Has(route.path, ":key")) {
    const auto key = PercentDecode(SegmentOf(route.path, ":key", segments));
    if (!key) return call.Fail({400, kIllegalKeyName, "Could not URL-decode key name"});
    if (MaybeError error = CheckKey(*key)) return call.Fail(std::move(*error));
    call.key = *key;
    call.keys = 1;
  }
  return (this->*route.handle)(call);
}

bool KvApi::NamespaceExists(const std::string& ns) {
  uint64_t deletions = 0;
  {
    const std::lock_guard lock(known_mutex_);
    if (known_.contains(ns)) return true;
    deletions = deletions_;
  }
  const auto all = store_.Namespaces();
  if (!all.ok()) return true;  // what is done next says what is wrong with the store
  bool found = false;
  const std::lock_guard lock(known_mutex_);
  for (const kv::NamespaceInfo& info : *all) {
    found |= info.id == ns;
    // One that was deleted meanwhile would be known for ever.
    if (deletions_ == deletions) known_.insert(info.id);
  }
  return found;
}

ApiResponse KvApi::Failed(Call& call, const Status& status) {
  // What is not the client's fault goes to the log in full: it names folders of this machine.
  LogError("KV administration request failed", {{"action", call.doing}, {"why", status.message()}});
  const bool full = status.code() == StatusCode::kResourceExhausted;
  const bool later = status.code() == StatusCode::kUnavailable;
  return call.Fail({full    ? 507
                    : later ? 503
                            : 500,
                    kServiceUnavailable,
                    full    ? "the store has no space left"
                    : later ? "service temporarily unavailable"
                            : "the store failed; the log of the server says why"});
}

}  // namespace sedge::admin
