// SPDX-License-Identifier: Apache-2.0
#include "tools/serve_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using worker::Endpoint;
using worker::HostMapping;
using worker::KvNamespaceConfig;
using worker::ListenAddress;
using worker::ServeOptions;
using worker::VarConfig;

class ServeFlagsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sedge-flags-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = fs::canonical(pattern);
    script_ = Write("worker.js", "export default {}");
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::string Write(const std::string& name, const std::string& text) {
    fs::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name) << text;
    return (dir_ / name).string();
  }
  // Both halves; the message when either fails.
  std::string Load(const ServeFlags& flags, ServeOptions& options) {
    Result<ServeOptions> read = ReadServeFlags(flags);
    if (!read.ok()) return std::string(read.status().message());
    options = std::move(read).value();
    return std::string(LoadServeFiles(flags, options).message());
  }
  std::string LoadError(const ServeFlags& flags) {
    ServeOptions options;
    return Load(flags, options);
  }

  fs::path dir_;
  std::string script_;
};

std::string ReadError(const ServeFlags& flags) {
  const Result<ServeOptions> options = ReadServeFlags(flags);
  return options.ok() ? "no error" : std::string(options.status().message());
}

TEST(ServeFlagsReadTest, Defaults) {
  const Result<ServeOptions> options = ReadServeFlags({});
  ASSERT_TRUE(options.ok());
  EXPECT_THAT(options->listen, ElementsAre(ListenAddress{"127.0.0.1", 8787, ""}));
  EXPECT_TRUE(options->trusted_proxies.empty());
  EXPECT_GE(options->threads, 1);
  EXPECT_EQ(options->log_level, LogLevel::kInfo);
  EXPECT_EQ(options->log_format, LogFormat::kText);
}

TEST(ServeFlagsReadTest, ReadsEveryFlag) {
  ServeFlags flags;
  flags.host = "[::1]";
  flags.port = "0";
  flags.threads = "3";
  flags.origin = "https://origin.example.com";
  flags.maps = {"API.example.com=http://127.0.0.1:9000", "[::1]:80=https://example.org"};
  flags.log_level = "debug";
  flags.log_format = "json";
  const Result<ServeOptions> options = ReadServeFlags(flags);
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_THAT(options->listen, ElementsAre(ListenAddress{"::1", 0, ""}));
  EXPECT_EQ(options->threads, 3);
  EXPECT_EQ(options->origin, (Endpoint{true, "origin.example.com", 443}));
  EXPECT_THAT(options->maps,
              ElementsAre(HostMapping{"api.example.com", 0, Endpoint{false, "127.0.0.1", 9000}},
                          HostMapping{"::1", 80, Endpoint{true, "example.org", 443}}));
  EXPECT_EQ(options->log_level, LogLevel::kDebug);
  EXPECT_EQ(options->log_format, LogFormat::kJson);
}

TEST(ServeFlagsReadTest, ListenNamesSeveralAddresses) {
  ServeFlags flags;
  flags.listen = {"127.0.0.1:0", "[::1]:8080", "*:80", "unix:/run/../run/sedge.sock"};
  flags.trusted_proxies = {"10.0.0.0/8", "unix"};
  const Result<ServeOptions> options = ReadServeFlags(flags);
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_THAT(
      options->listen,
      ElementsAre(ListenAddress{"127.0.0.1", 0, ""}, ListenAddress{"::1", 8080, ""},
                  ListenAddress{"0.0.0.0", 80, ""}, ListenAddress{"", 0, "/run/sedge.sock"}));
  EXPECT_TRUE(options->trusted_proxies.Trusts("10.1.2.3"));
  EXPECT_TRUE(options->trusted_proxies.Trusts("unix:"));
}

