// SPDX-License-Identifier: Apache-2.0
// Programs of others against the KV API: wrangler and the cloudflare package as npm gives them, and
// the commands of docs/kv.md. Skipped, with the reason, where they cannot be installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/e2e/harness/admin.h"
#include "tests/e2e/harness/shell.h"
#include "tests/support/markdown_blocks.h"

namespace sedge::e2e {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class KvClientsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const ShellOutcome installed = RunShell(SEDGE_SOURCE_DIR "/tests/e2e/clients/install.sh");
    std::string said = installed.output;
    while (said.ends_with('\n')) said.pop_back();
    (installed.status == 0 ? packages_ : reason_) = said;
    EXPECT_TRUE(installed.status == 0 || installed.status == 77) << said;
  }
  void SetUp() override {
    if (packages_.empty()) GTEST_SKIP() << reason_;
  }

  // A shell command in the test's folder, with what wrangler needs to know.
  ShellOutcome Shell(const std::string& command) {
    const std::string script =
        "cd '" + folder_.path() + "'; export HOME='" + folder_.path() +
        "' CI=1 NO_COLOR=1 WRANGLER_SEND_METRICS=false WRANGLER_HIDE_BANNER=true "
        "SEDGE_ADMIN_TOKEN='" +
        std::string(AdminProcess::kToken) + "' CLOUDFLARE_API_BASE_URL='" + admin_.url() +
        "/client/v4' CLOUDFLARE_ACCOUNT_ID=acc CLOUDFLARE_API_TOKEN='" + AdminProcess::kToken +
        "'\nwrangler() { node '" + packages_ +
        "/node_modules/wrangler/bin/wrangler.js' \"$@\"; }\n" + "npx() { \"$@\"; }\n" + command;
    folder_.Write("script.sh", script);
    return RunShell("bash '" + folder_.path() + "/script.sh'");
  }
  // `wrangler ARGS`, which shall succeed.
  std::string Wrangler(const std::string& args) {
    const ShellOutcome outcome = Shell("wrangler " + args);
    EXPECT_EQ(outcome.status, 0) << args << "\n" << outcome.output << admin_.process().err();
    return outcome.output;
  }
  static json Json(const std::string& output) {
    const size_t start = output.find_first_of("[{");
    return json::parse(start == std::string::npos ? output : output.substr(start), nullptr, false);
  }
  // The shell lines of docs/kv.md behind "<!-- tested: NAME -->", for this server.
  std::string Documented(const std::string& name) {
    std::string lines;
    for (const MarkdownBlock& block : ReadMarkdownBlocks(SEDGE_SOURCE_DIR "/docs/kv.md")) {
      if (block.note == "tested: " + name) lines = block.text;
    }
    EXPECT_NE(lines, "") << "docs/kv.md has no block tested: " << name;
    ReplaceAll(lines, "http://127.0.0.1:8788", admin_.url());
    return lines;
  }

  static inline std::string packages_;
  static inline std::string reason_;
  AdminProcess admin_;
  TempFolder folder_;
};

TEST_F(KvClientsTest, WranglerManagesNamespaces) {
  const std::string made = Wrangler("kv namespace create mine");
  EXPECT_THAT(made, HasSubstr("Success!"));
  const ShellOutcome again = Shell("wrangler kv namespace create mine");
  EXPECT_NE(again.status, 0);
  EXPECT_THAT(again.output, HasSubstr("already exists"));
  const json list = Json(Wrangler("kv namespace list"));
  ASSERT_EQ(list.size(), 2u) << list;
  EXPECT_EQ(list[0]["title"], "CACHE");
  EXPECT_EQ(list[1]["title"], "mine");
  const std::string id = list[1]["id"];
  EXPECT_THAT(made, HasSubstr(id));
  Wrangler("kv namespace rename --namespace-id " + id + " --new-name ours");
  EXPECT_EQ(Json(Wrangler("kv namespace list"))[1]["title"], "ours");
  Wrangler("kv namespace delete --namespace-id " + id + " </dev/null");
  EXPECT_EQ(Json(Wrangler("kv namespace list")).size(), 1u);
}

