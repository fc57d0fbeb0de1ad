// SPDX-License-Identifier: Apache-2.0
// Repairs of one kind of damage to tables each, and of folders: what they keep, say and refuse.
#include "kv/repair.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "kv/check.h"
#include "kv/key_codec.h"
#include "kv/store_folder.h"
#include "tests/kv/repair_fixture.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

enum class Harm { kCut, kFlip, kRemove };

void Flip(const fs::path& file, std::streamoff at) {
  std::fstream data(file, std::ios::in | std::ios::out | std::ios::binary);
  data.seekg(at);
  const char byte = static_cast<char>(data.get() ^ 1);
  data.seekp(at);
  data.put(byte);
}

void Do(Harm harm, const fs::path& file) {
  if (harm == Harm::kCut) fs::resize_file(file, fs::file_size(file) - 5);
  if (harm == Harm::kRemove) fs::remove(file);
  if (harm == Harm::kFlip) Flip(file, 10);
}

TEST_F(RepairTest, ATableTakesOnlyTheKeysThatItMayHave) {
  const std::vector<fs::path> tables = TablesAbove({"aaa"});
  const fs::path whole = folder_.path() + "/whole";
  fs::copy(options_.path, whole, fs::copy_options::recursive);
  for (const bool both : {false, true}) {
    for (const Harm harm : {Harm::kCut, Harm::kFlip, Harm::kRemove}) {
      SCOPED_TRACE(static_cast<int>(harm));
      store_.reset();
      fs::remove_all(options_.path);
      fs::copy(whole, options_.path, fs::copy_options::recursive);
      Do(harm, tables[1]);
      if (both) Do(harm, tables[0]);
      Reopen();
      EXPECT_EQ(CountKept(), kEntries);
      const RepairReport repaired = Repair();
      EXPECT_EQ(repaired.entries, static_cast<uint64_t>(kEntries));
      ASSERT_EQ(repaired.found.survey.lost.size(), 1u);
      EXPECT_EQ(repaired.found.survey.lost[0].rows.first, EncodeRowKey("ns", "aaa"));
      EXPECT_EQ(repaired.found.survey.lost[0].rows.last, EncodeRowKey("ns", "aaa"));
      Reopen();
      EXPECT_EQ(CountKept(), kEntries);
      EXPECT_EQ(Value("ns", "aaa"), "(none)");
    }
  }
}

TEST_F(RepairTest, AKeyWhoseNewestWriteIsLostIsLost) {
  const std::vector<fs::path> tables = TablesAbove({"500"});
  Do(Harm::kRemove, tables[1]);
  const RepairReport repaired = Repair();
  EXPECT_EQ(repaired.entries, static_cast<uint64_t>(kEntries - 1));
  Reopen();
  EXPECT_EQ(CountKept(), kEntries - 1);
  EXPECT_EQ(Value("ns", "500"), "(none)");
}

