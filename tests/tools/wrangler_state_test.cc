// SPDX-License-Identifier: Apache-2.0
// What wrangler keeps of a project, as far as a folder made by hand shows it; the end-to-end tests
// read one that wrangler made.
#include "tools/kv/wrangler_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kNowMs = 1'700'000'000'000;

class WranglerStateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sedge-wrangler-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    project_ = fs::canonical(pattern);
    kv_ = project_ / ".wrangler/state/v3/kv";
  }
  void TearDown() override { fs::remove_all(project_); }

  static void Execute(const fs::path& database, const std::string& sql) {
    fs::create_directories(database.parent_path());
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(database.c_str(), &handle), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
    sqlite3_close(handle);
  }
  fs::path DatabaseOf(const std::string& id) {
    return kv_ / "miniflare-KVNamespaceObject" / (WranglerDatabaseName(id) + ".sqlite");
  }
  // As wrangler does it; `rows` is a list of SQL tuples.
  void Make(const std::string& id, const std::string& rows, const fs::path& database) {
    Execute(database,
            "PRAGMA journal_mode=WAL; CREATE TABLE _mf_entries (key TEXT PRIMARY KEY, blob_id TEXT "
            "NOT NULL, expiration INTEGER, metadata TEXT);" +
                (rows.empty() ? "" : "INSERT INTO _mf_entries VALUES " + rows + ";"));
  }
  void Make(const std::string& id, const std::string& rows) { Make(id, rows, DatabaseOf(id)); }
  void WriteBlob(const std::string& id, const std::string& blob, const std::string& value) {
    fs::create_directories(kv_ / WranglerFolderName(id) / "blobs");
    std::ofstream(kv_ / WranglerFolderName(id) / "blobs" / blob, std::ios::binary) << value;
  }
  std::vector<WranglerNamespace> Namespaces(const std::vector<std::string>& candidates = {}) {
    const Result<WranglerState> state = WranglerState::Find(project_);
    EXPECT_TRUE(state.ok()) << state.status().message();
    return state.ok() ? *state->Namespaces(candidates) : std::vector<WranglerNamespace>();
  }
  static std::string Entries(const WranglerNamespace& ns, WranglerCounts& counts) {
    std::string all;
    const Status status = WranglerState::ReadEntries(ns, kNowMs, counts, [&](KvPair pair) {
      AppendPair(all, pair);
      all += '\n';
      return Status();
    });
    return all + std::string(status.message());
  }

  fs::path project_, kv_;
};

TEST_F(WranglerStateTest, NamesAreThoseThatWranglerMakes) {
  EXPECT_EQ(WranglerDatabaseName("0123456789abcdef0123456789abcdef"),
            "8261cfe8323dd703d3e553434db498fec63d9a7e7ae8a23f047ef589d503196c");
  EXPECT_EQ(WranglerDatabaseName("weird id/\xc3\xbc"),
            "60d6b1bdeba800b785c3f900bd1024329b6b471f0f40be88abe0414ac20d3ba7");
  EXPECT_EQ(WranglerDatabaseName("p2"),
            "a01231d9b3426f909c37adfe7bab46a3e679b204e3d152888686c38330a59923");
  EXPECT_EQ(WranglerFolderName("p2"), "p2");
  EXPECT_EQ(WranglerFolderName("weird id/\xc3\xbc"), "weird id_\xc3\xbc");
  EXPECT_EQ(WranglerFolderName(".."), "__");
  EXPECT_EQ(WranglerFolderName("../a.b/..."), "___a.b____");
  EXPECT_EQ(WranglerFolderName(" a:b? "), "_a_b__");
  EXPECT_EQ(WranglerFolderName("NUL.txt"), "_");
  EXPECT_EQ(WranglerFolderName("com7"), "_");
  EXPECT_EQ(WranglerFolderName("common"), "common");
}

TEST_F(WranglerStateTest, ReadsEntriesWithAllThatBelongsToThem) {
  WriteBlob("ns", "b1", "text");
  WriteBlob("ns", "b2", std::string("\0\xff", 2));
  WriteBlob("ns", "b3", "");
  Make("ns",
       "('b','b1',1700000060000,'{\"a\": 1}'),('a/\xc3\xbc','b2',NULL,NULL),"
       "('gone','b1',1700000059999,NULL),('old','b1',5,NULL),('empty','b3',NULL,'null')");
  const auto all = Namespaces();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].id, "ns");
  EXPECT_EQ(*WranglerState::CountEntries(all[0]), 5u);
  WranglerCounts counts;
  EXPECT_EQ(Entries(all[0], counts),
            "{\"key\":\"a/\xc3\xbc\",\"value\":\"AP8=\",\"base64\":true}\n"
            "{\"key\":\"b\",\"value\":\"text\",\"expiration\":1700000060,\"metadata\":{\"a\": 1}}\n"
            "{\"key\":\"empty\",\"value\":\"\"}\n");
  EXPECT_EQ(counts.expired, 2u);
  EXPECT_EQ(counts.lost, 0u);
}