TEST(ServeFlagsReadTest, WrongValuesNameFlagAndAllowed) {
  struct Case {
    ServeFlags flags;
    const char* why;
  };
  const Case cases[] = {
      {{.host = "not an address"}, "--host not an address: "},
      {{.port = "99999"}, "--port 99999: allowed is a number from 0 (any free port) to 65535"},
      {{.port = "http"}, "--port http: allowed is a number"},
      {{.listen = {"80"}}, "--listen 80: there is no port; allowed is HOST:PORT, [IPV6]:PORT"},
      {{.port = "80", .listen = {"127.0.0.1:80"}}, "--listen says where to listen, and so do"},
      {{.trusted_proxies = {"10.0.0.0/33"}}, "--trusted-proxy 10.0.0.0/33: the number behind /"},
      {{.threads = "0"}, "--threads 0: allowed is a number from 1 to 256"},
      {{.threads = "two"}, "--threads two: allowed is"},
      {{.kv = {"=x"}}, "--kv =x: allowed is BINDING or BINDING=NAMESPACE"},
      {{.kv = {"CACHE="}}, "--kv CACHE=: allowed is BINDING"},
      {{.vars = {"NAME"}}, "--var NAME: allowed is NAME=VALUE"},
      {{.vars = {"=value"}}, "--var =value: allowed is NAME=VALUE"},
      {{.json_vars = {"NAME"}}, "--var-json NAME: allowed is NAME=JSON"},
      {{.data_dir = "d", .temp_data = true}, "--data-dir d: --temp-data makes a folder of its own"},
      {{.ready_format = "xml"}, "--ready-format xml: allowed is one of text, json"},
      {{.origin = "127.0.0.1:9000"}, "--origin 127.0.0.1:9000: the URL"},
      {{.origin = "http://a.com/path"}, "has a path or a query; allowed is http://HOST"},
      {{.maps = {"a.com"}}, "--map a.com: allowed is HOST=URL"},
      {{.maps = {"a.com=b.com"}}, "--map a.com=b.com: the URL \"b.com\" has no scheme"},
      {{.maps = {"a.com/x=http://b.com"}}, "\"a.com/x\" is not a host"},
      {{.maps = {"http://a.com=http://b.com"}}, "\"http://a.com\" is not a host"},
      {{.maps = {"a.com=http://b.com", "A.com=http://c.com"}}, "the host is mapped twice"},
      {{.admin = "8788"}, "--admin 8788: there is no port; allowed is HOST:PORT"},
      {{.admin = "unix:/run/a.sock"}, "--admin unix:/run/a.sock: allowed is HOST:PORT; a Unix"},
      {{.admin_tokens = "file"}, "--admin-tokens file: there is no --admin HOST:PORT that these"},
      {{.log_level = "debgu"},
       "allowed is one of debug, info, warn, error, off; did you mean debug?"},
      {{.log_format = "xml"}, "--log-format xml: allowed is one of text, json"},
  };
  for (const Case& c : cases) EXPECT_THAT(ReadError(c.flags), HasSubstr(c.why));
}

TEST_F(ServeFlagsTest, BindingsApplyToEveryWorker) {
  Write("b/index.js", "");
  Write("b/wrangler.toml",
        "route = \"b.com/*\"\nkv_namespaces = [{ binding = \"CACHE\" }]\n"
        "vars = { MODE = 1 }\n");
  ServeFlags flags{.paths = {script_, (dir_ / "b").string()},
                   .kv = {"CACHE=shared", "DRAFTS"},
                   .vars = {"MODE=a=\"b\"", "EMPTY="}};
  ServeOptions options;
  ASSERT_EQ(Load(flags, options), "");
  ASSERT_EQ(options.workers.size(), 2u);
  for (const worker::WorkerConfig& config : options.workers) {
    EXPECT_THAT(config.kv_namespaces, ElementsAre(KvNamespaceConfig{"CACHE", "shared"},
                                                  KvNamespaceConfig{"DRAFTS", "DRAFTS"}));
    EXPECT_THAT(config.vars,
                ElementsAre(VarConfig{"EMPTY", "\"\""}, VarConfig{"MODE", "\"a=\\\"b\\\"\""}));
  }
  EXPECT_EQ(options.data_dir, (dir_ / ".sedge").string());
}

TEST_F(ServeFlagsTest, VariablesMayBeJson) {
  ServeFlags flags{.paths = {script_}, .json_vars = {"OBJECT={\"a\": [1, null]}", "N=3"}};
  ServeOptions options;
  ASSERT_EQ(Load(flags, options), "");
  EXPECT_THAT(options.workers[0].vars,
              ElementsAre(VarConfig{"N", "3"}, VarConfig{"OBJECT", "{\"a\":[1,null]}"}));
  flags.json_vars = {"OBJECT={"};
  ServeOptions wrong;
  EXPECT_THAT(Load(flags, wrong), HasSubstr("--var-json OBJECT"));
}

TEST_F(ServeFlagsTest, FlagsComeBeforeTheConfiguration) {
  Write("b/index.js", "");
  Write("b/wrangler.toml", "route = \"b.com/*\"\n[dev]\nport = 9001\nip = \"*\"\n");
  ServeFlags flags{.paths = {(dir_ / "b").string()}};
  ServeOptions options;
  ASSERT_EQ(Load(flags, options), "");
  EXPECT_THAT(options.listen, ElementsAre(ListenAddress{"0.0.0.0", 9001, ""}));
  flags.port = "9002";
  flags.host = "127.0.0.2";
  flags.data_dir = (dir_ / "data").string();
  ASSERT_EQ(Load(flags, options), "");
  EXPECT_THAT(options.listen, ElementsAre(ListenAddress{"127.0.0.2", 9002, ""}));
  EXPECT_EQ(options.data_dir, (dir_ / "data").string());
}

