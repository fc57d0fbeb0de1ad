// SPDX-License-Identifier: Apache-2.0
// Logs: what is read of them, and what of their damage is told from a torn end.
#include <gmock/gmock.h>

#include <fstream>

#include "kv/log_check.h"
#include "kv/log_reader.h"
#include "kv/synced_marker.h"
#include "kv/watched_files.h"
#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A write's record: sequence, count, and bytes.
std::string BatchOf(uint64_t sequence, size_t size) {
  std::string payload;
  for (int i = 0; i < 8; ++i) payload += static_cast<char>(sequence >> (8 * i));
  payload += std::string("\1\0\0\0", 4);
  return payload + std::string(size, static_cast<char>('a' + sequence % 26));
}

std::vector<uint64_t> Sequences(std::string_view file) {
  std::vector<uint64_t> found;
  LogReader reader(file);
  while (reader.Next()) found.push_back(ReadBatchHead(reader.payload())->sequence);
  return found;
}

TEST(LogReader, ReadsWhatIsAppendedAcrossBlocks) {
  std::string file;
  std::vector<uint64_t> all;
  for (uint64_t i = 1; i <= 60; ++i) {
    AppendLogRecord(file, BatchOf(i, i * i * 37 % 70'000));
    all.push_back(i);
  }
  EXPECT_EQ(Sequences(file), all);
  LogReader reader(file);
  while (reader.Next()) {
  }
  EXPECT_EQ(reader.first_bad(), std::nullopt);
}

TEST(LogReader, FindsTheRecordsBehindDamage) {
  std::string file;
  for (uint64_t i = 1; i <= 40; ++i) AppendLogRecord(file, BatchOf(i, 5'000));
  file[100] ^= 1;  // in the first record of the first block
  LogReader reader(file);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.first_bad(), 0u);
  const auto found = Sequences(file);
  EXPECT_EQ(found.back(), 40u);
  EXPECT_GT(found.front(), 1u);
}

TEST(LogReader, ACutRecordIsBad) {
  std::string file;
  AppendLogRecord(file, BatchOf(1, 100));
  const size_t whole = file.size();
  AppendLogRecord(file, BatchOf(2, 100'000));
  for (const size_t size : {whole + 1, whole + 7, whole + 50'000, file.size() - 1}) {
    LogReader reader(std::string_view(file).substr(0, size));
    EXPECT_TRUE(reader.Next());
    EXPECT_FALSE(reader.Next());
    EXPECT_EQ(reader.first_bad(), whole) << size;
  }
}

TEST(SyncedMarker, KeepsMarksAndForgets) {
  const TempFolder folder;
  {
    const auto marker = SyncedMarker::Open(folder.path());
    (*marker)->SetEveryWrite(true);
    ASSERT_TRUE(marker.ok());
    (*marker)->Mark(5, 100);
    (*marker)->Mark(7, 10);
    (*marker)->Mark(5, 200);
    ASSERT_TRUE((*marker)->Forget(7).ok());
    (*marker)->Mark(9, 30);
  }
  const auto read = SyncedMarker::Read(folder.path());
  ASSERT_TRUE(read.ok());
  EXPECT_THAT(read->bytes, ElementsAre(std::pair(5u, 200u), std::pair(9u, 30u)));
  EXPECT_TRUE(read->every_write);
  EXPECT_FALSE(read->damaged);
}

TEST(SyncedMarker, EveryFlippedBitIsNoticed) {
  const TempFolder folder;
  ASSERT_TRUE(SyncedMarker::Open(folder.path()).ok());
  (*SyncedMarker::Open(folder.path()))->SetEveryWrite(true);
  (*SyncedMarker::Open(folder.path()))->Mark(5, 100);
  const std::string path = folder.path() + "/SYNCED";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (int bit = 0; bit < 32 * 8; ++bit) {
    const auto flip = [&] {
      file.seekg(bit / 8);
      const char byte = static_cast<char>(file.get() ^ 1 << bit % 8);
      file.seekp(bit / 8);
      file.put(byte);
      file.flush();
    };
    flip();
    EXPECT_TRUE(SyncedMarker::Read(folder.path())->damaged) << bit;
    flip();
  }
  EXPECT_FALSE(SyncedMarker::Read(folder.path())->damaged);
}

class LogCheckTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_.path() + "/" + name, std::ios::binary | std::ios::trunc) << bytes;
  }
  LogReport Check(const SyncedLogs& synced) {
    auto report = CheckLogs(folder_.path(), synced);
    EXPECT_TRUE(report.ok());
    return *report;
  }
  TempFolder folder_;
};

TEST_F(LogCheckTest, AcknowledgedBytesMustBeThere) {
  std::string log;
  for (uint64_t i = 1; i <= 9; ++i) AppendLogRecord(log, BatchOf(i, 100));
  const size_t before_last = log.size();
  AppendLogRecord(log, BatchOf(10, 100));
  const SyncedLogs all{.bytes = {{4, log.size()}}};
  const SyncedLogs but_last{.bytes = {{4, before_last}}};
  Write("000004.log", log);
  EXPECT_THAT(Check(all).damage, IsEmpty());
  Write("000004.log", log.substr(0, before_last));
  EXPECT_EQ(DescribeLogDamage(Check(all).damage.at(0)),
            "ends at byte 1071 of 1190 (writes from number 10 on are lost)");
  EXPECT_THAT(Check(but_last).damage, IsEmpty());
  Write("000004.log", log.substr(0, log.size() - 1));
  EXPECT_THAT(Check(but_last).damage, IsEmpty());
  EXPECT_THAT(Check(but_last).torn, ElementsAre("000004.log"));
  log[before_last + 20] ^= 1;
  Write("000004.log", log);
  EXPECT_EQ(DescribeLogDamage(Check(all).damage.at(0)),
            "is damaged at byte 1071 (writes from number 10 on are lost)");
  std::filesystem::remove(folder_.path() + "/000004.log");
  Write("MANIFEST-000002", "");
  EXPECT_EQ(Check(all).damage.at(0).file, "000004.log");
  EXPECT_FALSE(Check(all).list_damaged);
}

// A power cut can take the newest marks; where each write is synced before the next one, what
// follows a bad record vouches for it.
TEST_F(LogCheckTest, LaterRecordsVouchForEarlierOnes) {
  std::string log;
  for (uint64_t i = 1; i <= 30; ++i) AppendLogRecord(log, BatchOf(i, 5'000));
  log[40] ^= 1;
  Write("000004.log", log);
  const LogReport strict = Check({.every_write = true});
  ASSERT_EQ(strict.damage.size(), 1u);
  EXPECT_THAT(DescribeLogDamage(strict.damage[0]),
              HasSubstr("is damaged at byte 0 (writes up to number 7 are lost)"));
  EXPECT_THAT(Check({}).damage, IsEmpty());
  EXPECT_THAT(Check({}).holes, ElementsAre("000004.log"));
}

TEST_F(LogCheckTest, AMissingListOfFilesIsTold) {
  const LogReport report = Check({.bytes = {{5, 10}}});
  ASSERT_EQ(report.damage.size(), 1u);
  EXPECT_EQ(report.damage[0].file, "MANIFEST");
  EXPECT_TRUE(report.list_damaged);
}

TEST(WatchedFiles, KnowsLogsByTheirNames) {
  EXPECT_EQ(LogNumber("/a/000012.log"), 12u);
  EXPECT_EQ(LogNumber("/a/MANIFEST-000013"), 13u);
  EXPECT_EQ(LogNumber("/a.log/000012.sst"), 0u);
  EXPECT_EQ(LogNumber("/a/x.log"), 0u);
  EXPECT_EQ(LogNumber("LOG"), 0u);
}

}  // namespace
}  // namespace sedge::kv
