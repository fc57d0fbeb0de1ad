// SPDX-License-Identifier: Apache-2.0
// `sedge kv` with the real binary: on a folder, beside the server that has the folder, and over a
// URL, where a user sees no difference; and what happens when several want the same folder.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include "tests/e2e/harness/admin.h"
#include "tests/e2e/harness/kv_cli.h"

namespace sedge::e2e {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Values;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

enum class Where { kFolder, kBesideServer, kUrl };

class KvCommandTest : public testing::TestWithParam<Where> {
 protected:
  void SetUp() override {
    unsetenv("SEDGE_ADMIN_TOKEN");
    unsetenv("CLOUDFLARE_API_TOKEN");
    folder_.Write("wrangler.toml", "[[kv_namespaces]]\nbinding = \"CACHE\"\nid = \"CACHE\"\n");
    std::vector<std::string> place;
    if (GetParam() != Where::kFolder) server_ = std::make_unique<AdminProcess>();
    if (GetParam() == Where::kBesideServer) {
      place = {"--data-dir", server_->folder().path() + "/.sedge"};
    } else if (GetParam() == Where::kUrl) {
      place = {"--url", server_->url(), "--token-file",
               folder_.Write("token", std::string(AdminProcess::kToken) + "\n")};
    }
    kv_ = std::make_unique<KvCli>(folder_.path(), place);
  }

  // In the namespace of the configuration, which the server has too.
  std::string Out(std::vector<std::string> words) {
    words.insert(words.end(), {"--binding", "CACHE"});
    return kv_->Out(std::move(words));
  }
  KvOutcome Run(std::vector<std::string> words) {
    words.insert(words.end(), {"--binding", "CACHE"});
    return kv_->Run(std::move(words));
  }

