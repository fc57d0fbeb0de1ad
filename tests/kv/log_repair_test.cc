// SPDX-License-Identifier: Apache-2.0
// Repairs of logs: those with a hole, those that nothing needs, those that the disk does not give.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kv/check.h"
#include "kv/repair.h"
#include "tests/kv/repair_fixture.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

// An unsynced session that a power cut ended, as its disk shows it.
class HoleTest : public RepairTest {
 protected:
  void MakeHole() {
    Put("ns", "aaa", "table");
    ASSERT_TRUE(store_->Compact().ok());
    for (int i = 0; i < 2 * kEntries; ++i) Put("ns", std::to_string(i), std::string(100, 'v'));
    store_.reset();
    fs::remove(options_.path + "/db/SYNCED");
    const fs::path log = Files(".log").back();
    std::fstream data(log, std::ios::in | std::ios::out | std::ios::binary);
    data.seekp(static_cast<std::streamoff>(fs::file_size(log) / 2));
    data << std::string(8192, '\0');
    options_.durable_writes = true;
  }

  std::vector<std::string> Kept() {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& file :
         fs::recursive_directory_iterator(options_.path + "/lost+found", error)) {
      if (file.is_regular_file()) names.push_back(file.path().filename());
    }
    return names;
  }
};

// The table that is away makes the store open in another way of RocksDB's.
TEST_F(HoleTest, WritesAfterItStayWhateverElseIsDamaged) {
  MakeHole();
  const fs::path table = Files(".sst").back();
  fs::rename(table, folder_.path() + "/away");
  Reopen();
  EXPECT_EQ(Value("ns", "0"), std::string(100, 'v'));
  EXPECT_EQ(Value("ns", "1999"), "(none)");
  Put("ns", "1999", "newest");
  Put("ns", "acknowledged", "synced");
  for (const bool back : {false, true}) {
    if (back) fs::rename(folder_.path() + "/away", table);
    Reopen();
    EXPECT_EQ(Value("ns", "1999"), "newest");
    EXPECT_EQ(Value("ns", "acknowledged"), "synced");
  }
  EXPECT_EQ(Value("ns", "aaa"), "table");
  EXPECT_EQ(Kept().size(), 1u);
}

TEST_F(HoleTest, ARepairBeforeOpeningTakesInWhatIsBehindIt) {
  MakeHole();
  const auto checked = CheckFolder(options_.path);
  ASSERT_TRUE(checked.ok());
  EXPECT_FALSE(checked->fine());
  EXPECT_THAT(checked->files, IsEmpty());
  ASSERT_EQ(checked->holes.size(), 1u);
  EXPECT_THAT(DescribeReport(*checked).at(0),
              AllOf(HasSubstr("a repair takes in"), HasSubstr(".log has a hole at byte ")));
  const RepairReport repaired = Repair();
  EXPECT_TRUE(repaired.changed);
  EXPECT_EQ(repaired.entries, checked->survey.entries);
  Reopen();
  EXPECT_EQ(Value("ns", "0"), std::string(100, 'v'));
  EXPECT_EQ(Value("ns", "1999"), std::string(100, 'v'));
  EXPECT_EQ(CheckFolder(options_.path).status().code(), StatusCode::kUnavailable);
  EXPECT_FALSE(Repair().changed);
}

// RocksDB deletes the logs that are in tables in any order; a kill may leave one of them.
TEST_F(RepairTest, ALogThatIsInTablesNeedsNoSuccessor) {
  options_.durable_writes = true;
  const std::string aside = folder_.path() + "/aside.log";
  std::string name;
  for (int i = 0; i < 3; ++i) {
    Reopen();
    Put("ns", std::to_string(i), "value");
    if (i > 0) continue;
    name = Files(".log").back().filename();
    fs::copy_file(Files(".log").back(), aside);
  }
  store_.reset();
  for (const uintmax_t cut : {0, 3}) {
    fs::copy_file(aside, options_.path + "/db/" + name);
    fs::resize_file(options_.path + "/db/" + name, fs::file_size(aside) - cut);
    Reopen();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Value("ns", std::to_string(i)), "value");
    store_.reset();
    EXPECT_FALSE(fs::exists(options_.path + "/db/" + name));
    Reopen();
    Put("ns", "more", "value");
    store_.reset();
  }
}

// As a disk that does not give what it holds: no damage, and nothing to repair.
TEST_F(RepairTest, ALogThatTheDiskDoesNotGiveIsNoDamage) {
  options_.durable_writes = true;
  Reopen();
  Put("ns", "key", "value");
  store_.reset();
  const fs::path log = Files(".log").back();
  fs::rename(log, folder_.path() + "/aside");
  fs::create_directory(log);  // read(2) fails on one
  for (const Status& status :
       {RocksStore::Open(options_).status(), CheckFolder(options_.path).status(),
        RepairFolder(options_.path).status()}) {
    EXPECT_EQ(status.code(), StatusCode::kIo) << status.ToString();
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(log.string()), HasSubstr("Is a directory")));
  }
  fs::remove(log);
  fs::rename(folder_.path() + "/aside", log);
  Reopen();
  EXPECT_EQ(Value("ns", "key"), "value");
}

// What was kept is not kept again while the log cannot go.
TEST_F(HoleTest, OneCopyIsEnough) {
  MakeHole();
  fs::copy(options_.path, folder_.path() + "/again", fs::copy_options::recursive);
  Reopen();
  store_.reset();
  EXPECT_EQ(Kept().size(), 1u);
  fs::remove_all(options_.path + "/db");
  fs::copy(folder_.path() + "/again/db", options_.path + "/db");
  Reopen();
  EXPECT_EQ(Kept().size(), 1u);
}

}  // namespace
}  // namespace sedge::kv
