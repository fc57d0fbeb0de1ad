// SPDX-License-Identifier: Apache-2.0
// `sedge dev`: what it takes of a changed configuration, environments, local variables, ports, and
// its log.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/e2e/dev_project.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kShowEnv =
    "export default { async fetch(request, env) {\n"
    "  if (env.KV) await env.KV.put(\"a\", \"in KV\");\n"
    "  return new Response([env.A ?? \"-\", env.B ?? \"-\", env.KV ? await env.KV.get(\"a\") : "
    "\"-\"]"
    ".join()); } };\n";

std::string Toml(const std::string& more) {
  return "name = \"test\"\nmain = \"worker.js\"\n" + more;
}

// A port where somebody listens as long as it lives.
class TakenPort {
 public:
  // `port` 0: any. When another process has it already that is as good.
  explicit TakenPort(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (bound) listen(fd_, 1);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = bound ? ntohs(address.sin_port) : port;
  }
  ~TakenPort() { close(fd_); }
  std::string port() const { return std::to_string(port_); }

 private:
  int fd_;
  uint16_t port_;
};

TEST(DevConfigTest, VariablesAndBindingsAreTaken) {
  DevProject project({{"wrangler.toml", Toml("")}, {"worker.js", kShowEnv}});
  project.Start();
  EXPECT_EQ(project.Body(), "-,-,-");
  project.Write("wrangler.toml", Toml("[vars]\nA = \"1\"\n"));
  EXPECT_EQ(project.WaitForBody("1,-,-"), "1,-,-");
  project.Write(".dev.vars", "B=2\n");
  EXPECT_EQ(project.WaitForBody("1,2,-"), "1,2,-");
  // The first namespace opens the store.
  project.Write("wrangler.toml", Toml("kv_namespaces = [{ binding = \"KV\" }]\n"));
  EXPECT_EQ(project.WaitForBody("-,2,in KV"), "-,2,in KV");
  project.Write(".dev.vars", "B=\n");
  EXPECT_EQ(project.WaitForBody("-,,in KV"), "-,,in KV");
}

TEST(DevConfigTest, ALimitOfAWorkerIsTaken) {
  DevProject project({{"wrangler.toml", Toml("[limits]\nsubrequests = 1\n")},
                      {"worker.js",
                       "export default { async fetch() {\n"
                       "  let made = 0;\n"
                       "  for (; made < 5; ++made) {\n"
                       "    try { await fetch(\"http://origin.test/\"); } catch (error) {\n"
                       "      if (String(error).includes(\"subrequests\")) break;\n"
                       "    }\n"
                       "  }\n"
                       "  return new Response(made); } };\n"}});
  project.Start({"--map", "origin.test=http://127.0.0.1:1"});
  EXPECT_EQ(project.Body(), "1");
  project.Write("wrangler.toml", Toml("[limits]\nsubrequests = 3\n"));
  EXPECT_EQ(project.WaitForBody("3"), "3");
}

TEST(DevConfigTest, WhatNeedsANewStartIsNamed) {
  DevProject project({{"wrangler.toml", Toml("")}, {"worker.js", Answers("good")}});
  project.Start();
  project.Write("wrangler.toml", Toml("trusted_proxies = [\"unix\"]\n[limits]\nconnections = 7\n"));
  EXPECT_TRUE(project.WaitForLog(
      "taken only by a new start of sedge dev: trusted_proxies, limits.connections"))
      << project.process().err();
  EXPECT_EQ(project.Body(), "good");
}

TEST(DevConfigTest, AnEnvironmentIsChosen) {
  DevProject project({{"wrangler.toml", Toml("[vars]\nA = \"top\"\nB = \"top\"\n"
                                             "[env.staging.vars]\nA = \"staging\"\n")},
                      {"worker.js", kShowEnv}});
  project.Start({"--env", "staging"});
  EXPECT_EQ(project.Body(), "staging,-,-");
  EXPECT_TRUE(project.WaitForLog("warn: wrangler.toml:"));
  EXPECT_THAT(project.process().err(), HasSubstr("env.staging.vars lacks B"));
  project.Write(".dev.vars.staging", "B=local\n");
  EXPECT_EQ(project.WaitForBody("staging,local,-"), "staging,local,-");
  project.Write(".dev.vars", "B=not this one\n");
  project.Write("wrangler.toml", Toml("[env.staging.vars]\nA = \"new\"\n"));
  EXPECT_EQ(project.WaitForBody("new,local,-"), "new,local,-");
  project.Run({"--env", "stagng"});
  EXPECT_TRUE(project.WaitForLog("did you mean staging?")) << project.process().err();
}

TEST(DevConfigTest, ServeAndCheckTakeTheSameFlag) {
  TempFolder folder;
  folder.Write("wrangler.toml", Toml("[env.a.vars]\nA = \"of a\"\n"));
  folder.Write("worker.js", kShowEnv);
  SedgeProcess serve({"serve", "--env", "a", "--port", "0"}, folder.path());
  const auto url = serve.WaitUntilListening();
  ASSERT_TRUE(url) << serve.err();
  EXPECT_EQ(Get(*url).body, "of a,-,-");
  SedgeProcess check({"check", "-e", "b"}, folder.path());
  EXPECT_EQ(check.WaitForExit(), 1);
  EXPECT_THAT(check.err(), HasSubstr("there is no environment \"b\" for --env; there are: a"));
}

