// SPDX-License-Identifier: Apache-2.0
// What tests of the REST API share: a store, a namespace "ns" in it, and calls as one line.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/admin/kv_api.h"
#include "tests/kv/kv_test_util.h"

namespace sedge::admin {

using nlohmann::json;

class KvApiTest : public kv::StoreTest {
 protected:
  static constexpr std::string_view kBase = "/client/v4/accounts/acc/storage/kv/namespaces";

  KvApiTest() { EXPECT_TRUE(store_->EnsureNamespace("ns", "The namespace").ok()); }

  // `path` is below "/namespaces", or starts with "/client".
  ApiResponse Call(std::string_view method, std::string_view path, std::string_view body = "",
                   std::vector<Header> headers = {}) {
    ApiRequest request;
    request.method = method;
    request.target =
        path.starts_with("/client") ? std::string(path) : std::string(kBase) + std::string(path);
    request.headers = std::move(headers);
    request.body = Bytes::Copy(body);
    request.rights = rights_;
    request.client = "192.0.2.1";
    return api_.Handle(request);
  }

  // "200 {...}" with the result only, or "404 10009 get: 'key not found'".
  static std::string Text(const ApiResponse& response) {
    std::string text = std::to_string(response.status) + " ";
    const json body = json::parse(response.body.text(), nullptr, false);
    if (!body.is_object() || !body.contains("success"))
      return text + std::string(response.body.text());
    EXPECT_EQ(body.value("success", false), response.status == 200) << body;
    if (body["success"] == true) return text + body["result"].dump();
    return text + body["errors"][0]["code"].dump() + " " +
           body["errors"][0]["message"].get<std::string>();
  }
  std::string Say(std::string_view method, std::string_view path, std::string_view body = "") {
    return Text(Call(method, path, body));
  }
  json Body(const ApiResponse& response) {
    return json::parse(response.body.text(), nullptr, false);
  }

  Rights rights_ = Rights::All("test");
  struct Audit {
    std::string who, client, action, ns, key;
    size_t keys;
    int status;
    std::string error;
  };
  std::vector<Audit> audit_;
  KvApi api_{*store_,
             {.clock = &clock_, .audit = [this](const AuditRecord& a) {
                audit_.push_back({std::string(a.who), std::string(a.client), std::string(a.action),
                                  std::string(a.ns), std::string(a.key), a.keys, a.status,
                                  std::string(a.error)});
              }}};
};

}  // namespace sedge::admin