  TempFolder folder_;
  std::unique_ptr<AdminProcess> server_;
  std::unique_ptr<KvCli> kv_;
};

INSTANTIATE_TEST_SUITE_P(Everywhere, KvCommandTest,
                         Values(Where::kFolder, Where::kBesideServer, Where::kUrl),
                         [](const auto& info) {
                           return info.param == Where::kFolder         ? "OnAFolder"
                                  : info.param == Where::kBesideServer ? "BesideTheServer"
                                                                       : "OverAUrl";
                         });

TEST_P(KvCommandTest, HandlesSingleKeys) {
  const std::string key = "a/\xc3\xbc \xf0\x9f\x98\x80?%2F&#";
  const std::string bytes("\0\xff\xfe\r\n", 5);
  folder_.Write("bytes", bytes);
  EXPECT_THAT(Out({"key", "put", key, "text", "--metadata", "{\"z\":[1]}", "--ttl", "3600"}),
              HasSubstr("Wrote 4 bytes to the key \"" + key + "\""));
  Out({"key", "put", "bytes", "--path", "bytes", "--metadata", "1"});
  EXPECT_EQ(Out({"key", "get", key}), "text");
  EXPECT_EQ(Out({"key", "get", "bytes"}), bytes);
  const json list = json::parse(Out({"key", "list"}));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["name"], key);
  EXPECT_EQ(list[0]["metadata"], json::parse("{\"z\":[1]}"));
  EXPECT_GT(list[0]["expiration"], 1'600'000'000);
  const json got = json::parse(Out({"key", "get", "bytes", "--json"}));
  EXPECT_EQ(got, json::parse(R"({"key":"bytes","value":"AP/+DQo=","base64":true,"metadata":1})"));
  Out({"key", "delete", key});
  const KvOutcome gone = Run({"key", "get", key});
  EXPECT_EQ(gone.status, 1);
  EXPECT_EQ(gone.out, "");
  EXPECT_THAT(gone.err, HasSubstr("is not in the namespace"));
}

TEST_P(KvCommandTest, HandlesNamespaces) {
  const std::string id = json::parse(kv_->Out({"namespace", "create", "t", "--json"}))["id"];
  kv_->Out({"key", "put", "k", "v", "--namespace-id", id});
  EXPECT_THAT(kv_->Out({"namespace", "list"}), HasSubstr(id));
  EXPECT_THAT(kv_->Run({"namespace", "create", "t"}).err, HasSubstr("already exists"));
  kv_->Out({"namespace", "rename", "t", "--new-name", "u"});
  kv_->Out({"namespace", "delete", "u", "-y"});
  const KvOutcome gone = kv_->Run({"key", "list", "--namespace-id", id});
  EXPECT_EQ(gone.status, 1);
  EXPECT_THAT(gone.err, HasSubstr("namespace not found"));
  EXPECT_THAT(kv_->Run({"namespace", "delete", "u", "-y"}).err, HasSubstr("there is no namespace"));
}

TEST_P(KvCommandTest, MovesDataInAndOut) {
  std::string lines;
  for (int i = 0; i < 1234; ++i) {
    lines += "{\"key\":\"k" + std::to_string(1000 + i) + "\",\"value\":\"" + std::to_string(i) +
             "\"" + (i % 3 == 0 ? ",\"metadata\":{\"i\":" + std::to_string(i) + "}" : "") + "}\n";
  }
  lines += "{\"key\":\"z\",\"value\":\"AP8=\",\"base64\":true,\"expiration\":9999999999}\n";
  folder_.Write("in.jsonl", lines);
  EXPECT_THAT(Out({"import", "in.jsonl"}), HasSubstr("Imported 1,235 entries"));
  EXPECT_EQ(Out({"export"}), lines);
  const KvOutcome to_file = Run({"export", "out.jsonl", "--prefix", "k2"});
  EXPECT_EQ(to_file.status, 0) << to_file.err;
  EXPECT_THAT(to_file.err, HasSubstr("Exported 234 entries of the namespace"));
  EXPECT_THAT(ReadFile(folder_.path() + "/out.jsonl"), testing::StartsWith("{\"key\":\"k2000\","));
  folder_.Write("keys.json", Out({"key", "list", "--json"}));
  EXPECT_EQ(json::parse(Out({"bulk", "get", "keys.json", "--json"})).size(), 1235u);
  EXPECT_THAT(Out({"bulk", "delete", "keys.json", "--force"}), HasSubstr("Deleted 1,235 keys"));
  EXPECT_EQ(Out({"key", "list"}), "[]\n");
  const KvOutcome piped =
      kv_->Shell("kv import - --binding CACHE < in.jsonl && kv export --binding CACHE | head -n 1");
  EXPECT_EQ(piped.status, 0);
  EXPECT_THAT(piped.out, HasSubstr("{\"key\":\"k1000\",\"value\":\"0\",\"metadata\":{\"i\":0}}\n"));
  EXPECT_THAT(piped.err, Not(HasSubstr("sedge:"))) << "nobody is told that head has gone";
}

TEST_P(KvCommandTest, KeepsTheLongestValue) {
  std::string value(25u << 20, '\0');
  for (size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * 31 >> 3);
  folder_.Write("value", value);
  const std::string where = " --binding CACHE";
  std::string script = "set -e; kv key put long --path value --metadata '[1]'" + where +
                       "; kv key get long" + where + " > got";
  // The rest takes long without optimisation, and goes the same way everywhere.
  const bool moves = GetParam() == Where::kFolder;
  if (moves) {
    script += "; kv export out.jsonl" + where + "; kv key delete long" + where +
              "; kv import out.jsonl" + where + "; kv key get long" + where + " > again";
  }
  const KvOutcome moved = kv_->Shell(script);
  EXPECT_EQ(moved.status, 0) << moved.err;
  EXPECT_TRUE(ReadFile(folder_.path() + "/got") == value);
  EXPECT_TRUE(!moves || ReadFile(folder_.path() + "/again") == value);
  EXPECT_EQ(Out({"key", "list", "--json"}), "[{\"name\":\"long\",\"metadata\":[1]}]\n");
  std::ofstream(folder_.path() + "/value", std::ios::app) << "x";
  const KvOutcome longer = Run({"key", "put", "longer", "--path", "value"});
  EXPECT_EQ(longer.status, 1);
  EXPECT_THAT(longer.err, HasSubstr("26214400 bytes"));
}

// The process has a handler for SIGINT.
bool CatchesInterrupts(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("SigCgt:", 0) != 0) continue;
    return (std::stoull(line.substr(7), nullptr, 16) >> (SIGINT - 1) & 1) != 0;
  }
  return false;
}

