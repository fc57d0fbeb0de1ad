// SPDX-License-Identifier: Apache-2.0
// KvApi's namespaces, and what stands for the account that they belong to.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/admin/json_text.h"
#include "runtime/admin/kv_api_call.h"
#include "runtime/base/ascii.h"

namespace sedge::admin {
namespace {

// There is one account, and every name of it is right.
constexpr std::string_view kAccount =
    R"({"id":"00000000000000000000000000000000","name":"sedge","type":"standard"})";

constexpr size_t kDefaultPerPage = 20;
constexpr size_t kMaxPerPage = 1000;
// As configurations have them.
constexpr size_t kMaxNamespaceIdBytes = 512;

struct PageOptions {
  size_t page = 1;
  size_t per_page = kDefaultPerPage;
  bool by_title = false;
  bool descending = false;
};

bool ReadNumber(const std::optional<std::string>& text, size_t max, size_t& number) {
  if (!text) return true;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  return error == std::errc() && end == text->data() + text->size() && number >= 1 && number <= max;
}

MaybeError ReadPageOptions(const ApiTarget& target, PageOptions& options) {
  if (!ReadNumber(target.Parameter("page"), SIZE_MAX / kMaxPerPage, options.page)) {
    return ApiError{400, kMalformedPage, "malformed page parameter"};
  }
  if (!ReadNumber(target.Parameter("per_page"), kMaxPerPage, options.per_page)) {
    return ApiError{400, kMalformedPerPage, "malformed per_page parameter: 1 to 1000 is allowed"};
  }
  const std::string order = target.Parameter("order").value_or("id");
  if (order != "id" && order != "title") {
    return ApiError{400, kInvalidOrder, "invalid order: id or title is allowed"};
  }
  options.by_title = order == "title";
  const std::string direction = target.Parameter("direction").value_or("asc");
  if (direction != "asc" && direction != "desc") {
    return ApiError{400, kInvalidDirection, "invalid direction: asc or desc is allowed"};
  }
  options.descending = direction == "desc";
  return std::nullopt;
}

std::string PageInfo(size_t count, const PageOptions& options, size_t total) {
  return "{\"count\":" + std::to_string(count) + ",\"page\":" + std::to_string(options.page) +
         ",\"per_page\":" + std::to_string(options.per_page) +
         ",\"total_count\":" + std::to_string(total) + "}";
}

// A list of one element, whose second page is empty.
ApiResponse OneElement(const ApiTarget& target, std::string_view element) {
  PageOptions options;
  (void)ReadPageOptions(target, options);
  const bool there = options.page == 1;
  return Success(there ? "[" + std::string(element) + "]" : "[]",
                 PageInfo(there ? 1 : 0, options, 1));
}

void AppendNamespace(std::string& out, const kv::NamespaceInfo& info) {
  out += "{\"id\":";
  AppendJsonString(out, info.id);
  out += ",\"title\":";
  AppendJsonString(out, info.title);
  out += ",\"supports_url_encoding\":true}";
}

std::string NamespaceJson(const kv::NamespaceInfo& info) {
  std::string text;
  AppendNamespace(text, info);
  return text;
}

// `id`, when it is given, gets the one that the body asks for: a member of ours, for data that
// comes with its ids from elsewhere. Empty: none.
MaybeError ReadTitle(std::string_view body, std::string& title, std::string* id = nullptr) {
  std::string mended;
  const auto json = nlohmann::json::parse(WithoutLoneSurrogates(body, mended), nullptr, false);
  if (!json.is_object()) return ApiError{400, kInvalidRequest, "The body must be a JSON object."};
  const auto found = json.find("title");
  if (found == json.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) {
    return ApiError{400, kMissingTitle, "missing title"};
  }
  title = found->get<std::string>();
  if (title.size() > kv::kMaxTitleBytes) {
    return ApiError{400, kMalformedNamespace,
                    "The title has " + std::to_string(title.size()) + " bytes; the limit is " +
                        std::to_string(kv::kMaxTitleBytes) + "."};
  }
  if (!id || !json.contains("id")) return std::nullopt;
  const nlohmann::json& given = json["id"];
  if (given.is_string()) *id = given.get<std::string>();
  if (id->empty() || id->size() > kMaxNamespaceIdBytes) {
    return ApiError{400, kMalformedNamespace,
                    "An id is a text of 1 to " + std::to_string(kMaxNamespaceIdBytes) + " bytes."};
  }
  return std::nullopt;
}

MaybeError TitleError(const Status& status) {
  switch (status.code()) {
    case StatusCode::kAlreadyExists:
      return ApiError{400, kNamespaceExists,
                      "a namespace with this account ID and title already exists"};
    case StatusCode::kResourceExhausted:
      return ApiError{400, kTooManyNamespaces,
                      "too many namespaces: the limit is " + std::to_string(kv::kMaxNamespaces)};
    case StatusCode::kNotFound: return ApiError{404, kNamespaceNotFound, "namespace not found"};
    default: return std::nullopt;
  }
}

// The one that is there keeps its title; `is_new` says whether there was none.
Result<kv::NamespaceInfo> MakeWithId(kv::Store& store, const std::string& id,
                                     const std::string& title, bool& is_new) {
  SEDGE_ASSIGN_OR_RETURN(const std::vector<kv::NamespaceInfo> all, store.Namespaces());
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const kv::NamespaceInfo& info) { return info.id == id; });
  is_new = found == all.end();
  if (!is_new) return *found;
  SEDGE_RETURN_IF_ERROR(store.EnsureNamespace(id, title));
  return kv::NamespaceInfo{id, title};
}

}  // namespace

