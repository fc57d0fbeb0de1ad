// SPDX-License-Identifier: Apache-2.0
// Logs of which a crash left the first write torn, with nothing whole in front of it.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "kv/hole_cutter.h"
#include "kv/log_check.h"
#include "kv/log_reader.h"
#include "kv/repair.h"
#include "kv/store_folder.h"
#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint64_t kTornBytes = 40'000;

// A write's record: sequence, count, and bytes.
std::string BatchOf(uint64_t sequence, size_t size) {
  std::string payload;
  for (int i = 0; i < 8; ++i) payload += static_cast<char>(sequence >> (8 * i));
  return payload + std::string("\1\0\0\0", 4) + std::string(size, 'x');
}

std::string TornWrite(uint64_t sequence) {
  std::string log;
  AppendLogRecord(log, BatchOf(sequence, 2 * kTornBytes));
  return log.substr(0, kTornBytes);
}

void Overwrite(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

class TornLogTest : public StoreTest {
 protected:
  // In a closed store whose tables have everything. Gives the log.
  fs::path TearFirstWrite() {
    for (int i = 0; i < 2; ++i) Reopen();
    store_.reset();
    fs::path log;
    for (const auto& file : fs::directory_iterator(options_.path + "/db")) {
      if (file.path().extension() == ".log") log = std::max(log, file.path());
    }
    EXPECT_EQ(fs::file_size(log), 0u);
    Overwrite(log, TornWrite(1'000));
    return log;
  }
};

TEST_F(TornLogTest, DoesNotShutTheStoreAfterTheNextWrites) {
  for (const bool durable : {true, false}) {
    options_.durable_writes = durable;
    Reopen();
    Put("ns", "first", "one");
    TearFirstWrite();
    for (int i = 0; i < 4; ++i) {
      Reopen();
      for (int j = 0; j < i; ++j) EXPECT_EQ(Value("ns", std::to_string(j)), "value") << i;
      Put("ns", std::to_string(i), "value");
    }
    EXPECT_EQ(Value("ns", "first"), "one");
    store_.reset();
    EXPECT_FALSE(fs::exists(options_.path + "/lost+found"));
    EXPECT_TRUE(CheckFolder(options_.path)->fine());
  }
}

// Links, as in lost+found, stay as they were.
TEST_F(TornLogTest, CutsWhatIsTornAndNoMore) {
  const fs::path log = TearFirstWrite();
  std::string whole;
  AppendLogRecord(whole, BatchOf(1, 100));
  const std::string torn = whole + TornWrite(2);
  const std::string kept = folder_.path() + "/kept";
  for (const bool linked : {false, true}) {
    fs::remove(log);
    Overwrite(log, torn);
    if (linked) fs::create_hard_link(log, kept);
    const auto report = CheckLogs(options_.path + "/db", {});
    ASSERT_TRUE(report.ok());
    EXPECT_THAT(report->torn_ends, ElementsAre(std::pair(log.filename().string(), whole.size())));
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(CutTornEnd(options_.path, log.filename(), whole.size()).ok());
      EXPECT_EQ(*ReadWholeFile(log), whole);
    }
  }
  EXPECT_EQ(*ReadWholeFile(kept), torn);
  EXPECT_TRUE(CutTornEnd(options_.path, "000999.log", 0).ok());
}

// What versions before this one left: they wrote on behind such a log.
TEST_F(TornLogTest, ALaterLogGoesOnWhereTheTablesEnd) {
  Put("ns", "first", "one");
  const fs::path torn = TearFirstWrite();
  const std::string database = options_.path + "/db";
  const uint64_t number = std::stoull(torn.stem()) + 1'000;  // the next one may be the MANIFEST's
  const std::string digits = std::to_string(number);
  const fs::path later = database + "/" + std::string(6 - digits.size(), '0') + digits + ".log";
  int good = 0;
  for (uint64_t sequence = 1; sequence < 20; ++sequence) {
    std::string log;
    AppendLogRecord(log, BatchOf(sequence, 100));
    Overwrite(later, log);
    const auto report = CheckLogs(database, {.bytes = {{number, log.size()}}, .every_write = true});
    ASSERT_TRUE(report.ok());
    if (!report->damage.empty()) continue;
    ++good;
    EXPECT_THAT(report->torn, ElementsAre(torn.filename().string()));
    EXPECT_THAT(report->torn_ends, ElementsAre(std::pair(torn.filename().string(), 0u)));
    EXPECT_THAT(report->holes, IsEmpty());
  }
  EXPECT_EQ(good, 1);
}

}  // namespace
}  // namespace sedge::kv