// The only table that has the keys fails where they are few, and the next one that is known is far.
TEST_F(RepairTest, KeysBehindABadBlockAreFoundWithoutTheirRecords) {
  for (const char* key : {"a", "c", "e"}) Put("ns", key, std::string(7'000, *key));
  ASSERT_TRUE(store_->Compact().ok());
  store_.reset();
  const std::vector<fs::path> tables = Files(".sst");
  ASSERT_EQ(tables.size(), 2u);
  options_.durable_writes = true;
  Reopen();
  Put("ns", "z", "in the log");
  store_.reset();
  fs::remove(tables[0]);
  Do(Harm::kFlip, tables[1]);
  const RepairReport repaired = Repair();
  EXPECT_GE(repaired.entries, 2u);
  Reopen();
  EXPECT_EQ(Value("ns", "e"), std::string(7'000, 'e'));
  EXPECT_EQ(Value("ns", "z"), "in the log");
}

// Each value is a block of its own; halving meets the second bad one first.
TEST_F(RepairTest, ValuesBetweenTwoBadBlocksAreFoundWithoutTheirRecords) {
  std::mt19937_64 random(TestSeed());
  std::map<std::string, std::string> values;
  for (const char* key : {"a", "c", "e", "g", "i"}) {
    std::string& value = values[key];
    for (int i = 0; i < 7'600; ++i) value += static_cast<char>(random());
    Put("ns", key, value);
  }
  ASSERT_TRUE(store_->Compact().ok());
  const std::vector<fs::path> tables = Files(".sst");
  ASSERT_EQ(tables.size(), 2u);
  Reopen();  // then no log names the keys
  store_.reset();
  fs::remove(tables[0]);
  const std::string bytes = *ReadWholeFile(tables[1]);
  for (const char* bad : {"a", "e"}) {
    const size_t at = bytes.find(values[bad].substr(0, 100));
    ASSERT_NE(at, std::string::npos);
    Flip(tables[1], static_cast<std::streamoff>(at));
  }
  const RepairReport repaired = Repair();
  EXPECT_EQ(repaired.entries, 3u);
  Reopen();
  for (const char* key : {"c", "g", "i"}) EXPECT_TRUE(Value("ns", key) == values[key]) << key;
  for (const char* key : {"a", "e"}) EXPECT_EQ(Value("ns", key), "(none)");
}

// A get cannot tell what such a table has of the keys in its range; their records can.
TEST_F(RepairTest, RecordsVouchForValuesBelowADamagedTable) {
  const std::vector<fs::path> tables = TablesAbove({"0", "999"});
  Do(Harm::kCut, tables[1]);
  const RepairReport repaired = Repair();
  EXPECT_EQ(repaired.entries, static_cast<uint64_t>(kEntries - 2));
  Reopen();
  EXPECT_EQ(CountKept(), kEntries - 2);
}

// Blob files are left to which no table refers.
TEST_F(RepairTest, AllTablesOfValuesMayBeLostWithTheListOfFiles) {
  for (int i = 0; i < 8; ++i) {
    Put("ns", std::to_string(i), std::string(100'000, 'v'));
    Reopen();  // makes a blob file
  }
  ASSERT_TRUE(store_->Compact().ok());
  store_.reset();
  ASSERT_GE(Files(".blob").size(), 4u);  // of fewer RocksDB collects none
  const std::vector<fs::path> tables = Files(".sst");
  ASSERT_EQ(tables.size(), 2u);
  fs::remove(tables[1]);
  fs::remove(options_.path + "/db/CURRENT");
  const RepairReport repaired = Repair();
  EXPECT_EQ(repaired.entries, 0u);
  EXPECT_FALSE(repaired.found.survey.lost.empty());
  Reopen();
  EXPECT_EQ(Value("ns", "1"), "(none)");
}

// A process may be killed before the tables go of which a compaction has made others.
TEST_F(RepairTest, TablesThatRepeatRowsAreReadWithoutTheListOfFiles) {
  for (int i = 0; i < kEntries; ++i) Put("ns", std::to_string(i), "early");
  ASSERT_TRUE(store_->Compact().ok());
  const fs::path kept = folder_.path() + "/kept";
  fs::create_directory(kept);
  for (const fs::path& table : Files(".sst")) fs::copy(table, kept / table.filename());
  for (int i = 0; i < kEntries; i += 2) Put("ns", std::to_string(i), "late");
  ASSERT_TRUE(store_->Compact().ok());
  for (int i = 0; i < kEntries; i += 10) ASSERT_TRUE(store_->Delete("ns", std::to_string(i)).ok());
  Reopen();
  store_.reset();
  for (const auto& table : fs::directory_iterator(kept)) {
    fs::copy(table, options_.path + "/db/" + table.path().filename().string());
  }
  fs::remove(options_.path + "/db/CURRENT");
  const RepairReport repaired = Repair();
  EXPECT_EQ(repaired.entries, static_cast<uint64_t>(kEntries - kEntries / 10));
  Reopen();
  for (int i = 0; i < kEntries; ++i) {
    const std::string value = Value("ns", std::to_string(i));
    EXPECT_EQ(value == "(none)", i % 10 == 0) << i;
    EXPECT_TRUE(value == "early" || value == "(none)" || i % 2 == 0) << i;
  }
}

// The way back from a deleted key must not pass all others that are deleted.
TEST_F(RepairTest, ManyDeletedKeysAreNoLongWayWithoutTheListOfFiles) {
  constexpr int kDeleted = 20'000;
  for (int i = 0; i < kDeleted; ++i) Put("ns", std::to_string(i), "value");
  Put("ns", "kept", "value");
  Reopen();
  for (int i = 0; i < kDeleted; ++i) ASSERT_TRUE(store_->Delete("ns", std::to_string(i)).ok());
  Reopen();
  store_.reset();
  fs::remove(options_.path + "/db/CURRENT");
  EXPECT_EQ(Repair().entries, 1u);
  Reopen();
  EXPECT_EQ(Value("ns", "kept"), "value");
}

TEST(LostRowsTest, SaysWhetherTheEndIsAmongThem) {
  RowRange rows{.first = EncodeRowKey("ns", "a"), .last = EncodeRowKey("ns", "c")};
  EXPECT_EQ(DescribeRows(rows), "namespace \"ns\", keys \"a\" to \"c\"");
  rows.ends_before_last = true;
  EXPECT_EQ(DescribeRows(rows), "namespace \"ns\", keys \"a\" to before \"c\"");
}

// Its disk is not mounted, or it was moved.
TEST_F(RepairTest, ADatabaseThatIsAwayIsNotReplacedByAnEmptyOne) {
  Put("ns", "key", "value");
  store_.reset();
  const std::string db = options_.path + "/db";
  const std::string elsewhere = options_.path + "/elsewhere";
  fs::rename(db, elsewhere);
  for (const bool mount_point : {false, true}) {
    if (mount_point) fs::create_directory(db);
    const Status opened = RocksStore::Open(options_).status();
    EXPECT_THAT(std::string(opened.message()), HasSubstr("Bring it back"));
    EXPECT_THAT(std::string(opened.message()), Not(HasSubstr("repair")));
    EXPECT_EQ(fs::exists(db), mount_point);
    EXPECT_EQ(CheckFolder(options_.path).status().code(), StatusCode::kCorruption);
    EXPECT_THAT(std::string(RepairFolder(options_.path).status().message()),
                HasSubstr("Bring it back"));
  }
  fs::remove(db);
  fs::rename(elsewhere, db);
  Reopen();
  EXPECT_EQ(Value("ns", "key"), "value");
}

TEST_F(RepairTest, AHalfBuiltDatabaseNeverTakesThePlaceOfTheOldOne) {
  Put("ns", "key", "half");
  store_.reset();
  fs::copy(options_.path + "/db", RepairFolderName(options_.path));
  fs::create_directory(RepairDraftName(options_.path));
  Reopen();
  Put("ns", "key", "whole");
  store_.reset();
  const std::string elsewhere = options_.path + "/elsewhere";
  fs::rename(options_.path + "/db", elsewhere);
  EXPECT_THAT(std::string(RocksStore::Open(options_).status().message()),
              HasSubstr("bring it back"));
  const auto repaired = RepairFolder(options_.path);
  EXPECT_THAT(std::string(repaired.status().message()), HasSubstr("bring it back"));
  fs::rename(elsewhere, options_.path + "/db");
  EXPECT_FALSE(Repair().changed);
  EXPECT_FALSE(fs::exists(RepairFolderName(options_.path)));
  EXPECT_FALSE(fs::exists(RepairDraftName(options_.path)));
  Reopen();
  EXPECT_EQ(Value("ns", "key"), "whole");
}

TEST_F(RepairTest, AFileSystemThatCannotExchangeFoldersIsServedToo) {
  Put("ns", "key", "value");
  store_.reset();
  const std::string db = options_.path + "/db";
  fs::remove(db + "/CURRENT");
  MaintenanceOptions options;
  options.can_exchange = false;
  const auto repaired = RepairFolder(options_.path, options);
  ASSERT_TRUE(repaired.ok()) << repaired.status().ToString();
  EXPECT_EQ(repaired->moved_to, options_.path + "/lost+found/1");
  EXPECT_FALSE(fs::exists(RepairAsideName(options_.path)));
  // Killed before the first rename to lost+found, and between those of the exchange.
  for (const bool between : {false, true}) {
    fs::copy(db, RepairAsideName(options_.path));
    if (between) fs::rename(db, RepairFolderName(options_.path));
    EXPECT_FALSE(Repair().changed);
    EXPECT_FALSE(fs::exists(RepairAsideName(options_.path)));
    EXPECT_FALSE(fs::exists(RepairFolderName(options_.path)));
    Reopen();
    EXPECT_EQ(Value("ns", "key"), "value");
    store_.reset();
  }
  EXPECT_TRUE(fs::exists(options_.path + "/lost+found/3"));
}

// Parts of filters too, which no checksum of the table's data covers; the values' tables have some.
TEST_F(RepairTest, AFlippedByteOfATableIsFoundOrDoesNotMatter) {
  for (const fs::path& table : TablesAbove({"aaa"})) {
    SCOPED_TRACE(table);
    std::ifstream file(table, std::ios::binary);
    const std::string whole(std::istreambuf_iterator<char>(file), {});
    int harmless = 0;
    for (size_t at = 0; at < whole.size(); at += 7) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ 1);
      std::ofstream(table, std::ios::binary | std::ios::trunc) << flipped;
      const auto checked = CheckFolder(options_.path);
      ASSERT_TRUE(checked.ok()) << checked.status().ToString();
      if (!checked->fine()) continue;
      ++harmless;
      Reopen();
      ASSERT_TRUE(store_) << "byte " << at;
      EXPECT_EQ(Value("ns", "aaa"), "late") << "byte " << at;
      EXPECT_EQ(CountKept(), kEntries) << "byte " << at;
      store_.reset();
      ASSERT_TRUE(fs::exists(table)) << "it was compacted away";
    }
    EXPECT_LT(harmless, 10);
    std::ofstream(table, std::ios::binary | std::ios::trunc) << whole;
  }
}

}  // namespace
}  // namespace sedge::kv
