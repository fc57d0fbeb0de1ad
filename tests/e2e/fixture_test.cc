// SPDX-License-Identifier: Apache-2.0
// The fixtures that are installed for tests of workers in C++ (tools/fixture).
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "sedge/testing/worker_fixture.h"

namespace sedge::fixture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kScript = R"(
export default { async fetch(request, env) {
  const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
  if (request.method === "PUT") await env.CACHE.put(key, await request.text(), { metadata: { n: 1 } });
  if (key === "out") return fetch("http://api.test/");
  if (key === "moved") return Response.redirect("http://a.test/", 302);
  console.log("asked for", key);
  return new Response(await env.CACHE.get(key) ?? env.NONE, { headers: { "x-host": request.headers.get("host") } });
} };)";

// A zombie has ended: that nobody has waited for it is the doing of who adopted it.
bool IsAlive(const std::string& pid) {
  std::ifstream stat("/proc/" + pid + "/stat");
  std::string text;
  std::getline(stat, text);
  const size_t after_name = text.rfind(')');
  return after_name != std::string::npos && text[after_name + 2] != 'Z' &&
         text[after_name + 2] != 'X';
}

// The folder of a server's data, which it holds open; "" when it has none.
std::string DataFolder(const std::string& pid) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + pid + "/fd")) {
    std::error_code ignored;
    const std::string target = std::filesystem::read_symlink(entry.path(), ignored);
    const size_t at = target.find("/kv/");
    if (at != std::string::npos) return target.substr(0, at);
  }
  return "";
}

class SharedTest : public SharedWorkerFixture<SharedTest> {
 public:
  static WorkerOptions Options() {
    return {.script = kScript,
            .kv = {"CACHE=cache-id", "OTHER"},
            .seed = {{"CACHE", {{"seeded", "yes"}}}},
            .vars = {{"NONE", "none"}}};
  }
};

TEST_F(SharedTest, AnswersAndSeesKv) {
  EXPECT_EQ(Get("/seeded").body, "yes");
  EXPECT_EQ(Get("/other").body, "none");
  EXPECT_EQ(Get("/x", {{"Host", "a.example"}}).Header("x-host"), "a.example");
  EXPECT_EQ(Get("/moved").status, 302);
  Kv("CACHE").Put("a/b ?", std::string("\0\xff", 2));
  EXPECT_EQ(Kv("CACHE").Get("a/b ?"), std::string("\0\xff", 2));
  EXPECT_EQ(Get("/a%2Fb%20%3F").status, 200);
  EXPECT_TRUE(worker().WaitForLog("asked for a/b ?"));
}

TEST_F(SharedTest, SeesWhatTheWorkerWrites) {
  EXPECT_EQ(worker().Send("PUT", "/made", "by it").body, "by it");
  EXPECT_EQ(Kv("CACHE").Get("made"), "by it");
  EXPECT_EQ(Kv("CACHE").GetMetadata("made"), R"({"n":1})");
  EXPECT_EQ(Kv("CACHE").GetMetadata("seeded"), "null");
  EXPECT_EQ(Kv("CACHE").GetMetadata("none"), std::nullopt);
  Kv("CACHE").Delete("made");
  EXPECT_EQ(Kv("CACHE").Get("made"), std::nullopt);
}

TEST_F(SharedTest, StartsEachTestWithTheSeed) {
  EXPECT_THAT(Kv("CACHE").List(), ElementsAre("seeded"));
  std::vector<KvEntry> many;
  for (int i = 0; i < 2'500; ++i) many.push_back({"k" + std::to_string(10'000 + i), "v"});
  many.push_back({"m", "", R"({"by":"me"})", {}, 600});
  Kv("CACHE").Seed(many);
  EXPECT_EQ(Kv("CACHE").List("k1").size(), 2'500u);
  EXPECT_EQ(Kv("CACHE").GetMetadata("m"), R"({"by":"me"})");
  Kv("OTHER").Put("x", "1");
  worker().Reset();
  EXPECT_THAT(Kv("CACHE").List(), ElementsAre("seeded"));
  EXPECT_THAT(Kv("OTHER").List(), ElementsAre());
}

TEST_F(SharedTest, WhatFailsIsAFailureOfTheTest) {
  EXPECT_NONFATAL_FAILURE(Kv("CACHE").Put("", "x"), "KV namespace cache-id, put: status 400");
  EXPECT_NONFATAL_FAILURE(Kv("NONE"), "the worker has no KV namespace NONE");
}

