// SPDX-License-Identifier: Apache-2.0
// What wrangler keeps locally of a project, made by wrangler itself, and how it comes into the
// store and back. Skipped, with the reason, where wrangler cannot be installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/harness/kv_cli.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class KvWranglerStateTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ChildProcess install({SEDGE_SOURCE_DIR "/tests/e2e/clients/install.sh"});
    const int status = install.WaitForExit(KvCli::kLongMs).value_or(-1);
    std::string said = install.out();
    while (said.ends_with('\n')) said.pop_back();
    (status == 0 ? packages_ : reason_) = said;
    EXPECT_TRUE(status == 0 || status == 77) << said << install.err();
  }
  void SetUp() override {
    if (packages_.empty()) GTEST_SKIP() << reason_;
    folder_.Write("w.js", "export default {}");
    folder_.Write("wrangler.toml",
                  "name = \"w\"\nmain = \"w.js\"\ncompatibility_date = \"2026-01-01\"\n"
                  "[[kv_namespaces]]\nbinding = \"CACHE\"\nid = \"0123456789abcdef\"\n"
                  "[[kv_namespaces]]\nbinding = \"ODD\"\nid = \"an odd/id \xc3\xbc\"\n");
  }

  // A script in which `wrangler` and `kv` are commands.
  KvOutcome Shell(const std::string& script) {
    return kv_.Shell(
        "export HOME=$PWD CI=1 NO_COLOR=1 WRANGLER_SEND_METRICS=false "
        "WRANGLER_HIDE_BANNER=true\nwrangler() { node '" +
        packages_ + "/node_modules/wrangler/bin/wrangler.js' \"$@\"; }\n" + script);
  }

  static inline std::string packages_;
  static inline std::string reason_;
  TempFolder folder_;
  KvCli kv_{folder_.path()};
};

TEST_F(KvWranglerStateTest, ComesIntoTheStoreAndBack) {
  folder_.Write("bytes", std::string("\0\xff\xfe\r\n", 5));
  folder_.Write("pairs.json",
                R"([{"key":"a","value":"1"},{"key":"b/2","value":"","metadata":[1]}])");
  const KvOutcome made = Shell(R"(set -e
    wrangler kv key put 'k/ü 1' 'text' --binding CACHE --local --metadata '{"m": 1.5}' --expiration 2147483000
    wrangler kv key put bytes --path bytes --binding CACHE --local
    wrangler kv bulk put pairs.json --binding ODD --local
    wrangler kv key put lone v --namespace-id of-no-config --local)");
  ASSERT_EQ(made.status, 0) << made.out << made.err;
  const KvOutcome imported = kv_.Run({"import", "--from-wrangler", "."});
  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(imported.out,
            "Imported 2 entries into the namespace CACHE (id: \"0123456789abcdef\").\n"
            "Imported 2 entries into the namespace ODD (id: \"an odd/id \xc3\xbc\").\n"
            "Imported 1 entry into the namespace (id: \"of-no-config\").\n");
  EXPECT_EQ(kv_.Out({"export", "--binding", "CACHE"}),
            "{\"key\":\"bytes\",\"value\":\"AP/+DQo=\",\"base64\":true}\n"
            "{\"key\":\"k/\xc3\xbc 1\",\"value\":\"text\",\"expiration\":2147483000,\"metadata\":"
            "{\"m\":1.5}}\n");
  EXPECT_EQ(kv_.Out({"export", "--binding", "ODD"}),
            "{\"key\":\"a\",\"value\":\"1\"}\n{\"key\":\"b/2\",\"value\":\"\",\"metadata\":[1]}\n");
  EXPECT_EQ(kv_.Out({"key", "get", "lone", "--namespace-id", "of-no-config"}), "v");
  // One alone, into another folder, from the folder itself.
  const json one = json::parse(kv_.Out({"import", "--from-wrangler", ".wrangler/state/v3/kv",
                                        "--binding", "ODD", "--data-dir", "other", "--json"}));
  EXPECT_EQ(one["written"], 2);
  EXPECT_EQ(json::parse(kv_.Out({"namespace", "list", "--data-dir", "other"})).size(), 1u);
  // What is exported as an array is what wrangler takes.
  const KvOutcome back = Shell(R"(set -e
    kv export --binding CACHE --json > array.json
    wrangler kv bulk put array.json --namespace-id copy --local > /dev/null
    wrangler kv key get 'k/ü 1' --namespace-id copy --local)");
  EXPECT_EQ(back.status, 0) << back.out << back.err;
  EXPECT_THAT(back.out, HasSubstr("text"));
}

}  // namespace
}  // namespace sedge::e2e
