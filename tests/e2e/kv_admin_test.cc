// SPDX-License-Identifier: Apache-2.0
// The administration API of the real binary: who gets in, what is logged, both listeners, and what
// workers see of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <sstream>

#include "tests/e2e/harness/admin.h"
#include "tests/e2e/harness/project.h"

namespace sedge::e2e {
namespace {

using nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// printf %s reader | sha256sum, and of writer.
const std::string kReaderHash = "3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30";
const std::string kWriterHash = "b93006774cbdd4b299389a03ac3d88c3a76b460d538795bc12718011a909fba5";

std::string Text(const HttpResponse& response) { return AdminProcess::Text(response); }

// Over the Unix socket.
std::string Local(const AdminProcess& admin, const std::string& method, const std::string& path,
                  const std::string& body = "") {
  RawConnection connection("unix:" + admin.SocketPath());
  connection.Send(method + " " + path +
                  " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body);
  return connection.ReadToEnd();
}

TEST(KvAdminTest, SharesTheStoreWithTheWorkers) {
  AdminProcess admin;
  EXPECT_EQ(Text(admin.Call("PUT", "/CACHE/values/a%2Fb", "one")), "200 {}");
  EXPECT_EQ(Get(admin.worker_url() + "/a%2Fb").body, "one");
  const HttpResponse got = admin.Call("GET", "/CACHE/values/a%2Fb");
  EXPECT_EQ(got.body, "one");
  EXPECT_EQ(got.Header("content-type"), "application/octet-stream");
  EXPECT_EQ(got.Header("content-length"), "3");
  EXPECT_EQ(Text(admin.Call("GET", "/CACHE/values/b")), "404 10009 get: 'key not found'");
  EXPECT_EQ(Text(admin.Call("GET", "/NONE/keys")), "404 10013 list keys: 'namespace not found'");
  EXPECT_EQ(admin.Call("GET", "/CACHE/keys").Header("content-type"), "application/json");
}

TEST(KvAdminTest, ShowsTheNamespacesOfConfigurations) {
  AdminProcess admin({"--kv", "SECOND=other id"});
  EXPECT_EQ(Text(admin.Call("GET", "?order=title")),
            R"(200 [{"id":"CACHE","supports_url_encoding":true,"title":"CACHE"},)"
            R"({"id":"other id","supports_url_encoding":true,"title":"other id"}])");
}

TEST(KvAdminTest, NeedsAToken) {
  AdminProcess admin;
  const std::string refused = "401 10000 Authentication error";
  EXPECT_EQ(Text(admin.Call("GET", "", "", "")), refused);
  EXPECT_EQ(Text(admin.Call("GET", "", "", "wrong")), refused);
  EXPECT_EQ(Text(admin.Call("PUT", "/CACHE/values/a", "x", "wrong")), refused);
  EXPECT_EQ(admin.Call("GET", "", "", "").Header("www-authenticate"), "Bearer");
  EXPECT_EQ(Text(Get(admin.url() + "/anything")), refused) << "nothing is told before";
  EXPECT_EQ(Text(Get(admin.Namespaces(), {{"Authorization", "Basic abc"}})), refused);
  EXPECT_EQ(Get(admin.Namespaces(), {{"X-Auth-Key", AdminProcess::kToken}}).status, 200);
  EXPECT_EQ(Text(Get(admin.Namespaces(), {{"X-Auth-Key", "wrong"}})), refused);
  EXPECT_EQ(
      Get(admin.Namespaces(), {{"Authorization", std::string("bearer ") + AdminProcess::kToken}})
          .status,
      200);
  EXPECT_EQ(Text(Get(admin.url() + "/anything",
                     {{"Authorization", std::string("Bearer ") + AdminProcess::kToken}})),
            "404 7003 No route for the URI");
}

TEST(KvAdminTest, TokensOfAFileHaveTheirRights) {
  TempFolder folder;
  const std::string file =
      folder.Write("tokens", "# two\nreader " + kReaderHash + " read:CACHE\nwriter " + kWriterHash +
                                 " write:CACHE\n");
  AdminProcess admin({"--kv", "OTHER", "--admin-tokens", file});
  EXPECT_EQ(Text(admin.Call("PUT", "/CACHE/values/a", "1", "writer")), "200 {}");
  EXPECT_EQ(Text(admin.Call("GET", "/CACHE/values/a", "", "reader")), "200 1");
  const std::string lacks = "'the token lacks permission to do this'";
  EXPECT_EQ(Text(admin.Call("PUT", "/CACHE/values/a", "2", "reader")), "403 10037 put: " + lacks);
  EXPECT_EQ(Text(admin.Call("GET", "/OTHER/keys", "", "writer")), "403 10037 list keys: " + lacks);
  EXPECT_EQ(json::parse(admin.Call("GET", "", "", "reader").body)["result"].size(), 1u);
  EXPECT_EQ(json::parse(admin.Call("GET", "").body)["result"].size(), 2u);
}

TEST(KvAdminTest, DoesNotListenWithoutAToken) {
  Project project(
      {{"worker.js", "export default {}"}, {"empty", "# nobody\n"}, {"bad", "ci secret\n"}});
  unsetenv("SEDGE_ADMIN_TOKEN");
  EXPECT_EQ(project.Fails({"worker.js", "--admin", "127.0.0.1:0"}), 1);
  EXPECT_THAT(project.process().err(),
              HasSubstr("--admin 127.0.0.1:0: without a token everybody could read and change the "
                        "data; give --admin-tokens FILE, or set SEDGE_ADMIN_TOKEN"));
  EXPECT_EQ(project.Fails({"worker.js", "--admin", "127.0.0.1:0", "--admin-tokens", "empty"}), 1);
  EXPECT_THAT(project.process().err(), HasSubstr("--admin-tokens empty: the file names no token"));
  EXPECT_EQ(project.Fails({"worker.js", "--admin", "127.0.0.1:0", "--admin-tokens", "bad"}), 1);
  EXPECT_THAT(project.process().err(), HasSubstr("bad:1: the second word is no SHA-256 hash"));
}

TEST(KvAdminTest, WithoutTheFlagThereIsNoListener) {
  Project project({{"worker.js", "export default { fetch() { return new Response('x'); } }"}});
  project.Serve({"worker.js", "--kv", "CACHE"});
  EXPECT_THAT(project.process().out(), Not(HasSubstr("Admin")));
  EXPECT_THAT(project.process().out(), Not(HasSubstr("admin.sock")));
}

TEST(KvAdminTest, APortThatIsTakenIsNamed) {
  AdminProcess first;
  Project project({{"worker.js", "export default {}"}});
  setenv("SEDGE_ADMIN_TOKEN", "x", 1);
  const std::string address = first.url().substr(7);
  EXPECT_EQ(project.Fails({"worker.js", "--admin", address}), 1);
  unsetenv("SEDGE_ADMIN_TOKEN");
  EXPECT_THAT(project.process().err(), HasSubstr("listen EADDRINUSE " + address));
}

TEST(KvAdminTest, TheSocketNeedsNoTokenAndIsItsOwnersAlone) {
  AdminProcess admin;
  struct stat status;
  ASSERT_EQ(stat(admin.SocketPath().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const std::string base = "/client/v4/accounts/a/storage/kv/namespaces";
  EXPECT_THAT(Local(admin, "PUT", base + "/CACHE/values/k", "local"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Local(admin, "GET", base + "/CACHE/values/k"), EndsWith("\r\n\r\nlocal"));
  EXPECT_EQ(Get(admin.worker_url() + "/k").body, "local");
  EXPECT_TRUE(
      admin.process().WaitForLog("who=local client=unix: action=put namespace=CACHE key=k"));
  admin.Stop();
  EXPECT_NE(stat(admin.SocketPath().c_str(), &status), 0) << "it goes with the server";
}

TEST(KvAdminTest, ADeadSocketIsReplaced) {
  AdminProcess admin;
  admin.process().Signal(SIGKILL);
  admin.process().WaitForExit();
  struct stat status;
  ASSERT_EQ(stat(admin.SocketPath().c_str(), &status), 0);
  admin.Start();
  EXPECT_THAT(Local(admin, "GET", "/client/v4/accounts/a/storage/kv/namespaces"),
              StartsWith("HTTP/1.1 200"));
}

TEST(KvAdminTest, APathTooLongForASocketDoesNotStopTheServer) {
  TempFolder folder;
  const std::string deep = folder.path() + "/" + std::string(120, 'd');
  AdminProcess admin({"--data-dir", deep});
  EXPECT_THAT(admin.process().err(), HasSubstr("there is no administration socket"));
  EXPECT_EQ(admin.Call("GET", "").status, 200);
}

TEST(KvAdminTest, LogsEveryWriteAsOneLineOfJson) {
  AdminProcess admin({"--log-format", "json"});
  admin.Call("GET", "/CACHE/values/a");
  admin.Call("PUT", "/CACHE/values/a%0Ab", "x");
  admin.Call("PUT", "/CACHE/bulk", R"([{"key":"k\n1","value":"1"},{"key":"k2","value":"2"}])");
  admin.Call("PUT", "/CACHE/values/a?expiration_ttl=59", "x");
  ASSERT_TRUE(admin.process().WaitForLog("Invalid expiration_ttl"));
  std::vector<json> writes;
  std::istringstream log(admin.process().err());
  for (std::string line; std::getline(log, line);) {
    const json entry = json::parse(line, nullptr, false);
    ASSERT_FALSE(entry.is_discarded()) << line;
    if (entry["message"] == "admin write") writes.push_back(entry);
  }
  ASSERT_EQ(writes.size(), 3u);
  EXPECT_EQ(writes[0]["who"], "SEDGE_ADMIN_TOKEN");
  EXPECT_EQ(writes[0]["client"], "127.0.0.1");
  EXPECT_EQ(writes[0]["action"], "put");
  EXPECT_EQ(writes[0]["namespace"], "CACHE");
  EXPECT_EQ(writes[0]["key"], "a%0Ab");
  EXPECT_EQ(writes[0]["keys"], 1);
  EXPECT_EQ(writes[0]["status"], 200);
  EXPECT_EQ(writes[1]["keys"], 2);
  EXPECT_EQ(writes[2]["status"], 400);
  EXPECT_EQ(writes[2]["error"],
            "Invalid expiration_ttl of 59. Expiration TTL must be at least 60.");
}

// What the API never sees: too long, not whole, without a right token.
TEST(KvAdminTest, LogsWritesThatAreRefusedBeforeTheyAreWhole) {
  AdminProcess admin;
  const std::string put = "PUT /client/v4/accounts/acc/storage/kv/namespaces/CACHE";
  const std::string token = std::string("Authorization: Bearer ") + AdminProcess::kToken + "\r\n";
  const auto send = [&](const std::string& path, const std::string& headers,
                        const std::string& body) {
    RawConnection connection(admin.url());
    connection.Send(put + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers +
                    "\r\n" + body);
    if (path != "/values/half") connection.ReadToEnd();
  };
  const std::string start = "who=SEDGE_ADMIN_TOKEN client=127.0.0.1 action=put namespace=CACHE ";
  send("/values/long", token + "Content-Length: 30000000\r\n", "");
  EXPECT_TRUE(admin.process().WaitForLog(start + "key=long keys=1 status=413"));
  send("/values/half", token + "Content-Length: 10\r\n", "half");
  EXPECT_TRUE(admin.process().WaitForLog(start + "key=half keys=1 status=400"));
  std::string guesses;
  for (int i = 0; i < 100; ++i) {
    guesses += put + "/bulk HTTP/1.1\r\nHost: x\r\n" + (i == 99 ? "Connection: close\r\n" : "") +
               "Authorization: Bearer guess" + std::to_string(i) + "\r\n\r\n";
  }
  RawConnection stranger(admin.url());
  stranger.Send(guesses);
  EXPECT_THAT(stranger.ReadToEnd(), HasSubstr("HTTP/1.1 401"));
  EXPECT_TRUE(admin.process().WaitForLog(
      "client=127.0.0.1 action=bulk put keys namespace=CACHE keys=0 status=401 "
      "error=Authentication error"));
  const std::string log = admin.process().err();
  size_t lines = 0;
  for (size_t at = 0; (at = log.find("status=401", at)) != std::string::npos; ++at) ++lines;
  EXPECT_LT(lines, 50u) << "10 a second";
  EXPECT_THAT(log, Not(HasSubstr("guess")));
}

TEST(KvAdminTest, TheDataOutlivesTheServer) {
  AdminProcess admin;
  const json made = json::parse(admin.Call("POST", "", R"({"title":"kept"})").body)["result"];
  admin.Call("PUT", "/" + made["id"].get<std::string>() + "/values/k", "v");
  admin.Stop();
  admin.Start();
  EXPECT_EQ(Text(admin.Call("GET", "/" + made["id"].get<std::string>() + "/values/k")), "200 v");
  EXPECT_THAT(Text(admin.Call("GET", "")), HasSubstr("\"title\":\"kept\""));
}

}  // namespace
}  // namespace sedge::e2e