class OwnTest : public WorkerFixture {
 protected:
  OwnTest() : WorkerFixture({.script = kScript, .kv = {"CACHE"}, .vars = {{"NONE", "-"}}}) {}
};

TEST_F(OwnTest, StopsInOrder) {
  EXPECT_EQ(Get("/x").body, "-");
  EXPECT_EQ(worker().Stop(), 0);
  EXPECT_EQ(Get("/x").status, 0);
}

TEST(WorkerTest, SaysWhyItDoesNotStart) {
  Worker broken({.script = "export default {"});
  EXPECT_FALSE(broken.ok());
  EXPECT_THAT(broken.error(), HasSubstr("worker.js:1"));
  Worker missing({.script = kScript, .binary = "/no/sedge"});
  EXPECT_THAT(missing.error(), HasSubstr("/no/sedge did not say that it listens"));
}

// More than a pipe holds, which nobody asks for meanwhile.
TEST(WorkerTest, ReadsALogThatNobodyWaitsFor) {
  Worker worker({.script = "export default { fetch() { console.log('x'.repeat(65536)); return new "
                           "Response('ok'); } };"});
  for (int i = 0; i < 16; ++i) {
    HttpRequest request;
    request.url = "/";
    request.timeout_ms = 20'000;
    const HttpResponse response = worker.Fetch(request);
    ASSERT_EQ(response.body, "ok") << i << " " << response.error;
  }
  EXPECT_EQ(worker.Stop(), 0);
  EXPECT_GT(worker.process().err().size(), size_t{1} << 20);
}

TEST(WorkerTest, RemovesTheDataOfAServerThatWasKilled) {
  std::string data;
  {
    Worker worker({.script = kScript, .kv = {"CACHE"}});
    data = DataFolder(std::to_string(worker.process().pid()));
    ASSERT_THAT(data, HasSubstr("sedge-data-"));
    worker.process().Signal(SIGKILL);
    EXPECT_EQ(worker.process().WaitForExit(), 128 + SIGKILL);
    EXPECT_TRUE(std::filesystem::exists(data));
  }
  EXPECT_FALSE(std::filesystem::exists(data));
}

TEST(WorkerTest, MapsHosts) {
  Worker api({.script = "export default { fetch() { return new Response('mapped'); } };"});
  Worker worker({.script = kScript, .kv = {"CACHE"}, .map = {{"api.test", api.url()}}});
  EXPECT_EQ(worker.Get("/out").body, "mapped");
}

TEST(TempFolderTest, TheNextOneRemovesThoseOfProgramsThatWereKilled) {
  const TempFolder parent;
  setenv("TMPDIR", parent.path().c_str(), 1);
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  if (child == 0) {
    const TempFolder folder;
    folder.Write("sub/file", "x");
    (void)!write(pipes[1], "x", 1);
    for (;;) pause();
  }
  char told;
  ASSERT_EQ(read(pipes[0], &told, 1), 1);
  const auto count = [&] {
    const std::filesystem::directory_iterator entries(parent.path());
    return std::distance(begin(entries), end(entries));
  };
  { const TempFolder other; }
  EXPECT_EQ(count(), 1) << "the child lives";
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  { const TempFolder other; }
  EXPECT_EQ(count(), 0);
  unsetenv("TMPDIR");
  close(pipes[0]);
  close(pipes[1]);
}

// However the test program ends: here by SIGKILL.
TEST(WorkerTest, LeavesNoProcessAndNoFolderBehind) {
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  if (child == 0) {
    Worker worker({.script = kScript, .kv = {"CACHE"}});
    const std::string pid = std::to_string(worker.process().pid()) + "\n";
    (void)!write(pipes[1], pid.data(), pid.size());
    for (;;) pause();
  }
  close(pipes[1]);
  std::string said;
  for (char c; read(pipes[0], &c, 1) == 1 && c != '\n';) said += c;
  ASSERT_FALSE(said.empty());
  const std::string data = DataFolder(said);
  ASSERT_THAT(data, HasSubstr("sedge-data-"));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto is_there = [&] { return std::filesystem::exists(data) || IsAlive(said); };
  while (is_there() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_FALSE(is_there());
  close(pipes[0]);
}

}  // namespace
}  // namespace sedge::fixture