TEST_F(ServeFlagsTest, AddressesOfAConfigurationGoBeforeItsDevSection) {
  Write("b/index.js", "");
  Write("b/wrangler.toml",
        "listen = [\"127.0.0.1:9003\", \"unix:b.sock\"]\ntrusted_proxies = [\"unix\"]\n"
        "route = \"b.com/*\"\n[dev]\nport = 9001\n");
  ServeFlags flags{.paths = {(dir_ / "b").string()}};
  ServeOptions options;
  ASSERT_EQ(Load(flags, options), "");
  EXPECT_THAT(options.listen, ElementsAre(ListenAddress{"127.0.0.1", 9003, ""},
                                          ListenAddress{"", 0, (dir_ / "b/b.sock").string()}));
  EXPECT_TRUE(options.trusted_proxies.unix_sockets);
  flags.trusted_proxies = {"::1"};
  flags.port = "9004";
  ASSERT_EQ(Load(flags, options), "");
  EXPECT_THAT(options.listen, ElementsAre(ListenAddress{"127.0.0.1", 9004, ""}));
  EXPECT_FALSE(options.trusted_proxies.unix_sockets);
  flags.port = "";
  flags.listen = {"127.0.0.1:9005"};
  ASSERT_EQ(Load(flags, options), "");
  EXPECT_THAT(options.listen, ElementsAre(ListenAddress{"127.0.0.1", 9005, ""}));
  flags.listen = {"unix:/a.sock", "127.0.0.1:0", "127.0.0.1:0", "unix:/a.sock"};
  EXPECT_EQ(LoadError(flags), "--listen unix:/a.sock twice; each address is given once");
  flags.listen = {"*:80", "[::]:80"};
  EXPECT_EQ(LoadError(flags),
            "--listen http://[::]:80 and http://0.0.0.0:80, but [::] takes IPv4 too; give it "
            "alone");
}

TEST_F(ServeFlagsTest, WorkersAgreeAboutAddressesAndProxies) {
  for (const std::string name : {"b", "c", "d"}) Write(name + "/index.js", "");
  Write("b/wrangler.toml", "listen = [\"127.0.0.1:0\"]\nroute = \"b.com/*\"\n");
  Write("c/wrangler.toml", "route = \"c.com/*\"\nlisten = [\"127.0.0.1:0\"]\n");
  Write("d/wrangler.toml", "route = \"d.com/*\"\nlisten = [\"127.0.0.1:1\"]\n");
  ServeFlags flags{.paths = {script_, (dir_ / "b").string(), (dir_ / "c").string()}};
  EXPECT_EQ(LoadError(flags), "");
  flags.paths.push_back((dir_ / "d").string());
  EXPECT_EQ(LoadError(flags), (dir_ / "b/wrangler.toml").string() + ":1 and " +
                                  (dir_ / "d/wrangler.toml").string() +
                                  ":2: listen is not the same; it belongs to the whole server, so "
                                  "both must say the same");
}

TEST_F(ServeFlagsTest, ServerLimitsComeFromWhoeverNamesThem) {
  Write("b/index.js", "");
  Write("b/wrangler.toml", "route = \"b.com/*\"\n[limits]\nbody_bytes = 5\ncpu_ms = 7\n");
  ServeFlags flags{.paths = {script_, (dir_ / "b").string()}};
  ServeOptions options;
  ASSERT_EQ(Load(flags, options), "");
  EXPECT_EQ(options.limits.body_bytes, 5u);
  EXPECT_EQ(options.workers[0].limits.cpu_ms, Limits().cpu_ms);
  EXPECT_EQ(options.workers[1].limits.cpu_ms, 7);
  EXPECT_EQ(options.workers[0].limits.body_bytes, 5u);
  Write("c/index.js", "");
  Write("c/wrangler.toml", "route = \"c.com/*\"\n[limits]\nbody_bytes = 6\n");
  flags.paths.push_back((dir_ / "c").string());
  EXPECT_EQ(LoadError(flags), (dir_ / "b/wrangler.toml").string() + ":3 and " +
                                  (dir_ / "c/wrangler.toml").string() +
                                  ":3: limits.body_bytes is 5 and 6; it belongs to the whole "
                                  "server, so both must say the same");
}

TEST_F(ServeFlagsTest, OutboundRules) {
  ServeOptions options;
  ASSERT_EQ(Load({.paths = {script_},
                  .outbound_allow = {"public", "localhost"},
                  .outbound_deny = {"*.example.com"}},
                 options),
            "");
  ASSERT_EQ(options.outbound.allow.size(), 2u);
  EXPECT_EQ(options.outbound.allow[1].host, "localhost");
  ASSERT_EQ(options.outbound.deny.size(), 1u);
  EXPECT_EQ(options.outbound.deny[0].host, "example.com");
  EXPECT_THAT(ReadError({.outbound_allow = {"10.0.0.1/8"}}),
              HasSubstr("--outbound-allow 10.0.0.1/8: the rule \"10.0.0.1/8\" is no network"));
  EXPECT_THAT(ReadError({.outbound_deny = {"a b"}}), HasSubstr("--outbound-deny a b: "));
}

