// SPDX-License-Identifier: Apache-2.0
// The words of `sedge kv` on a folder, in this process: what they print, where, and how they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/kv/words.h"
#include "tools/kv/wrangler_state.h"
#include "tools/kv_command.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

class KvWordsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sedge-words-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = fs::canonical(pattern);
    Write("wrangler.toml",
          "[[kv_namespaces]]\nbinding = \"CACHE\"\nid = \"cache-1\"\n"
          "[[kv_namespaces]]\nbinding = \"BOTH\"\nid = \"b\"\npreview_id = \"b-pre\"\n");
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name, std::ios::binary) << text;
    return (dir_ / name).string();
  }
  std::string Read(const std::string& name) {
    std::ifstream file(dir_ / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  // `sedge kv WORDS` with --config of the test's folder.
  Outcome Kv(std::vector<std::string> words) {
    words.insert(words.begin(), {"sedge", "kv"});
    words.insert(words.end(), {"--config", dir_.string()});
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    Outcome outcome;
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    outcome.status = RunCli(static_cast<int>(argv.size()), argv.data(),
                            {KvCommand({AddKvNamespaceWords, AddKvKeyWords, AddKvBulkWords,
                                        AddKvExportWord, AddKvImportWord})});
    outcome.out = ::testing::internal::GetCapturedStdout();
    outcome.err = ::testing::internal::GetCapturedStderr();
    return outcome;
  }
  // The standard output of what shall succeed.
  std::string Out(std::vector<std::string> words) {
    const Outcome outcome = Kv(std::move(words));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  }
  void Put(const std::string& key, const std::string& value, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"key", "put", key, value, "--binding", "CACHE"});
    Out(std::move(more));
  }

  fs::path dir_;
};

TEST_F(KvWordsTest, NamespacesAreMadeListedRenamedAndDeleted) {
  const json made = json::parse(Out({"namespace", "create", "drafts", "--json"}));
  EXPECT_EQ(made["title"], "drafts");
  const std::string id = made["id"];
  const std::string said = Out({"namespace", "create", "my drafts", "--env", "stage", "--preview"});
  EXPECT_THAT(said, HasSubstr("Created the namespace \"stage-my drafts_preview\" with the id "));
  EXPECT_THAT(said, HasSubstr("\"binding\": \"my_drafts\""));
  EXPECT_THAT(said, HasSubstr("\"preview_id\": \""));
  json list = json::parse(Out({"namespace", "list"}));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0], (json{{"id", id}, {"title", "drafts"}, {"supports_url_encoding", true}}));
  EXPECT_EQ(Out({"namespace", "rename", "drafts", "--new-name", "texts"}),
            "Renamed the namespace " + id + " to \"texts\".\n");
  EXPECT_THAT(Kv({"namespace", "create", "texts"}).err, HasSubstr("already exists"));
  EXPECT_EQ(Out({"namespace", "delete", "texts"}),
            "Deleted the namespace name: \"texts\" (id: \"" + id + "\").\n");
  EXPECT_EQ(json::parse(Out({"namespace", "list", "--json"})).size(), 1u);
  const Outcome gone = Kv({"namespace", "delete", "texts"});
  EXPECT_EQ(gone.status, 1);
  EXPECT_THAT(gone.err, HasSubstr("there is no namespace with the name \"texts\""));
}