TEST_F(KvClientsTest, WranglerHandlesKeys) {
  const std::string remote = " --remote --namespace-id CACHE ";
  Wrangler("kv key put" + remote + "'a/b c' 'the value' --metadata '{\"m\":1}' --ttl 3600");
  folder_.Write("file.bin", std::string("\0\xFF\r\n", 4));
  Wrangler("kv key put" + remote + "file --path file.bin");
  EXPECT_THAT(Wrangler("kv key get" + remote + "'a/b c'"), HasSubstr("the value"));
  Wrangler("kv key get" + remote + "file > got.bin");
  std::ifstream got(folder_.path() + "/got.bin", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(got), {}), std::string("\0\xFF\r\n", 4));
  const json keys = Json(Wrangler("kv key list" + remote));
  ASSERT_EQ(keys.size(), 2u) << keys;
  EXPECT_EQ(keys[0]["name"], "a/b c");
  EXPECT_EQ(keys[0]["metadata"], (json{{"m", 1}}));
  EXPECT_TRUE(keys[0].contains("expiration"));
  EXPECT_EQ(Json(Wrangler("kv key list --prefix f" + remote)).size(), 1u);
  Wrangler("kv key delete" + remote + "file");
  const ShellOutcome gone = Shell("wrangler kv key get" + remote + "file");
  EXPECT_NE(gone.status, 0);
  EXPECT_THAT(gone.output, HasSubstr("404"));
}