bool WaitUntil(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

TEST_P(KvCommandTest, AnInterruptedImportIsWholeAndGoesOn) {
  const std::string fifo = folder_.path() + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  std::vector<std::string> words = kv_->Words({"import", "fifo", "--binding", "CACHE"});
  SedgeProcess process(words, folder_.path());
  const int fd = open(fifo.c_str(), O_WRONLY | O_CLOEXEC);  // once it is opened for reading
  for (const char* key : {"a", "b", "c"}) {
    const std::string line = "{\"key\":\"" + std::string(key) + "\",\"value\":\"v\"}\n";
    ASSERT_EQ(write(fd, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
  ASSERT_TRUE(WaitUntil([&] {
    int unread = 1;
    return CatchesInterrupts(process.pid()) && ioctl(fd, FIONREAD, &unread) == 0 && unread == 0;
  }));
  process.Signal(SIGINT);
  EXPECT_EQ(process.WaitForExit(KvCli::kLongMs), 128 + SIGINT);
  close(fd);
  EXPECT_THAT(process.err(), HasSubstr("interrupted; 3 entries are written; go on with --skip 3"));
  EXPECT_EQ(Out({"key", "list", "--json"}),
            "[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}]\n");
}

class KvBesideServerTest : public testing::Test {
 protected:
  AdminProcess server_;
  KvCli kv_{server_.folder().path(), {"--namespace-id", AdminProcess::kNamespace}};
};

TEST_F(KvBesideServerTest, TheWorkerAndTheCommandSeeTheSame) {
  kv_.Out({"key", "put", "greeting", "hello"});
  EXPECT_EQ(Get(server_.worker_url() + "/greeting").body, "hello");
  EXPECT_EQ(server_.Call("PUT", "/CACHE/values/other", "x").status, 200);
  EXPECT_EQ(kv_.Out({"key", "get", "other"}), "x");
  server_.Stop();
  EXPECT_EQ(kv_.Out({"key", "get", "greeting"}), "hello") << "the folder is free again";
}

TEST_F(KvBesideServerTest, ATokenIsNeededOverTheUrl) {
  const KvCli over_url(server_.folder().path(), {"--url", server_.url()});
  const KvOutcome refused = over_url.Run({"namespace", "list"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("[code: 10000]; a token is given by SEDGE_ADMIN_TOKEN"));
  const KvOutcome given = over_url.Shell("SEDGE_ADMIN_TOKEN=" + std::string(AdminProcess::kToken) +
                                         " kv namespace list");
  EXPECT_EQ(given.status, 0) << given.err;
  const KvOutcome as_wrangler =
      KvCli(server_.folder().path())
          .Shell("CLOUDFLARE_API_BASE_URL='" + server_.url() + "/client/v4' CLOUDFLARE_API_TOKEN=" +
                 AdminProcess::kToken + " kv key put --remote --namespace-id CACHE k v");
  EXPECT_EQ(as_wrangler.status, 0) << as_wrangler.err;
  EXPECT_EQ(Get(server_.worker_url() + "/k").body, "v");
}

TEST(KvPlacesTest, ANobodyThatListensIsNamed) {
  TempFolder folder;
  const KvOutcome outcome =
      KvCli(folder.path()).Run({"namespace", "list", "--url", "http://127.0.0.1:1"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1"));
  EXPECT_THAT(outcome.err, HasSubstr("is the server started with --admin?"));
}

TEST(KvPlacesTest, SeveralCommandsTakeTurns) {
  TempFolder folder;
  const KvOutcome outcome = KvCli(folder.path()).Shell(R"(
    for i in 1 2 3 4 5 6; do kv key put k$i v$i --namespace-id n > /dev/null & jobs[i]=$!; done
    for i in 1 2 3 4 5 6; do wait ${jobs[i]} || exit 1; done
    kv key list --namespace-id n --json)");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out).size(), 6u);
}

TEST(KvPlacesTest, WhoeverHasTheFolderWithoutASocketIsNamed) {
  TempFolder folder;
  const KvCli kv(folder.path());
  kv.Out({"key", "put", "k", "v", "--namespace-id", "n"});
  const std::string lock = folder.path() + "/.sedge/kv/LOCK";
  const int fd = open(lock.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
  std::ofstream(lock) << "4242\n";
  const KvOutcome outcome = kv.Run({"key", "get", "k", "--namespace-id", "n"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err,
              HasSubstr(folder.path() + "/.sedge/kv is in use by process 4242; stop it"));
  close(fd);
  EXPECT_EQ(kv.Out({"key", "get", "k", "--namespace-id", "n"}), "v");
}

TEST(KvPlacesTest, AnotherVersionOfTheConfigurationDecides) {
  TempFolder folder;
  folder.Write("app/wrangler.jsonc", R"({ "kv_namespaces": [{ "binding": "A", "id": "top" }],
    "env": { "stage": { "kv_namespaces": [{ "binding": "A", "id": "staged" }] } } })");
  const KvCli kv(folder.path(), {"--config", "app/wrangler.jsonc"});
  kv.Out({"key", "put", "k", "1", "--binding", "A"});
  kv.Out({"key", "put", "k", "2", "--binding", "A", "--env", "stage"});
  EXPECT_TRUE(fs::exists(folder.path() + "/app/.sedge/kv"));
  EXPECT_EQ(kv.Out({"key", "get", "k", "--namespace-id", "top"}), "1");
  EXPECT_EQ(kv.Out({"key", "get", "k", "--namespace-id", "staged"}), "2");
}

TEST(KvScaleTest, AHundredThousandKeysGoInAndOut) {
  TempFolder folder;
  constexpr size_t kKeys = 100'000;
  std::string array = "[";
  for (size_t i = 0; i < kKeys; ++i) {
    array += (i ? ",\n" : "") + ("{\"key\":\"" + std::to_string(kKeys + i)) +
             "\",\"value\":\"some value\"}";
  }
  folder.Write("pairs.json", array + "]");
  const KvCli kv(folder.path(), {"--namespace-id", "n"});
  EXPECT_THAT(kv.Out({"bulk", "put", "pairs.json"}), HasSubstr("Wrote 100,000 keys"));
  const KvOutcome exported = kv.Run({"export", "out.jsonl"});
  EXPECT_EQ(exported.status, 0) << exported.err;
  EXPECT_THAT(exported.err, HasSubstr("Exported 100,000 entries"));
}

}  // namespace
}  // namespace sedge::e2e