TEST_F(KvWordsTest, KeysAreWrittenReadListedAndDeleted) {
  EXPECT_EQ(Out({"key", "put", "a/\xc3\xbc", "v", "--binding", "CACHE"}),
            "Wrote 1 byte to the key \"a/\xc3\xbc\" on the namespace binding: \"CACHE\" (id: "
            "\"cache-1\").\n");
  Put("b", "w", {"--metadata", "{\"z\":1,\"a\":[2]}", "--expiration", "9999999999"});
  EXPECT_EQ(Out({"key", "get", "a/\xc3\xbc", "--binding", "CACHE"}), "v");
  EXPECT_EQ(Out({"key", "get", "b", "--namespace-id", "cache-1", "--text"}), "w\n");
  EXPECT_EQ(Out({"key", "get", "b", "--binding", "CACHE", "--json"}),
            "{\"key\":\"b\",\"value\":\"w\",\"expiration\":9999999999,\"metadata\":{\"z\":1,\"a\":"
            "[2]}}\n");
  EXPECT_EQ(
      Out({"key", "list", "--binding", "CACHE"}),
      "[\n  {\n    \"name\": \"a/\xc3\xbc\"\n  },\n  {\n    \"name\": \"b\",\n    "
      "\"expiration\": 9999999999,\n    \"metadata\": {\n      \"z\": 1,\n      \"a\": [\n    "
      "    2\n      ]\n    }\n  }\n]\n");
  EXPECT_EQ(Out({"key", "list", "--binding", "CACHE", "--prefix", "a/", "--json"}),
            "[{\"name\":\"a/\xc3\xbc\"}]\n");
  EXPECT_EQ(Out({"key", "list", "--binding", "CACHE", "--prefix", "c"}), "[]\n");
  EXPECT_EQ(Out({"key", "delete", "b", "--binding", "CACHE", "--json"}),
            "{\"namespace_id\":\"cache-1\",\"key\":\"b\",\"deleted\":true}\n");
  const Outcome gone = Kv({"key", "get", "b", "--binding", "CACHE"});
  EXPECT_EQ(gone.status, 1);
  EXPECT_EQ(gone.out, "");
  EXPECT_EQ(gone.err,
            "sedge: the key \"b\" is not in the namespace binding: \"CACHE\" (id: \"cache-1\")\n");
  EXPECT_EQ(Kv({"key", "delete", "b", "--binding", "CACHE"}).status, 0) << "as Workers KV has it";
}

TEST_F(KvWordsTest, FilesAndDataAreFoundFromTheWorkingFolderThatIsNamed) {
  const fs::path before = fs::current_path();
  Write("value.txt", "of a file");
  fs::create_directory(dir_ / "below");
  Out({"key", "put", "a", "--binding", "CACHE", "--path", "../value.txt", "--cwd",
       (dir_ / "below").string()});
  fs::current_path(before);
  EXPECT_EQ(Out({"key", "get", "a", "--binding", "CACHE"}), "of a file");
}

TEST_F(KvWordsTest, BytesAreKeptAsTheyAre) {
  const std::string bytes("\0\xff\r\n\xc3", 5);
  const std::string path = Write("bytes", bytes);
  Out({"key", "put", "k", "--path", path, "--binding", "CACHE", "--metadata", "1"});
  EXPECT_EQ(Out({"key", "get", "k", "--binding", "CACHE"}), bytes);
  EXPECT_EQ(Out({"key", "get", "k", "--binding", "CACHE", "--text"}),
            std::string("\0", 1) + "\xef\xbf\xbd\r\n\xef\xbf\xbd\n");
  EXPECT_EQ(Out({"key", "get", "k", "--binding", "CACHE", "--json"}),
            "{\"key\":\"k\",\"value\":\"AP8NCsM=\",\"base64\":true,\"metadata\":1}\n");
  Out({"key", "put", "empty", "", "--binding", "CACHE"});
  EXPECT_EQ(Out({"key", "get", "empty", "--binding", "CACHE"}), "");
}

