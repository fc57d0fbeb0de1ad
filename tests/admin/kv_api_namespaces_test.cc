// SPDX-License-Identifier: Apache-2.0
// Namespaces of the REST API, the account that stands for all, and what is no route.
#include "tests/admin/kv_api_fixture.h"

namespace sedge::admin {
namespace {

using KvApiNamespacesTest = KvApiTest;

TEST_F(KvApiNamespacesTest, AreMadeRenamedAndDeleted) {
  const json made = Body(Call("POST", "", R"({"title":"My \"KV\""})"))["result"];
  const std::string id = made["id"];
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(made["title"], "My \"KV\"");
  EXPECT_EQ(made["supports_url_encoding"], true);
  EXPECT_EQ(Body(Call("GET", "/" + id))["result"], made);
  EXPECT_EQ(Say("PUT", "/" + id + "/values/a", "1"), "200 {}");
  EXPECT_EQ(Body(Call("PUT", "/" + id, R"({"title":"Other"})"))["result"]["title"], "Other");
  EXPECT_EQ(Body(Call("GET", "/" + id))["result"]["title"], "Other");
  EXPECT_EQ(Say("DELETE", "/" + id), "200 {}");
  EXPECT_EQ(Say("DELETE", "/" + id), "404 10013 remove namespace: 'namespace not found'");
  EXPECT_EQ(Say("PUT", "/" + id, R"({"title":"x"})"),
            "404 10013 rename namespace: 'namespace not found'");
  EXPECT_EQ(Say("GET", "/" + id), "404 10013 get namespace: 'namespace not found'");
  EXPECT_EQ(Say("GET", "/" + id + "/values/a"), "404 10013 get: 'namespace not found'");
  EXPECT_EQ(Say("PUT", "/" + id + "/values/a"), "404 10013 put: 'namespace not found'");
  EXPECT_EQ(Say("GET", "/" + id + "/keys"), "404 10013 list keys: 'namespace not found'");
  EXPECT_EQ(Say("DELETE", "/" + id + "/values/a"), "404 10013 remove key: 'namespace not found'");
}

TEST_F(KvApiNamespacesTest, KeepAnIdThatTheyBring) {
  const auto made = [&](const char* body) { return Body(Call("POST", "", body))["result"]; };
  EXPECT_EQ(made(R"({"title":"CACHE","id":"a / b"})")["id"], "a / b");
  EXPECT_EQ(made(R"({"title":"other","id":"a / b"})")["title"], "CACHE") << "it was there";
  EXPECT_EQ(Say("PUT", "/a%20%2F%20b/values/k", "v"), "200 {}");
  EXPECT_EQ(Say("POST", "", R"({"title":"CACHE","id":"c"})").substr(0, 9), "400 10014");
  for (const std::string& id : {std::string(), std::string(513, 'i')}) {
    EXPECT_EQ(Say("POST", "", json{{"title", "t"}, {"id", id}}.dump()),
              "400 10010 create namespace: 'An id is a text of 1 to 512 bytes.'");
  }
  EXPECT_EQ(Say("POST", "", R"({"title":"t","id":5})").substr(0, 9), "400 10010");
}

TEST_F(KvApiNamespacesTest, AreKnownOnceAWorkerHasWrittenToThem) {
  EXPECT_EQ(Say("GET", "/mine/values/a"), "404 10013 get: 'namespace not found'");
  Put("mine", "a", "1");
  EXPECT_EQ(Say("GET", "/mine/values/a"), "200 1");
  Put("odd / name", "a", "2");
  EXPECT_EQ(Say("GET", "/odd%20%2F%20name/values/a"), "200 2");
  EXPECT_EQ(Say("GET", "/odd%2/values/a"), "400 10010 get: 'malformed namespace id'");
}

TEST_F(KvApiNamespacesTest, CheckTheirTitles) {
  const std::string taken =
      "namespace: 'a namespace with this account ID and title already exists'";
  EXPECT_EQ(Say("POST", "", R"({"title":"The namespace"})"), "400 10014 create " + taken);
  EXPECT_EQ(Say("PUT", "/ns", R"({"title":"The namespace"})").substr(0, 3), "200");
  Put("b", "k", "v");
  EXPECT_EQ(Say("PUT", "/b", R"({"title":"The namespace"})"), "400 10014 rename " + taken);
  for (const char* body : {"{}", R"({"title":""})", R"({"title":5})"}) {
    EXPECT_EQ(Say("POST", "", body), "400 10019 create namespace: 'missing title'") << body;
  }
  for (const char* body : {"", "[]", "nonsense", "\"title\""}) {
    EXPECT_EQ(Say("POST", "", body),
              "400 10029 create namespace: 'The body must be a JSON object.'")
        << body;
  }
  const auto titled = [](size_t length) {
    return json{{"title", std::string(length, 't')}}.dump();
  };
  EXPECT_EQ(Say("POST", "", titled(512)).substr(0, 3), "200");
  EXPECT_EQ(Say("POST", "", titled(513)),
            "400 10010 create namespace: 'The title has 513 bytes; the limit is 512.'");
}

TEST_F(KvApiNamespacesTest, AreNoMoreThanTheStoreTakes) {
  for (size_t i = 1; i < kv::kMaxNamespaces; ++i) {
    ASSERT_TRUE(store_->CreateNamespace("t" + std::to_string(i)).ok()) << i;
  }
  EXPECT_EQ(Say("POST", "", R"({"title":"one more"})"),
            "400 10018 create namespace: 'too many namespaces: the limit is 1000'");
}

TEST_F(KvApiNamespacesTest, AreListedInPagesThatEnd) {
  ASSERT_TRUE(store_->EnsureNamespace("a", "Zed").ok());
  ASSERT_TRUE(store_->EnsureNamespace("z", "Alpha").ok());
  const auto ids = [&](const std::string& query) {
    std::string text;
    const json list = Body(Call("GET", query));
    for (const json& ns : list["result"]) {
      text += ns["id"].get<std::string>() + " ";
    }
    return text;
  };
  EXPECT_EQ(ids(""), "a ns z ");
  EXPECT_EQ(ids("?order=title&direction=asc&per_page=1000"), "z ns a ");
  EXPECT_EQ(ids("?order=title&direction=desc"), "a ns z ");
  EXPECT_EQ(ids("?order=id&direction=desc"), "z ns a ");
  EXPECT_EQ(ids("?per_page=2"), "a ns ");
  EXPECT_EQ(ids("?per_page=2&page=2"), "z ");
  EXPECT_EQ(ids("?per_page=2&page=3"), "");
  EXPECT_EQ(Body(Call("GET", "?per_page=2&page=2"))["result_info"],
            (json{{"count", 1}, {"page", 2}, {"per_page", 2}, {"total_count", 3}}));
  for (const auto& [query, code] :
       std::vector<std::pair<std::string, std::string>>{{"page=0", "400 10007"},
                                                        {"page=x", "400 10007"},
                                                        {"page=99999999999999999999", "400 10007"},
                                                        {"page=-1", "400 10007"},
                                                        {"per_page=0", "400 10008"},
                                                        {"per_page=1001", "400 10008"},
                                                        {"order=name", "400 10043"},
                                                        {"direction=up", "400 10044"}}) {
    EXPECT_EQ(Say("GET", "?" + query).substr(0, 9), code) << query;
  }
}

TEST_F(KvApiNamespacesTest, BelongToAnAccountThatIsAlwaysThere) {
  for (const char* path : {"accounts", "memberships"}) {
    const std::string target = "/client/v4/" + std::string(path);
    EXPECT_EQ(Body(Call("GET", target))["result"].size(), 1u);
    EXPECT_EQ(Body(Call("GET", target + "?page=2"))["result"].size(), 0u);
  }
  EXPECT_EQ(Body(Call("GET", "/client/v4/user/tokens/verify"))["result"]["status"], "active");
  EXPECT_EQ(Body(Call("GET", "/client/v4/user"))["result"]["username"], "test");
}

TEST_F(KvApiNamespacesTest, WhatIsNoRouteSaysSo) {
  for (const char* target :
       {"/", "/client", "/client/v4", "/client/v4/", "/client/v5/accounts", "/client/v4/zones",
        "/client/v4/accounts/acc/storage/kv", "/client/v4/accounts/acc/storage/kv/namespaces/",
        "/client/v4/accounts/acc/storage/kv/namespaces/ns/bulk/put",
        "/client/v4/accounts/acc/storage/kv/namespaces/ns/values"}) {
    ApiRequest request;
    request.method = "GET";
    request.target = target;
    request.rights = rights_;
    const std::string said = Text(api_.Handle(request));
    const bool empty_ns = std::string_view(target).ends_with("namespaces/");
    EXPECT_EQ(said, empty_ns ? "404 10013 get namespace: 'namespace not found'"
                             : "404 7003 No route for the URI")
        << target;
  }
  EXPECT_EQ(Say("PATCH", "/ns/values/a"), "405 7001 Method PATCH not available for that URI.");
  EXPECT_EQ(Say("POST", "/ns/values/a"), "405 7001 Method POST not available for that URI.");
}

}  // namespace
}  // namespace sedge::admin
