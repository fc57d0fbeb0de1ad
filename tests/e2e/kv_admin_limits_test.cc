// SPDX-License-Identifier: Apache-2.0
// Sizes, slow clients, and the end of the server, as the administration API's clients see them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <tuple>

#include "tests/e2e/harness/admin.h"

namespace sedge::e2e {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr size_t kMaxValueBytes = 25u << 20;
const std::string kTarget = "/client/v4/accounts/acc/storage/kv/namespaces/CACHE";

std::string Head(const std::string& method, const std::string& path, const std::string& more) {
  return method + " " + kTarget + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
         AdminProcess::kToken + "\r\n" + more + "\r\n";
}

TEST(KvAdminLimitsTest, TakesTheLongestValueAndGivesItBack) {
  AdminProcess admin;
  std::string value(kMaxValueBytes, 'v');
  for (size_t i = 0; i < value.size(); i += 997) value[i] = static_cast<char>('a' + i % 26);
  EXPECT_EQ(AdminProcess::Text(admin.Call("PUT", "/CACHE/values/v", value)), "200 {}");
  EXPECT_TRUE(admin.Call("GET", "/CACHE/values/v").body == value);
  EXPECT_EQ(AdminProcess::Text(admin.Call("PUT", "/CACHE/values/v", value + "v")),
            "413 10024 put: 'Value length of 26214401 exceeds limit of 26214400.'");
}

TEST(KvAdminLimitsTest, RefusesLongBodiesBeforeAndWhileTheyCome) {
  AdminProcess admin;
  for (const auto& [method, path, limit] :
       std::vector<std::tuple<std::string, std::string, size_t>>{
           {"PUT", "/values/v", 26'279'936},
           {"PUT", "/bulk", 104'857'600},
           {"POST", "/bulk/get", 1'048'576}}) {
    RawConnection declared(admin.url());
    declared.Send(Head(method, path, "Content-Length: " + std::to_string(limit + 1) + "\r\n"));
    EXPECT_THAT(declared.ReadUntil("}]"), HasSubstr("HTTP/1.1 413")) << path;
    EXPECT_THAT(declared.received(),
                HasSubstr("The body is longer than " + std::to_string(limit) + " bytes."));
  }
  RawConnection chunked(admin.url());
  chunked.Send(Head("POST", "/bulk/get", "Transfer-Encoding: chunked\r\n"));
  chunked.Send("200000\r\n" + std::string(2u << 20, ' '));
  EXPECT_THAT(chunked.ReadUntil("}]"), HasSubstr("HTTP/1.1 413"));
}

TEST(KvAdminLimitsTest, ABodyThatDoesNotComeWholeWritesNothing) {
  AdminProcess admin;
  {
    RawConnection connection(admin.url());
    connection.Send(Head("PUT", "/values/half", "Content-Length: 10\r\n") + "half");
  }
  EXPECT_EQ(admin.Call("GET", "/CACHE/values/half").status, 404);
}

TEST(KvAdminLimitsTest, AsksForABodyThatWaits) {
  AdminProcess admin;
  RawConnection connection(admin.url());
  connection.Send(Head("PUT", "/values/k", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
  EXPECT_THAT(connection.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 100"));
  connection.Send("value");
  EXPECT_THAT(connection.ReadUntil("}"), HasSubstr("HTTP/1.1 200"));
}

TEST(KvAdminLimitsTest, ASlowReaderIsWaitedFor) {
  AdminProcess admin;
  admin.Call("PUT", "/CACHE/values/big", std::string(kMaxValueBytes, 'b'));
  RawConnection slow(admin.url(), 4096);
  slow.Send(Head("GET", "/values/big", "Connection: close\r\n"));
  slow.ReadUntil("\r\n\r\n");
  EXPECT_EQ(AdminProcess::Text(admin.Call("PUT", "/CACHE/values/other", "1")), "200 {}");
  EXPECT_THAT(slow.ReadToEnd(), EndsWith("bbbb"));
  EXPECT_GT(slow.received().size(), kMaxValueBytes);
}

TEST(KvAdminLimitsTest, ReadersTakeNoRoomOfWriters) {
  AdminProcess admin({}, "admin_response_bytes = 27262976\n");
  const std::string two_mb(2u << 20, 'b');
  // Longer than what the kernel takes for a client that does not read.
  admin.Call("PUT", "/CACHE/values/a", std::string(kMaxValueBytes, 'a'));
  admin.Call("PUT", "/CACHE/values/b", two_mb);
  RawConnection slow(admin.url(), 4096);
  slow.Send(Head("GET", "/values/a", ""));
  slow.ReadUntil("\r\n\r\n");
  const HttpResponse refused = admin.Call("GET", "/CACHE/values/b");
  EXPECT_EQ(AdminProcess::Text(refused),
            "503 10001 too many large responses at once; try again later");
  EXPECT_EQ(refused.Header("content-type"), "application/json");
  EXPECT_EQ(AdminProcess::Text(admin.Call("PUT", "/CACHE/values/c", two_mb)), "200 {}");
  EXPECT_EQ(AdminProcess::Text(admin.Call("GET", "/CACHE/metadata/b")), "200 null");
}

TEST(KvAdminLimitsTest, ServesManyAtOnce) {
  AdminProcess admin;
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&, i] {
      const std::string path = "/CACHE/values/k" + std::to_string(i);
      for (int j = 0; j < 10; ++j) {
        good += admin.Call("PUT", path, std::to_string(j)).status == 200;
        good += admin.Call("GET", path).body == std::to_string(j);
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 320);
}

TEST(KvAdminLimitsTest, SigtermLetsARunningCallFinish) {
  AdminProcess admin;
  RawConnection connection(admin.url());
  connection.Send(Head("PUT", "/values/k", "Content-Length: 6\r\n") + "one");
  RawConnection probe(admin.url());  // so that the first one's head was read
  probe.Send(Head("GET", "/keys", ""));
  probe.ReadUntil("success");
  admin.process().Signal(SIGTERM);
  ASSERT_TRUE(admin.process().WaitForLog("stopping"));
  connection.Send("two");
  EXPECT_THAT(connection.ReadToEnd(), HasSubstr("HTTP/1.1 200"));
  EXPECT_EQ(admin.process().WaitForExit(), 0);
  admin.Start();
  EXPECT_EQ(admin.Call("GET", "/CACHE/values/k").body, "onetwo");
}

}  // namespace
}  // namespace sedge::e2e