TEST_F(KvWordsTest, LimitsAreThoseOfWorkersKv) {
  const std::vector<std::string> in = {"--binding", "CACHE"};
  const auto put = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"key", "put"});
    words.insert(words.end(), in.begin(), in.end());
    return Kv(words);
  };
  EXPECT_EQ(put({std::string(512, 'k'), "v"}).status, 0);
  const Outcome long_key = put({std::string(513, 'k'), "v"});
  EXPECT_EQ(long_key.status, 1);
  EXPECT_THAT(long_key.err,
              HasSubstr("UTF-8 encoded length of 513 exceeds key length limit of 512"));
  EXPECT_THAT(put({"..", "v"}).err, HasSubstr("\"..\" is not allowed as a key name"));
  EXPECT_THAT(put({"", "v"}).err, HasSubstr("sedge: "));
  EXPECT_THAT(put({"k", "v", "--ttl", "59"}).err, HasSubstr("Expiration TTL must be at least 60"));
  EXPECT_EQ(put({"k", "v", "--ttl", "60"}).status, 0);
  const std::string path = Write("long", std::string(25u << 20, 'v'));
  EXPECT_EQ(put({"long", "--path", path}).status, 0);
  EXPECT_EQ(Out({"key", "get", "long", "--binding", "CACHE"}).size(), 25u << 20);
  std::ofstream(path, std::ios::app) << "v";
  EXPECT_THAT(put({"longer", "--path", path}).err,
              HasSubstr("this is longer; a value may have 26214400 bytes"));
}

TEST_F(KvWordsTest, ANamespaceThatAMistypedIdMakesIsTold) {
  const auto put = [&](const std::string& id) {
    const Outcome outcome = Kv({"key", "put", "k", "v", "--namespace-id", id});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.err;
  };
  EXPECT_EQ(put("first"), "") << "of an empty folder there is nothing to say";
  EXPECT_EQ(put("cache-1"), "") << "the configuration has it";
  EXPECT_EQ(put("fisrt"),
            "sedge: note: made the namespace fisrt, which was not there; did you mean first?; "
            "there are: cache-1, first\n");
  EXPECT_EQ(put("fisrt"), "");
  Out({"namespace", "create", "texts"});
  EXPECT_THAT(put("other"), HasSubstr("there are: cache-1, first, fisrt, texts ("));
}

TEST_F(KvWordsTest, WrongUsageEndsWith2) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"key", "put", "k", "--binding", "CACHE"},
       "sedge kv key put: what to write is not said; allowed is a value after the key"},
      {{"key", "put", "k", "v", "--path", "f", "--binding", "CACHE"}, "allowed is one of them"},
      {{"key", "put", "k", "v"}, "allowed is --binding or --namespace-id"},
      {{"key", "put", "k", "v", "--binding", "BOTH"}, "allowed is --preview or --preview=false"},
      {{"key", "put", "k", "v", "--binding", "CACHE", "--metadata", "{"}, "not valid JSON"},
      {{"key", "put", "k", "v", "--binding", "CACHE", "--tll", "60"}, "did you mean --ttl?"},
      {{"key", "get", "k", "--binding", "CASHE"}, "did you mean CACHE?"},
      {{"key", "list"}, "sedge kv key list: which namespace is not said"},
      {{"key", "list", "--binding", "CACHE", "--remote"}, "--remote: which server is not said"},
      {{"namespace", "create"}, "sedge kv namespace create: namespace is required"},
      {{"namespace", "rename", "a"}, "--new-name is required"},
      {{"namespace", "rename", "a", "--namespace-id", "b", "--new-name", "c"}, "allowed is one of"},
      {{"namespace", "rename", "--new-name", "c"}, "allowed is its name, or --namespace-id"},
      {{"namespace", "delete"}, "the namespace is named not at all"},
      {{"namespace", "delete", "a", "--namespace-id", "b"}, "named more than once"},
      {{"import", "--skip", "x", "f", "--binding", "CACHE"}, "--skip x: allowed is a number"},
      {{"import", "f", "--from-wrangler", "."}, "a file and --from-wrangler: allowed is one"},
  };
  for (const auto& [words, why] : cases) {
    const Outcome outcome = Kv(words);
    EXPECT_EQ(outcome.status, 2) << why << "\n" << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(why));
    EXPECT_THAT(outcome.err, HasSubstr("--help"));
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_FALSE(fs::exists(dir_ / ".sedge")) << "wrong usage makes nothing";
}