TEST(DevConfigTest, DotEnvFilesAreMerged) {
  DevProject project(
      {{"wrangler.toml", Toml("")}, {"worker.js", kShowEnv}, {".env", "A=one\nB=${A}-b\n"}});
  project.Start();
  EXPECT_EQ(project.Body(), "one,one-b,-");
  project.Write(".env.local", "A=two\n");
  EXPECT_EQ(project.WaitForBody("two,two-b,-"), "two,two-b,-");
  project.Write(".dev.vars", "A=three\n");
  EXPECT_EQ(project.WaitForBody("three,-,-"), "three,-,-");
}

TEST(DevConfigTest, AnotherPortIsTakenWhenTheDefaultIsNotFree) {
  const TakenPort taken(8787);
  DevProject project({{"index.js", Answers("good")}});
  project.Run({"--port", "8787"});
  EXPECT_EQ(project.process().WaitForExit(), 1);
  EXPECT_THAT(project.process().err(), HasSubstr("EADDRINUSE"));

  SedgeProcess dev({"dev"}, std::filesystem::path(project.Path("index.js")).parent_path());
  const auto url = dev.WaitUntilListening();
  ASSERT_TRUE(url) << dev.err();
  EXPECT_EQ(Get(*url).body, "good");
  EXPECT_THAT(dev.err(), HasSubstr("port 8787 is taken, so this listens on another"));
}

TEST(DevConfigTest, APortThatTheConfigurationNamesIsKept) {
  const TakenPort taken(0);
  TempFolder folder;
  folder.Write("wrangler.toml", Toml("[dev]\nport = " + taken.port() + "\n"));
  folder.Write("worker.js", Answers("good"));
  SedgeProcess dev({"dev"}, folder.path());
  EXPECT_EQ(dev.WaitForExit(), 1);
  EXPECT_THAT(dev.err(), HasSubstr("EADDRINUSE"));
}

TEST(DevConfigTest, EachRequestIsALine) {
  DevProject project({{"wrangler.toml", Toml("")},
                      {"worker.js",
                       "export default { fetch(request) { return new Response(\"\", { status: "
                       "Number(new URL(request.url).pathname.slice(1)) }); } };"}});
  project.Start();
  Get(project.url() + "/204?a=b");
  Send("POST", project.url() + "/404", "body");
  ASSERT_TRUE(project.WaitForLog("POST /404 404 "));
  const std::string log = project.process().err();
  EXPECT_THAT(log, HasSubstr("GET /204?a=b 204 "));
  EXPECT_THAT(log, HasSubstr(" ms test\n"));
  EXPECT_THAT(log, Not(HasSubstr("\x1b")));  // no terminal, no colours
}

TEST(DevConfigTest, ARequestWhoseClientLeavesIsALine) {
  DevProject project(
      {{"index.js", "export default { fetch() { return new Promise(() => {}); } };"}});
  RawConnection connection(project.Start());
  connection.Send("GET /gone HTTP/1.1\r\nHost: test\r\n\r\n");
  project.process().Signal(SIGUSR1);
  ASSERT_TRUE(project.WaitForLog("state "));
  connection.Reset();
  EXPECT_TRUE(project.WaitForLog("GET /gone ")) << project.process().err();
}

TEST(DevConfigTest, QuietSaysNothingOfRequests) {
  DevProject project({{"index.js", Answers("good")}});
  project.Start({"--quiet"});
  EXPECT_EQ(project.Body(), "good");
  project.Write("index.js", "broken(");
  ASSERT_TRUE(project.WaitForLog("SyntaxError"));
  EXPECT_THAT(project.process().err(), Not(HasSubstr("GET /")));
}

TEST(DevConfigTest, TheLogMayBeJson) {
  DevProject project({{"wrangler.toml", Toml("")}, {"worker.js", Answers("good")}});
  project.Start({"--json"});
  Get(project.url() + "/a%22b");
  project.Write("worker.js", Answers("better"));
  ASSERT_TRUE(project.WaitForLog("\"reloaded\""));
  project.Write("worker.js", "broken(");
  ASSERT_TRUE(project.WaitForLog("goes on serving"));
  std::istringstream lines(project.process().err());
  bool request_seen = false;
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    ASSERT_FALSE(json.is_discarded()) << line;
    if (json["message"] != "request") continue;
    request_seen = true;
    EXPECT_EQ(json["method"], "GET");
    EXPECT_EQ(json["path"], "/a%22b");
    EXPECT_EQ(json["status"], 200);
    EXPECT_TRUE(json["ms"].is_number());
    EXPECT_EQ(json["worker"], "test");
  }
  EXPECT_TRUE(request_seen);
}

}  // namespace
}  // namespace sedge::e2e