TEST_F(ServeFlagsTest, AuthoritiesOfConfigurationsAndFlags) {
  const std::string ca = Write("b/ca.pem", "-----BEGIN CERTIFICATE-----");
  Write("b/index.js", "");
  Write("b/wrangler.toml", "[outbound]\nca = [\"ca.pem\"]\n");
  ServeOptions options;
  const ServeFlags flags{.paths = {(dir_ / "b").string()}, .ca_files = {ca}};
  ASSERT_EQ(Load(flags, options), "");
  EXPECT_THAT(options.ca_files, ElementsAre(ca));
  Write("b/ca.pem", "nothing");
  EXPECT_EQ(LoadError({.paths = {(dir_ / "b").string()}}),
            (dir_ / "b/wrangler.toml").string() + ": outbound.ca " + ca +
                ": the file holds no certificate; allowed is PEM, which begins with -----BEGIN "
                "CERTIFICATE-----");
}

TEST_F(ServeFlagsTest, AdminNeedsATokenOfAFileOrOfTheEnvironment) {
  unsetenv("SEDGE_ADMIN_TOKEN");
  const std::string hash = std::string(64, 'a');
  const std::string tokens = Write("tokens", "ci " + hash + " read:*\n");
  const ServeFlags without{.paths = {script_}, .admin = "127.0.0.1:8788"};
  ServeFlags with = without;
  with.admin_tokens = tokens;
  ServeOptions options;
  ASSERT_EQ(Load(with, options), "");
  EXPECT_EQ(options.admin, (ListenAddress{"127.0.0.1", 8788, ""}));
  EXPECT_FALSE(options.admin_tokens.Find("development"));
  EXPECT_THAT(LoadError(without), HasSubstr("--admin 127.0.0.1:8788: without a token everybody"));
  setenv("SEDGE_ADMIN_TOKEN", "development", 1);
  ASSERT_EQ(Load(without, options), "");
  EXPECT_TRUE(options.admin_tokens.Find("development"));
  setenv("SEDGE_ADMIN_TOKEN", "", 1);
  EXPECT_THAT(LoadError(without), HasSubstr("without a token everybody"));
  Write("tokens", "ci hash\n");
  EXPECT_THAT(LoadError(with), HasSubstr(tokens + ":1: the second word is no SHA-256 hash"));
  with.admin_tokens = tokens + "x";
  EXPECT_THAT(LoadError(with),
              HasSubstr("--admin-tokens " + tokens + "x: the file cannot be read"));
}

TEST_F(ServeFlagsTest, CfIsJsonWithFileAndLine) {
  const std::string cf = Write("cf.json", "{\n  // here\n  \"colo\": \"AMS\",\n}");
  ServeOptions options;
  ASSERT_EQ(Load({.paths = {script_}, .cf_file = cf}, options), "");
  EXPECT_EQ(options.cf_json, "{\"colo\":\"AMS\"}");
  Write("cf.json", "{\n\"colo\": AMS }");
  EXPECT_THAT(LoadError({.paths = {script_}, .cf_file = cf}),
              HasSubstr(cf + ":2:9: this is not JSON"));
  Write("cf.json", "[]");
  EXPECT_THAT(LoadError({.paths = {script_}, .cf_file = cf}), HasSubstr("the file holds an array"));
  EXPECT_THAT(LoadError({.paths = {script_}, .cf_file = cf + "x"}),
              HasSubstr("--cf " + cf + "x: the file cannot be read"));
}

TEST_F(ServeFlagsTest, WrongFilesAreNamed) {
  EXPECT_THAT(LoadError({.paths = {(dir_ / "none").string()}}), HasSubstr("there is no such file"));
  EXPECT_THAT(LoadError({.paths = {script_, script_}}),
              HasSubstr("both workers are without routes"));
  EXPECT_THAT(LoadError({.paths = {script_}, .ca_files = {script_}}),
              HasSubstr("--ca " + script_ + ": the file holds no certificate"));
  EXPECT_THAT(LoadError({.paths = {script_}, .ca_files = {dir_.string()}}),
              HasSubstr("this is a folder"));
  EXPECT_THAT(LoadError({.paths = {script_}, .data_dir = script_}),
              HasSubstr("--data-dir " + script_ + ": this is a file; allowed is a folder"));
}

}  // namespace
}  // namespace sedge::tools
