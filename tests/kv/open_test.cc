// SPDX-License-Identifier: Apache-2.0
// Opening a folder: who may, what is refused, and what a crash leaves behind.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "kv/repair.h"
#include "kv/store_folder.h"
#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string OpenError(const StoreOptions& options, StatusCode code) {
  const auto opened = OpenRocksStore(options);
  EXPECT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), code) << opened.status().ToString();
  return std::string(opened.status().message());
}

void Overwrite(const std::string& file, const std::string& text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

TEST_F(StoreTest, ASecondOpenNamesFolderAndHolder) {
  EXPECT_THAT(OpenError(options_, StatusCode::kUnavailable),
              AllOf(HasSubstr(options_.path), HasSubstr("process " + std::to_string(getpid()))));
  store_.reset();
  EXPECT_TRUE(OpenRocksStore(options_).ok());
}

TEST_F(StoreTest, AnotherProcessIsRefusedToo) {
  const pid_t child = fork();
  if (child == 0) {
    const auto opened = OpenRocksStore(options_);
    _exit(opened.status().code() == StatusCode::kUnavailable ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(StoreTest, ANewerFormatIsRefusedUnharmed) {
  Put("ns", "key", "value");
  store_.reset();
  Overwrite(options_.path + "/FORMAT", "sedge-kv 3\n");
  EXPECT_THAT(OpenError(options_, StatusCode::kFailedPrecondition),
              AllOf(HasSubstr("format 3"), HasSubstr("reads format 2")));
  Overwrite(options_.path + "/FORMAT", "sedge-kv 2\n");
  Reopen();
  EXPECT_EQ(Value("ns", "key"), "value");
}

// What a sedge of version 1 left: a database without the family of namespaces.
void MakeVersion1(const std::string& path) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(
      rocksdb::DB::Open(rocksdb::Options(), path + "/db",
                        {{"default", {}}, {"records", {}}, {"values", {}}, {"namespaces", {}}},
                        &handles, &opened)
          .ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  ASSERT_TRUE(db->DropColumnFamily(handles[3]).ok());
  for (auto* handle : handles) (void)db->DestroyColumnFamilyHandle(handle);
  std::filesystem::remove(path + "/db/SYNCED");
  Overwrite(path + "/FORMAT", "sedge-kv 1\n");
}

TEST_F(StoreTest, AFolderOfVersion1IsUpgraded) {
  Put("ns", "key", "value");
  ASSERT_TRUE(store_->Compact().ok());
  store_.reset();
  MakeVersion1(options_.path);
  Reopen();
  EXPECT_EQ(Value("ns", "key"), "value");
  ASSERT_TRUE(store_->CreateNamespace("title").ok());
  std::string format;
  std::getline(std::ifstream(options_.path + "/FORMAT"), format);
  EXPECT_EQ(format, "sedge-kv 2");
  Reopen();
  EXPECT_EQ(store_->Namespaces()->size(), 2u);
}

TEST_F(StoreTest, ADamagedOrMissingFormatIsReported) {
  store_.reset();
  for (const char* text : {"", "sedge-kv ", "sedge-kv 1", "sedge-kv 1\n\n", "sedge-kv +1\n", "x"}) {
    Overwrite(options_.path + "/FORMAT", text);
    EXPECT_THAT(OpenError(options_, StatusCode::kCorruption), HasSubstr("FORMAT")) << text;
  }
  std::filesystem::remove(options_.path + "/FORMAT");
  EXPECT_THAT(OpenError(options_, StatusCode::kCorruption), HasSubstr("FORMAT"));
}

TEST_F(StoreTest, AFolderThatCannotBeMadeIsNamed) {
  StoreOptions options = options_;
  options.path = folder_.path() + "/file/kv";
  Overwrite(folder_.path() + "/file", "not a folder");
  EXPECT_THAT(OpenError(options, StatusCode::kIo), HasSubstr(options.path));
  options.path = "";
  OpenError(options, StatusCode::kInvalidArgument);
}

TEST_F(StoreTest, RestartsKeepEverything) {
  options_.durable_writes = true;
  Reopen();
  Put("ns", "key", "value", {.expiration = kStartSeconds + 60, .metadata = "1"});
  Reopen();
  const auto got = store_->Get("ns", "key");
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_EQ((*got)->value.text(), "value");
  EXPECT_EQ((*got)->info.metadata, "1");
}

TEST_F(StoreTest, DamageOnTheDiskIsReportedAndNeverServed) {
  for (int i = 0; i < 100; ++i) Put("ns", std::to_string(i), std::string(100, 'v'));
  Put("ns", "large", std::string(kMinBlobBytes, 'v'));
  ASSERT_TRUE(store_->Compact().ok());
  store_.reset();
  for (const auto& file : std::filesystem::directory_iterator(options_.path + "/db")) {
    const auto extension = file.path().extension();
    if (extension != ".sst" && extension != ".blob") continue;
    // Early in the file: in its data, not in its index.
    std::fstream data(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    data.seekp(60);
    data << "damage";
  }
  const auto opened = RocksStore::Open(options_);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  for (const char* key : {"0", "large"}) {
    EXPECT_EQ((*opened)->Get("ns", key).status().code(), StatusCode::kCorruption) << key;
  }
  EXPECT_EQ((*opened)->List("ns", {}).status().code(), StatusCode::kCorruption);
}

constexpr char kWriterFolder[] = "SEDGE_TEST_KV_WRITER_FOLDER";
constexpr char kWriterTest[] = "KvWriter.DISABLED_WritesUntilKilled";

std::string WrittenValue(uint32_t i) {
  return std::string(i % 7 == 0 ? kMinBlobBytes : 20, static_cast<char>('a' + i % 26));
}

// The child of the test below: writes, and reports on its standard error what is durable.
TEST(KvWriter, DISABLED_WritesUntilKilled) {
  StoreOptions options;
  options.path = getenv(kWriterFolder);
  auto opened = OpenRocksStore(options);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  for (uint32_t i = 0;; ++i) {
    ASSERT_TRUE((*opened)->Put("ns", std::to_string(i), AsBytes(WrittenValue(i)), {}).ok());
    ASSERT_EQ(write(STDERR_FILENO, &i, sizeof(i)), static_cast<ssize_t>(sizeof(i)));
  }
}

// Not on its standard output, which GoogleTest writes to.
pid_t StartWriter(const std::string& folder, int acknowledgements) {
  const pid_t child = fork();
  if (child != 0) return child;
  dup2(acknowledgements, STDERR_FILENO);
  dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
  setenv(kWriterFolder, folder.c_str(), 1);
  const std::string filter = std::string("--gtest_filter=") + kWriterTest;
  execl("/proc/self/exe", "kv_test", filter.c_str(), "--gtest_also_run_disabled_tests", nullptr);
  _exit(127);
}

TEST(Durability, WhatWasAcknowledgedSurvivesKill) {
  const TempFolder folder;
  int pipe_ends[2];
  ASSERT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
  const pid_t child = StartWriter(folder.path(), pipe_ends[1]);
  close(pipe_ends[1]);
  constexpr uint32_t kWrites = 200;
  uint32_t last = 0;
  while (last < kWrites && read(pipe_ends[0], &last, sizeof(last)) == sizeof(last)) {
  }
  EXPECT_EQ(last, kWrites);
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  uint32_t more;
  while (read(pipe_ends[0], &more, sizeof(more)) == sizeof(more)) last = more;
  close(pipe_ends[0]);
  StoreOptions options;
  options.path = folder.path();
  const auto reopened = OpenRocksStore(options);
  ASSERT_TRUE(reopened.ok()) << reopened.status().ToString();
  for (uint32_t i = 0; i <= last; ++i) {
    const auto got = (*reopened)->Get("ns", std::to_string(i));
    ASSERT_TRUE(got.ok() && *got) << i;
    EXPECT_TRUE((*got)->value.text() == WrittenValue(i)) << i;
  }
}

size_t CountLogs(const std::string& folder) {
  size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder + "/db")) {
    count += file.path().extension() == ".log";
  }
  return count;
}

// Else there would be more than SYNCED can vouch for.
TEST_F(StoreTest, LogsOfEarlierSessionsGo) {
  options_.durable_writes = true;
  for (int i = 0; i < 30; ++i) {
    Reopen();
    Put("ns", std::to_string(i), "value");
    EXPECT_LE(CountLogs(options_.path), 3u);
  }
  Reopen();
  EXPECT_EQ(ListAll("ns", "", 1000).size(), 30u);
}

TEST_F(StoreTest, ADatabaseThatIsMissingIsALoss) {
  Put("ns", "key", "value");
  store_.reset();
  std::filesystem::rename(options_.path + "/db", options_.path + "/elsewhere");
  EXPECT_THAT(OpenError(options_, StatusCode::kCorruption), HasSubstr("had a database"));
  std::filesystem::create_directory(options_.path + "/db");  // where its disk was mounted
  EXPECT_THAT(OpenError(options_, StatusCode::kCorruption), HasSubstr("had a database"));
  std::filesystem::remove(options_.path + "/db");
  std::filesystem::rename(options_.path + "/elsewhere", options_.path + "/db");
  Reopen();
  EXPECT_EQ(Value("ns", "key"), "value");
  store_.reset();
  std::filesystem::remove_all(options_.path + "/db");
  std::filesystem::remove(options_.path + "/MADE");
  Reopen();  // begins anew
  EXPECT_EQ(Value("ns", "key"), "(none)");
}

TEST_F(StoreTest, ANewFolderIsItsOwnersAlone) {
  EXPECT_EQ(std::filesystem::status(options_.path).permissions(),
            std::filesystem::perms::owner_all);
}

// What an unsynced session left, after a power cut, must not refuse the sessions after it.
TEST_F(StoreTest, AHoleInAnUnsyncedLogIsDroppedOnceAndKept) {
  for (int i = 0; i < 2000; ++i) Put("ns", std::to_string(i), std::string(100, 'v'));
  store_.reset();
  std::filesystem::remove(options_.path + "/db/SYNCED");
  for (const auto& file : std::filesystem::directory_iterator(options_.path + "/db")) {
    if (file.path().extension() != ".log" || file.file_size() < 100'000) continue;
    std::fstream log(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    log.seekp(static_cast<std::streamoff>(file.file_size() / 2));
    log << std::string(8192, '\0');
  }
  options_.durable_writes = true;
  Reopen();
  EXPECT_EQ(Value("ns", "0"), std::string(100, 'v'));
  EXPECT_EQ(Value("ns", "1999"), "(none)");
  EXPECT_TRUE(std::filesystem::exists(options_.path + "/lost+found/1"));
  Put("ns", "1999", "newest");
  for (int i = 0; i < 2; ++i) {
    Reopen();
    EXPECT_EQ(Value("ns", "1999"), "newest");
  }
}

// Killed after the new database took the old one's place.
TEST_F(StoreTest, ARepairThatWasCutOffLeavesTheOldDatabaseToTheNextOne) {
  Put("ns", "key", "value");
  store_.reset();
  const std::string old = RepairFolderName(options_.path);
  std::filesystem::copy(options_.path + "/db", old);
  std::filesystem::copy(options_.path + "/db", old + ".draft");
  ASSERT_TRUE(RepairFolder(options_.path, {}).ok());
  EXPECT_FALSE(std::filesystem::exists(old));  // it was no more than begun
  EXPECT_FALSE(std::filesystem::exists(options_.path + "/lost+found"));
  std::filesystem::copy(options_.path + "/db", old);
  ASSERT_TRUE(RepairFolder(options_.path, {}).ok());
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(options_.path + "/lost+found/1/CURRENT"));
  Reopen();
  EXPECT_EQ(Value("ns", "key"), "value");
}

}  // namespace
}  // namespace sedge::kv
