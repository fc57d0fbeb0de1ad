// SPDX-License-Identifier: Apache-2.0
// Backups through the API: by the socket alone, into a folder of this machine.
#include <gmock/gmock.h>

#include "kv/backup.h"
#include "tests/admin/kv_api_fixture.h"

namespace sedge::admin {
namespace {

using ::testing::HasSubstr;

class KvApiBackupTest : public KvApiTest {
 protected:
  ApiResponse Ask(std::string_view client, const std::string& body) {
    ApiRequest request;
    request.method = "POST";
    request.target = kBackupTarget;
    request.body = Bytes::Copy(body);
    request.rights = Rights::All("local");
    request.client = client;
    return api_.Handle(request);
  }
};

TEST_F(KvApiBackupTest, TheSocketMakesOne) {
  Put("ns", "key", "value");
  const std::string folder = folder_.path() + "/backups";
  const ApiResponse made = Ask(kLocalClient, json{{"folder", folder}}.dump());
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(json::parse(made.body.text())["result"]["id"], 1);
  EXPECT_EQ(kv::ListBackups(folder)->size(), 1u);
}

TEST_F(KvApiBackupTest, NobodyElseDoes) {
  EXPECT_EQ(Ask("192.0.2.1", R"({"folder":"/tmp/x"})").status, 403);
}

TEST_F(KvApiBackupTest, RefusesAnotherBodyAndSaysWhatFailed) {
  for (const char* body : {"", "[]", "{}", R"({"folder":1})", R"({"folder":"relative"})"}) {
    EXPECT_EQ(Ask(kLocalClient, body).status, 400) << body;
  }
  const ApiResponse inside = Ask(kLocalClient, json{{"folder", options_.path + "/b"}}.dump());
  EXPECT_EQ(inside.status, 500);
  EXPECT_THAT(std::string(inside.body.text()), HasSubstr("is inside the KV folder"));
}

}  // namespace
}  // namespace sedge::admin