TEST_F(KvWordsTest, WhatOnlyReadsMakesNoFolder) {
  const Outcome outcome = Kv({"key", "list", "--binding", "CACHE"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr(dir_.string() + "/.sedge holds no KV data yet"));
  EXPECT_FALSE(fs::exists(dir_ / ".sedge"));
  Put("k", "v");
  EXPECT_EQ(Out({"key", "list", "--binding", "BOTH"}), "[]\n") << "a binding is there, if empty";
  EXPECT_THAT(Kv({"key", "list", "--namespace-id", "none"}).err, HasSubstr("namespace not found"));
}

TEST_F(KvWordsTest, PreviewIsANamespaceOfItsOwn) {
  Out({"key", "put", "k", "real", "--binding", "BOTH", "--preview", "false"});
  Out({"key", "put", "k", "preview", "--binding", "BOTH", "--preview"});
  EXPECT_EQ(Out({"key", "get", "k", "--binding", "BOTH"}), "real");
  EXPECT_EQ(Out({"key", "get", "k", "--binding", "BOTH", "--preview"}), "preview");
  EXPECT_EQ(Out({"key", "get", "k", "--namespace-id", "b-pre"}), "preview");
}

TEST_F(KvWordsTest, ManyKeysGoInAndOutAtOnce) {
  json pairs = json::array();
  for (int i = 0; i < 2500; ++i) {
    pairs.push_back({{"key", "k" + std::to_string(10000 + i)}, {"value", std::to_string(i)}});
  }
  pairs[7] = {{"key", "k10007"}, {"value", "aGk="}, {"base64", true}, {"metadata", {{"m", 1}}}};
  EXPECT_EQ(Out({"bulk", "put", Write("pairs.json", pairs.dump(2)), "--binding", "CACHE"}),
            "Wrote 2,500 keys to the namespace binding: \"CACHE\" (id: \"cache-1\").\n");
  Write("keys.json", Out({"key", "list", "--binding", "CACHE"}));
  const std::string keys = dir_ / "keys.json";
  EXPECT_EQ(json::parse(Read("keys.json")).size(), 2500u);
  const json values = json::parse(Out({"bulk", "get", keys, "--binding", "CACHE"}));
  ASSERT_EQ(values.size(), 2500u);
  EXPECT_EQ(values["k10007"], "hi");
  EXPECT_EQ(values["k12499"], "2499");
  EXPECT_EQ(Out({"bulk", "get", Write("two", R"(["k10001","none"])"), "--binding", "CACHE"}),
            "{\n  \"k10001\": \"1\",\n  \"none\": null\n}\n");
  EXPECT_EQ(Out({"bulk", "get", Write("no", "[]"), "--binding", "CACHE", "--json"}), "{}\n");
  EXPECT_EQ(Out({"bulk", "delete", keys, "--force", "--binding", "CACHE", "--json"}),
            "{\"namespace_id\":\"cache-1\",\"deleted\":2500}\n");
  EXPECT_EQ(Out({"key", "list", "--binding", "CACHE"}), "[]\n");
}

TEST_F(KvWordsTest, AMistakeInAFileChangesNothing) {
  Put("kept", "v");
  const std::string bad = Write("bad.json", R"([{"key":"new","value":"v"}, {"key":"kept"}, 7])");
  const Outcome put = Kv({"bulk", "put", bad, "--binding", "CACHE"});
  EXPECT_EQ(put.status, 1);
  EXPECT_EQ(put.err, "sedge: " + bad + ": element 2 (line 1): A value is missing (key \"kept\")\n" +
                         bad + ": element 3 (line 1): this is no JSON object {key, value}; " +
                         "nothing is written\n");
  const std::string keys = Write("keys.json", R"(["kept", 7])");
  const Outcome deleted = Kv({"bulk", "delete", keys, "-f", "--binding", "CACHE"});
  EXPECT_EQ(deleted.status, 1);
  EXPECT_THAT(deleted.err, HasSubstr("element 2 (line 1): this is no key"));
  EXPECT_THAT(deleted.err, HasSubstr("nothing is deleted"));
  EXPECT_EQ(Out({"key", "list", "--json", "--binding", "CACHE"}), "[{\"name\":\"kept\"}]\n");
  EXPECT_THAT(Kv({"bulk", "put", "/nowhere", "--binding", "CACHE"}).err,
              HasSubstr("/nowhere: No such file"));
}

TEST_F(KvWordsTest, WhatIsExportedIsImportedAgain) {
  Put("text", "\xc3\xa4 \"quoted\" \xef\xbf\xbd\n", {"--metadata", "[1.5,{\"k\":null}]"});
  Put("later", "x", {"--expiration", "9999999999"});
  Out({"key", "put", "bytes/1", "--path", Write("b", std::string("\0\xfe", 2)), "--binding",
       "CACHE", "--metadata", "{}", "--expiration", "9999999999"});
  Out({"key", "put", "bom", "--path", Write("m", "\xef\xbb\xbfmark"), "--binding", "CACHE"});
  const std::string file = dir_ / "out.jsonl";
  const Outcome exported = Kv({"export", file, "--binding", "CACHE"});
  EXPECT_EQ(exported.status, 0) << exported.err;
  EXPECT_EQ(exported.out, "");
  EXPECT_EQ(exported.err,
            "Exported 4 entries of the namespace binding: \"CACHE\" (id: \"cache-1\").\n");
  EXPECT_EQ(Read("out.jsonl"),
            "{\"key\":\"bom\",\"value\":\"\xef\xbb\xbfmark\"}\n"
            "{\"key\":\"bytes/1\",\"value\":\"AP4=\",\"base64\":true,\"expiration\":9999999999,"
            "\"metadata\":{}}\n"
            "{\"key\":\"later\",\"value\":\"x\",\"expiration\":9999999999}\n"
            "{\"key\":\"text\",\"value\":\"\xc3\xa4 \\\"quoted\\\" \xef\xbf\xbd\\n\",\"metadata\":"
            "[1.5,{\"k\":null}]}\n");
  EXPECT_EQ(Out({"import", file, "--namespace-id", "copy"}),
            "Imported 4 entries into the namespace id: \"copy\".\n");
  EXPECT_EQ(Out({"export", "--namespace-id", "copy"}), Read("out.jsonl"));
  const std::string array = Out({"export", "--namespace-id", "copy", "--json"});
  EXPECT_EQ(json::parse(array).size(), 4u);
  EXPECT_EQ(Out({"bulk", "put", Write("array", array), "--namespace-id", "third", "--json"}),
            "{\"namespace_id\":\"third\",\"written\":4}\n");
  EXPECT_EQ(Out({"export", "-", "--namespace-id", "third"}), Read("out.jsonl"));
  EXPECT_EQ(Out({"export", "--namespace-id", "third", "--prefix", "te"}).substr(0, 13),
            "{\"key\":\"text\"");
  EXPECT_EQ(Out({"export", "--binding", "BOTH", "--json"}), "[]\n");
}

TEST_F(KvWordsTest, AnImportGoesOnAfterAMistake) {
  const std::string file = Write("in.jsonl",
                                 "{\"key\":\"a\",\"value\":\"1\"}\n"
                                 "{\"key\":\"old\",\"value\":\"1\",\"expiration\":5}\n"
                                 "{\"key\":\"b\"}\n"
                                 "{\"key\":\"c\",\"value\":\"3\"}\n");
  const Outcome failed = Kv({"import", file, "--binding", "CACHE"});
  EXPECT_EQ(failed.status, 1);
  EXPECT_EQ(failed.err, "sedge: " + file +
                            ":3: A value is missing (key \"b\"); 1 entry is written; go on with "
                            "--skip 2\n");
  EXPECT_EQ(Out({"import", file, "--binding", "CACHE", "--skip", "3", "--json"}),
            "{\"namespace_id\":\"cache-1\",\"written\":1,\"expired\":0}\n");
  EXPECT_EQ(Out({"key", "list", "--json", "--binding", "CACHE"}),
            "[{\"name\":\"a\"},{\"name\":\"c\"}]\n");
}

TEST_F(KvWordsTest, WhatTheStoreRefusesIsLeftOutOfAnImportFromWrangler) {
  const fs::path state = dir_ / ".wrangler/state/v3/kv";
  fs::create_directories(state / "miniflare-KVNamespaceObject");
  fs::create_directories(state / "cache-1/blobs");
  Write(".wrangler/state/v3/kv/cache-1/blobs/one", "1");
  sqlite3* database = nullptr;
  const std::string name = WranglerDatabaseName("cache-1") + ".sqlite";
  ASSERT_EQ(sqlite3_open((state / "miniflare-KVNamespaceObject" / name).c_str(), &database),
            SQLITE_OK);
  const int made =
      sqlite3_exec(database,
                   "CREATE TABLE _mf_entries (key TEXT PRIMARY KEY, blob_id TEXT NOT NULL, "
                   "expiration INTEGER, metadata TEXT);"
                   "INSERT INTO _mf_entries VALUES ('a','one',NULL,'{\"cut\":\"\\ud83d\"}'),"
                   "('b','one',NULL,'{no JSON'),('c','one',NULL,NULL);",
                   nullptr, nullptr, nullptr);
  sqlite3_close(database);
  ASSERT_EQ(made, SQLITE_OK);
  const Outcome imported = Kv({"import", "--from-wrangler", dir_.string()});
  EXPECT_EQ(imported.status, 1);
  EXPECT_EQ(imported.err,
            "sedge: the entry \"b\" of the namespace cache-1 is left out: Metadata is not valid "
            "JSON.\n");
  EXPECT_EQ(imported.out, "Imported 2 entries into the namespace CACHE (id: \"cache-1\").\n");
  EXPECT_EQ(Out({"export", "--binding", "CACHE"}),
            "{\"key\":\"a\",\"value\":\"1\",\"metadata\":{\"cut\":\"\xef\xbf\xbd\"}}\n"
            "{\"key\":\"c\",\"value\":\"1\"}\n");
}

TEST_F(KvWordsTest, AnImportTakesHalfACharacter) {
  const std::string file =
      Write("in.jsonl", R"({"key":"a","value":"\ud83d","metadata":["\ude00"]})");
  Out({"import", file, "--binding", "CACHE"});
  EXPECT_EQ(Out({"export", "--binding", "CACHE"}),
            "{\"key\":\"a\",\"value\":\"\xef\xbf\xbd\",\"metadata\":[\"\xef\xbf\xbd\"]}\n");
}

TEST_F(KvWordsTest, AnExportThatFailsLeavesTheFileThatWasThere) {
  Put("k", "v");
  const std::string file = Write("out", "before");
  EXPECT_EQ(Kv({"export", file, "--namespace-id", "none"}).status, 1);
  EXPECT_EQ(Read("out"), "before");
  EXPECT_THAT(Kv({"export", dir_ / "no/where", "--binding", "CACHE"}).err,
              HasSubstr("no/where: No such file"));
  EXPECT_EQ(Kv({"export", "/dev/full", "--binding", "CACHE"}).status, 1);
  EXPECT_TRUE(fs::is_character_file("/dev/full")) << "nothing took its place";
  EXPECT_EQ(Kv({"export", file, "--binding", "CACHE"}).status, 0);
  EXPECT_EQ(Read("out"), "{\"key\":\"k\",\"value\":\"v\"}\n");
  for (const auto& entry : fs::directory_iterator(dir_)) {
    EXPECT_EQ(entry.path().filename().string().find("out."), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace sedge::tools