ApiResponse KvApi::ListAccounts(Call& call) { return OneElement(call.target, kAccount); }

ApiResponse KvApi::ListMemberships(Call& call) {
  return OneElement(call.target,
                    R"({"id":"00000000000000000000000000000000","status":"accepted","account":)" +
                        std::string(kAccount) + "}");
}

ApiResponse KvApi::GetUser(Call& call) {
  return Success("{\"id\":\"00000000000000000000000000000000\",\"email\":\"\",\"username\":" +
                 JsonString(call.request.rights.who()) + "}");
}

ApiResponse KvApi::VerifyToken(Call&) {
  return Success(R"({"id":"00000000000000000000000000000000","status":"active"})");
}

ApiResponse KvApi::ListNamespaces(Call& call) {
  PageOptions options;
  if (MaybeError error = ReadPageOptions(call.target, options)) return call.Fail(std::move(*error));
  Result<std::vector<kv::NamespaceInfo>> found = store_.Namespaces();
  if (!found.ok()) return Failed(call, found.status());
  std::erase_if(*found, [&](const auto& ns) { return !call.request.rights.MayRead(ns.id); });
  if (options.by_title) {
    std::stable_sort(found->begin(), found->end(),
                     [](const auto& a, const auto& b) { return a.title < b.title; });
  }
  if (options.descending) std::reverse(found->begin(), found->end());
  const size_t begin = std::min((options.page - 1) * options.per_page, found->size());
  const size_t end = std::min(begin + options.per_page, found->size());
  std::string list = "[";
  for (size_t i = begin; i < end; ++i) {
    if (i > begin) list += ',';
    AppendNamespace(list, (*found)[i]);
  }
  return Success(list += ']', PageInfo(end - begin, options, found->size()));
}

ApiResponse KvApi::CreateNamespace(Call& call) {
  std::string title, id;
  if (MaybeError error = ReadTitle(call.body(), title, &id)) return call.Fail(std::move(*error));
  const Result<kv::NamespaceInfo> made =
      id.empty() ? store_.CreateNamespace(title) : MakeWithId(store_, id, title, call.changes);
  if (made.ok()) {
    call.ns = made->id;
    return Success(NamespaceJson(*made));
  }
  if (MaybeError error = TitleError(made.status())) return call.Fail(std::move(*error));
  return Failed(call, made.status());
}

ApiResponse KvApi::GetNamespace(Call& call) {
  const Result<std::vector<kv::NamespaceInfo>> all = store_.Namespaces();
  if (!all.ok()) return Failed(call, all.status());
  const auto found =
      std::find_if(all->begin(), all->end(), [&](const auto& info) { return info.id == call.ns; });
  if (found == all->end()) return call.Fail({404, kNamespaceNotFound, "namespace not found"});
  return Success(NamespaceJson(*found));
}

ApiResponse KvApi::RenameNamespace(Call& call) {
  std::string title;
  if (MaybeError error = ReadTitle(call.body(), title)) return call.Fail(std::move(*error));
  const Status renamed = store_.RenameNamespace(call.ns, title);
  if (renamed.ok()) return Success(NamespaceJson({call.ns, title}));
  if (MaybeError error = TitleError(renamed)) return call.Fail(std::move(*error));
  return Failed(call, renamed);
}

ApiResponse KvApi::DeleteNamespace(Call& call) {
  const std::unique_lock lock(namespaces_mutex_);
  const Status deleted = store_.DeleteNamespace(call.ns);
  {
    const std::lock_guard known(known_mutex_);
    ++deletions_;
    known_.erase(call.ns);
  }
  if (deleted.ok()) return Success("{}");
  if (MaybeError error = TitleError(deleted)) return call.Fail(std::move(*error));
  return Failed(call, deleted);
}

}  // namespace sedge::admin
