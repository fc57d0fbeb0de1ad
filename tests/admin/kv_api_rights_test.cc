// SPDX-License-Identifier: Apache-2.0
// Who may do what, and what the audit log is told.
#include "runtime/admin/entry_checks.h"
#include "tests/admin/kv_api_fixture.h"

namespace sedge::admin {
namespace {

class KvApiRightsTest : public KvApiTest {
 protected:
  KvApiRightsTest() {
    Put("other", "a", "2");
    Put("ns", "a", "1");
  }
};

TEST_F(KvApiRightsTest, EveryCallNeedsItsRight) {
  // Which of nothing, reading ns, writing ns, reading all, writing all suffices at first.
  const char* const kForm = R"({"title":"New title"})";
  const struct {
    const char* method;
    const char* path;
    const char* body;
    int least;
  } kCalls[] = {
      {"GET", "", "", 1},
      {"POST", "", R"({"title":"Made"})", 4},
      {"GET", "/ns", "", 1},
      {"PUT", "/ns", kForm, 2},
      {"GET", "/ns/keys", "", 1},
      {"GET", "/ns/values/a", "", 1},
      {"PUT", "/ns/values/a", "1", 2},
      {"GET", "/ns/metadata/a", "", 1},
      {"PUT", "/ns/bulk", R"([{"key":"a","value":"1"}])", 2},
      {"POST", "/ns/bulk/get", R"({"keys":["a"]})", 1},
      {"POST", "/ns/bulk/delete", R"(["b"])", 2},
      {"DELETE", "/ns/bulk", R"(["b"])", 2},
      {"GET", "/other/values/a", "", 3},
      {"PUT", "/other/values/a", "2", 4},
      {"DELETE", "/other", "", 4},
      {"DELETE", "/ns/values/a", "", 2},
      {"DELETE", "/ns", "", 2},
  };
  for (const auto& call : kCalls) {
    for (int held = 0; held <= 4; ++held) {
      rights_ = Rights::Of("who");
      if (held == 1) rights_.Grant("ns", Access::kRead);
      if (held == 2) rights_.Grant("ns", Access::kWrite);
      if (held == 3) rights_.Grant("*", Access::kRead);
      if (held == 4) rights_.Grant("*", Access::kWrite);
      const bool write_of_ns = call.least == 2;
      const bool allowed = held >= call.least && !(write_of_ns && held == 3);
      if (allowed && held > call.least && std::string_view(call.method) == "DELETE") continue;
      const std::string said = Say(call.method, call.path, call.body);
      EXPECT_EQ(said.substr(0, 9) != "403 10037", allowed)
          << call.method << " " << call.path << " with " << held << ": " << said;
      if (allowed) {
        EXPECT_EQ(said.substr(0, 3), "200") << call.path << ": " << said;
      }
    }
  }
}

TEST_F(KvApiRightsTest, ListsShowOnlyWhatMayBeRead) {
  rights_ = Rights::Of("who");
  rights_.Grant("other", Access::kRead);
  EXPECT_EQ(Say("GET", ""), R"(200 [{"id":"other","supports_url_encoding":true,"title":"other"}])");
  EXPECT_EQ(Body(Call("GET", ""))["result_info"]["total_count"], 1);
}

TEST_F(KvApiRightsTest, ANamespaceThatIsNotThereIsNotToldFromAForbiddenOne) {
  rights_ = Rights::Of("who");
  rights_.Grant("other", Access::kRead);
  EXPECT_EQ(Say("GET", "/ns/values/a"), Say("GET", "/missing/values/a"));
}

TEST_F(KvApiRightsTest, TheHigherGrantCounts) {
  Rights rights = Rights::Of("w");
  rights.Grant("*", Access::kRead);
  rights.Grant("a", Access::kWrite);
  rights.Grant("a", Access::kRead);
  EXPECT_TRUE(rights.MayWrite("a"));
  EXPECT_FALSE(rights.MayWrite("b"));
  EXPECT_TRUE(rights.MayRead("b"));
  EXPECT_FALSE(rights.MayWriteAll());
}

TEST_F(KvApiRightsTest, EveryWriteIsTold) {
  Call("GET", "/ns/values/a");
  Call("GET", "/ns/keys");
  Call("POST", "/ns/bulk/get", R"({"keys":["a"]})");
  EXPECT_TRUE(audit_.empty());
  Call("PUT", "/ns/values/a%20%0a%22b", "v");
  Call("PUT", "/ns/bulk", R"([{"key":"a","value":"1"},{"key":"b","value":"1"}])");
  Call("POST", "/ns/bulk/delete", R"(["a","b","c"])");
  Call("PUT", "/ns/values/k?expiration_ttl=1", "v");
  rights_ = Rights::Of("nobody");
  Call("DELETE", "/ns");
  ASSERT_EQ(audit_.size(), 5u);
  EXPECT_EQ(audit_[0].who, "test");
  EXPECT_EQ(audit_[0].client, "192.0.2.1");
  EXPECT_EQ(audit_[0].action, "put");
  EXPECT_EQ(audit_[0].ns, "ns");
  EXPECT_EQ(audit_[0].key, "a%20%0A%22b");
  EXPECT_EQ(audit_[0].keys, 1u);
  EXPECT_EQ(audit_[0].status, 200);
  EXPECT_EQ(audit_[1].action, "bulk put keys");
  EXPECT_EQ(audit_[1].keys, 2u);
  EXPECT_EQ(audit_[1].key, "");
  EXPECT_EQ(audit_[2].keys, 3u);
  EXPECT_EQ(audit_[3].status, 400);
  EXPECT_EQ(audit_[3].error, "Invalid expiration_ttl of 1. Expiration TTL must be at least 60.");
  EXPECT_EQ(audit_[4].who, "nobody");
  EXPECT_EQ(audit_[4].action, "remove namespace");
  EXPECT_EQ(audit_[4].status, 403);
}

TEST_F(KvApiRightsTest, WritesThatWereRefusedBeforeAreToldToo) {
  ApiRequest request;
  request.client = "192.0.2.1";
  request.rights = Rights::Of("who");
  const auto refuse = [&](const std::string& method, const std::string& path) {
    request.method = method;
    request.target = std::string(kBase) + path;
    api_.Refused(request, {413, kPayloadTooLarge, "too long"});
  };
  refuse("GET", "/ns/values/a");
  refuse("PUT", "/ns/nothing");
  EXPECT_TRUE(audit_.empty());
  refuse("PUT", "/n%20s/values/a%0A");
  refuse("PUT", "/ns/values/" + std::string(513, 'k'));
  refuse("DELETE", "/ns/bulk");
  ASSERT_EQ(audit_.size(), 3u);
  EXPECT_EQ(audit_[0].who, "who");
  EXPECT_EQ(audit_[0].client, "192.0.2.1");
  EXPECT_EQ(audit_[0].action, "put");
  EXPECT_EQ(audit_[0].ns, "n s");
  EXPECT_EQ(audit_[0].key, "a%0A");
  EXPECT_EQ(audit_[0].keys, 1u);
  EXPECT_EQ(audit_[0].status, 413);
  EXPECT_EQ(audit_[0].error, "too long");
  EXPECT_EQ(audit_[1].key, "");
  EXPECT_EQ(audit_[2].action, "bulk remove keys");
  EXPECT_EQ(audit_[2].keys, 0u);
}

TEST_F(KvApiRightsTest, ANamespaceThatIsThereAlreadyIsNoWrite) {
  Call("POST", "", R"({"title":"new","id":"new"})");
  EXPECT_EQ(audit_.size(), 1u);
  EXPECT_EQ(Say("POST", "", R"({"title":"other","id":"new"})"),
            R"(200 {"id":"new","supports_url_encoding":true,"title":"new"})");
  EXPECT_EQ(audit_.size(), 1u);
}

}  // namespace
}  // namespace sedge::admin