TEST_F(WranglerStateTest, AValueThatIsNotThereIsCounted) {
  WriteBlob("ns", "b1", "v");
  Make("ns", "('a','none',NULL,NULL),('b','b1',NULL,NULL),('c','../b1',NULL,NULL)");
  WranglerCounts counts;
  EXPECT_EQ(Entries(Namespaces()[0], counts), "{\"key\":\"b\",\"value\":\"v\"}\n");
  EXPECT_EQ(counts.lost, 2u);
  EXPECT_EQ(counts.lost_key, "a");
}

TEST_F(WranglerStateTest, FindsIdsByHashingLikelyOnes) {
  WriteBlob("plain", "b", "1");
  Make("plain", "('k','b',NULL,NULL)");
  WriteBlob("of/config", "b", "2");
  Make("of/config", "('k','b',NULL,NULL)");
  Make("empty", "");  // no folder, nothing lost
  Execute(kv_ / "miniflare-KVNamespaceObject/metadata.sqlite", "CREATE TABLE _cf_ALARM (a)");
  auto all = Namespaces();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, "") << "its folder has another name than the namespace";
  EXPECT_EQ(all[1].id, "plain");
  all = Namespaces({"none", "of/config", "plain"});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, "of/config");
  WranglerCounts counts;
  EXPECT_EQ(Entries(all[0], counts), "{\"key\":\"k\",\"value\":\"2\"}\n");
}

TEST_F(WranglerStateTest, ReadsWhatOlderOnesLeft) {
  WriteBlob("a/b", "x", "old");
  Make("a/b", "('k','x',NULL,NULL)", kv_ / "a_b/db.sqlite");
  const auto all = Namespaces({"a/b"});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].id, "a/b");
  WranglerCounts counts;
  EXPECT_EQ(Entries(all[0], counts), "{\"key\":\"k\",\"value\":\"old\"}\n");
}

TEST_F(WranglerStateTest, IsFoundFromAnyFolderAroundIt) {
  Make("ns", "");
  for (const fs::path& folder :
       {project_, project_ / ".wrangler", project_ / ".wrangler/state", kv_.parent_path(), kv_}) {
    const Result<WranglerState> state = WranglerState::Find(folder);
    ASSERT_TRUE(state.ok()) << folder;
    EXPECT_EQ(fs::path(state->folder()).lexically_normal() / "", kv_ / "");
    EXPECT_EQ(state->project(), project_.string());
  }
  fs::create_directories(project_ / "other");
  EXPECT_THAT(std::string(WranglerState::Find(project_ / "other").status().message()),
              HasSubstr("there is no local KV data of wrangler; allowed is a project"));
  EXPECT_FALSE(WranglerState::Find("/nowhere").ok());
}

TEST_F(WranglerStateTest, ADamagedDatabaseIsNamed) {
  fs::create_directories(DatabaseOf("ns").parent_path());
  std::ofstream(DatabaseOf("ns")) << "this is no database, but long enough to be looked at: "
                                  << std::string(1000, 'x');
  fs::create_directories(kv_ / "ns/blobs");
  WranglerCounts counts;
  EXPECT_THAT(Entries(Namespaces()[0], counts), HasSubstr(".sqlite: file is not a database"));
  Make("empty", "", DatabaseOf("table"));
  Execute(DatabaseOf("other"), "CREATE TABLE t (a)");
  fs::create_directories(kv_ / "other/blobs");
  EXPECT_THAT(Entries({"other", DatabaseOf("other"), kv_ / "other/blobs"}, counts),
              HasSubstr("no such table: _mf_entries"));
}

TEST_F(WranglerStateTest, StopsWhereItIsTold) {
  WriteBlob("ns", "b", "v");
  Make("ns", "('a','b',NULL,NULL),('b','b',NULL,NULL)");
  WranglerCounts counts;
  int taken = 0;
  const Status status = WranglerState::ReadEntries(
      Namespaces()[0], kNowMs, counts, [&](KvPair) { return ++taken, Cancelled("enough"); });
  EXPECT_EQ(status.message(), "enough");
  EXPECT_EQ(taken, 1);
}

}  // namespace
}  // namespace sedge::tools