TEST_F(KvClientsTest, WranglerHandlesManyKeys) {
  // More than one of its batches, and more than one page of a list.
  json pairs = json::array(), names = json::array();
  for (int i = 0; i < 1'500; ++i) {
    pairs.push_back({{"key", "k" + std::to_string(10'000 + i)}, {"value", std::to_string(i)}});
    names.push_back(pairs.back()["key"]);
  }
  pairs[0] = {{"key", "k10000"},
              {"value", "aGk="},
              {"base64", true},
              {"metadata", {{"x", 1}}},
              {"expiration_ttl", 600}};
  folder_.Write("pairs.json", pairs.dump());
  folder_.Write("names.json", names.dump());
  folder_.Write("some.json", "[\"k10000\", \"k11499\"]");
  const std::string remote = " --remote --namespace-id CACHE ";
  Wrangler("kv bulk put" + remote + "pairs.json");
  EXPECT_EQ(Json(Wrangler("kv key list" + remote)).size(), 1'500u);
  const std::string got = Wrangler("kv bulk get" + remote + "some.json");
  EXPECT_THAT(got, HasSubstr("\"k10000\": \"hi\""));
  EXPECT_THAT(got, HasSubstr("\"k11499\": \"1499\""));
  Wrangler("kv bulk delete --force" + remote + "names.json");
  EXPECT_EQ(Json(Wrangler("kv key list" + remote)).size(), 0u);
}

TEST_F(KvClientsTest, WranglerFindsTheAccountAndTakesAnApiKey) {
  const std::string list = "kv key list --remote --namespace-id CACHE";
  EXPECT_EQ(
      Json(Wrangler("--version >/dev/null; unset CLOUDFLARE_ACCOUNT_ID; wrangler " + list)).size(),
      0u);
  EXPECT_EQ(
      Json(Wrangler(
               "--version >/dev/null; export CLOUDFLARE_EMAIL=a@example.com "
               "CLOUDFLARE_API_KEY=$CLOUDFLARE_API_TOKEN; unset CLOUDFLARE_API_TOKEN; wrangler " +
               list))
          .size(),
      0u);
  const ShellOutcome refused = Shell("export CLOUDFLARE_API_TOKEN=wrong; wrangler " + list);
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.output, HasSubstr("Authentication error"));
}

TEST_F(KvClientsTest, TheCloudflarePackageDoesEverything) {
  const ShellOutcome outcome =
      Shell("node '" SEDGE_SOURCE_DIR "/tests/e2e/clients/kv_sdk.js' '" + packages_ +
            "' \"$CLOUDFLARE_API_BASE_URL\" \"$CLOUDFLARE_API_TOKEN\"");
  ASSERT_EQ(outcome.status, 0) << outcome.output;
  std::map<std::string, json> said;
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    const json entry = json::parse(line, nullptr, false);
    ASSERT_TRUE(entry.is_object()) << line;
    said[entry["name"]] = entry["result"];
  }
  EXPECT_EQ(said["create"]["title"], "from the SDK");
  EXPECT_EQ(said["create again"]["errors"][0]["code"], 10014);
  EXPECT_EQ(said["rename"]["title"], "renamed");
  EXPECT_EQ(said["get namespace"]["title"], "renamed");
  EXPECT_EQ(said["list namespaces"], (json{"renamed", "CACHE"}));
  EXPECT_EQ(said["put"], json::object());
  EXPECT_EQ(said["put with a time"], json::object());
  EXPECT_EQ(said["get"], "text");
  EXPECT_EQ(said["get none"]["status"], 404);
  EXPECT_EQ(said["get none"]["errors"][0]["code"], 10009);
  EXPECT_EQ(said["get metadata"], (json{{"m", {1}}}));
  EXPECT_EQ(said["bulk put"]["successful_key_count"], 25);
  EXPECT_THAT(said["list keys"].get<std::string>(), HasSubstr("bulk100,bulk101,bulk102"));
  EXPECT_THAT(said["list keys"].get<std::string>(), HasSubstr("bulk123,bulk124"));
  EXPECT_EQ(said["bulk get"]["values"]["bulk100"]["metadata"], (json{{"first", true}}));
  EXPECT_EQ(said["bulk get"]["values"]["none"], nullptr);
  EXPECT_EQ(said["bulk delete"]["successful_key_count"], 25);
  EXPECT_EQ(said["list keys after"], (json{"a/b \u20ac"}));
  EXPECT_EQ(said["delete namespace"], json::object());
  EXPECT_EQ(said["get after"]["errors"][0]["code"], 10013);
}

TEST_F(KvClientsTest, TheDocumentedWranglerCommandsWork) {
  const ShellOutcome outcome = Shell(Documented("wrangler"));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("\"title\": \"CACHE\""));
  EXPECT_THAT(outcome.output, HasSubstr("hello"));
}

class KvDocumentationTest : public KvClientsTest {
 protected:
  static void SetUpTestSuite() {}
  void SetUp() override {}
};

TEST_F(KvDocumentationTest, TheDocumentedCurlCommandsWork) {
  if (RunShell("command -v curl").status != 0) GTEST_SKIP() << "curl is not installed";
  const ShellOutcome outcome = Shell("set -e\n" + Documented("curl"));
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("hello{\"result\":[{\"name\":\"a/b\",\"expiration\":"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("\"success\":false")));
  EXPECT_EQ(admin_.Call("GET", "/CACHE/metadata/greeting").status, 200);
}

TEST_F(KvDocumentationTest, TheDocumentedTokenWorks) {
  if (RunShell("command -v openssl").status != 0) GTEST_SKIP() << "openssl is not installed";
  const ShellOutcome outcome = Shell("set -e\n" + Documented("make a token"));
  ASSERT_EQ(outcome.status, 0) << outcome.output;
  const std::string token = outcome.output.substr(0, outcome.output.find('\n'));
  AdminProcess other({"--kv", "OTHER", "--admin-tokens", folder_.path() + "/tokens"});
  EXPECT_EQ(other.Call("PUT", "/CACHE/values/a", "1", token).status, 200);
  EXPECT_EQ(other.Call("PUT", "/OTHER/values/a", "1", token).status, 403);
  EXPECT_EQ(other.Call("GET", "/OTHER/keys", "", token).status, 200);
}

}  // namespace
}  // namespace sedge::e2e
