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
  const LogReport loose = Check({});
  ASSERT_EQ(loose.holes.size(), 1u);
  EXPECT_EQ(DescribeHole(loose.holes[0]),
            "000004.log has a hole at byte 0; there are whole writes behind it");
}

// Three logs of ten writes each, the first of them with its end cut.
class ThreeLogsTest : public LogCheckTest {
 protected:
  void WriteLogs(uint64_t first_of_second) {
    uint64_t next = 1;
    for (const char* name : {"000004.log", "000007.log", "000009.log"}) {
      if (next == 11) next = first_of_second;
      std::string log;
      for (int i = 0; i < 10; ++i) AppendLogRecord(log, BatchOf(next++, 100));
      if (log_bytes_ == 0) log_bytes_ = log.size();
      Write(name, log);
    }
  }
  void CutFirst(size_t bytes) {
    std::filesystem::resize_file(folder_.path() + "/000004.log", log_bytes_ - bytes);
  }
  size_t log_bytes_ = 0;
};

TEST_F(ThreeLogsTest, WholeOnesAreFine) {
  WriteLogs(11);
  for (const bool every_write : {false, true}) {
    const LogReport report = Check({.every_write = every_write});
    EXPECT_THAT(report.damage, IsEmpty());
    EXPECT_THAT(report.torn, IsEmpty());
    EXPECT_THAT(report.holes, IsEmpty());
  }
}

TEST_F(ThreeLogsTest, LaterOnesVouchForTheEndOfTheFirst) {
  WriteLogs(11);
  CutFirst(20);
  const std::string lost = "is damaged at byte 1071 (writes from number 10 to 10 are lost)";
  EXPECT_EQ(DescribeLogDamage(Check({.every_write = true}).damage.at(0)), lost);
  EXPECT_EQ(DescribeLogDamage(Check({.bytes = {{7, 100}}}).damage.at(0)), lost);
  // Nothing says that it was synced: what RocksDB drops is told.
  const LogReport loose = Check({});
  EXPECT_THAT(loose.damage, IsEmpty());
  ASSERT_EQ(loose.holes.size(), 1u);
  EXPECT_EQ(loose.holes[0].file, "000004.log");
  EXPECT_EQ(loose.holes[0].offset, 1071u);
  EXPECT_THAT(loose.holes[0].behind, ElementsAre("000007.log", "000009.log"));
}

TEST_F(ThreeLogsTest, AFirstOneThatEndsAtAWriteIsMissedToo) {
  WriteLogs(11);
  CutFirst(119);
  EXPECT_EQ(DescribeLogDamage(Check({.every_write = true}).damage.at(0)),
            "does not go on to 000007.log (writes from number 10 to 10 are lost)");
  EXPECT_THAT(Check({}).torn, ElementsAre("000004.log"));
}

// An earlier opening dropped the torn end, and went on from there.
TEST_F(ThreeLogsTest, ATornEndThatWasPassedIsNoHole) {
  WriteLogs(10);
  CutFirst(20);
  const LogReport report = Check({.every_write = true});
  EXPECT_THAT(report.damage, IsEmpty());
  EXPECT_THAT(report.holes, IsEmpty());
  EXPECT_THAT(report.torn, ElementsAre("000004.log"));
}

// The same with whole writes behind the place: those must not come back over what came later.
TEST_F(ThreeLogsTest, AHoleThatWasPassedStaysDropped) {
  std::string log;
  for (uint64_t i = 1; i <= 30; ++i) AppendLogRecord(log, BatchOf(i, 5'000));
  const size_t bytes = log.size();
  log[bytes / 2] ^= 1;
  Write("000004.log", log);
  uint64_t next = 0;
  {
    LogReader reader(log);
    while (reader.Next() && !reader.first_bad()) next = ReadBatchHead(reader.payload())->sequence;
  }
  std::string later;
  AppendLogRecord(later, BatchOf(next + 1, 100));
  Write("000005.log", later);
  const LogReport report = Check({.bytes = {{5, later.size()}}});
  EXPECT_THAT(report.damage, IsEmpty());
  ASSERT_EQ(report.holes.size(), 1u);
  EXPECT_TRUE(report.holes[0].passed);
  EXPECT_THAT(report.dropped, ElementsAre(std::pair("000004.log", report.holes[0].offset)));
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
