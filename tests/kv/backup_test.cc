// SPDX-License-Identifier: Apache-2.0
// Backups: one moment each, sharing files, verified, restored.
#include "kv/backup.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/mount.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class BackupTest : public StoreTest {
 protected:
  BackupInfo Backup() {
    const auto made = store_->Backup(backups_, {});
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    return made.ok() ? *made : BackupInfo{};
  }
  // Opens what is restored instead of the store that was.
  void Restore(uint32_t id = 0) {
    const std::string target = folder_.path() + "/restored" + std::to_string(id);
    const auto restored = RestoreBackup(backups_, target, id);
    ASSERT_TRUE(restored.ok()) << restored.status().ToString();
    options_.path = target;
    Reopen();
  }
  uint64_t BytesOnDisk() const {
    uint64_t bytes = 0;
    for (const auto& file : fs::recursive_directory_iterator(backups_)) {
      if (file.is_regular_file()) bytes += file.file_size();
    }
    return bytes;
  }
  const std::string backups_ = folder_.path() + "/backups";
};

TEST_F(BackupTest, ARoundTripKeepsEverything) {
  ASSERT_TRUE(store_->CreateNamespace("title").ok());
  Put("ns", "small", "value", {.expiration = kStartSeconds + 60, .metadata = "1"});
  Put("ns", "large", std::string(100'000, 'v'));
  const BackupInfo info = Backup();
  EXPECT_EQ(info.id, 1u);
  EXPECT_GT(info.bytes, 0u);
  Put("ns", "small", "later");
  Restore();
  EXPECT_EQ(Value("ns", "small"), "value");
  EXPECT_EQ(Value("ns", "large"), std::string(100'000, 'v'));
  EXPECT_EQ((*store_->GetInfo("ns", "small"))->metadata, "1");
  EXPECT_EQ(store_->Namespaces()->size(), 2u);
  Put("ns", "small", "newest");
  EXPECT_EQ(Value("ns", "small"), "newest");
}

TEST_F(BackupTest, LaterBackupsShareTheFilesOfEarlierOnes) {
  for (int i = 0; i < 20; ++i) {
    std::string noise;
    for (int n = 0; n < 20'000; ++n) noise += std::to_string(n * 7919 % 100'003 + i);
    Put("ns", "old" + std::to_string(i), noise);
  }
  Backup();
  const uint64_t first = BytesOnDisk();
  Put("ns", "new", "value");
  Backup();
  EXPECT_LT(BytesOnDisk(), first + first / 10);
  const auto list = ListBackups(backups_);
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 2u);
  EXPECT_GE((*list)[1].bytes, (*list)[0].bytes);
  Restore(1);
  EXPECT_EQ(Value("ns", "new"), "(none)");
  Restore(2);
  EXPECT_EQ(Value("ns", "new"), "value");
  EXPECT_NE(Value("ns", "old0"), "(none)");
}

// Two keys are always written in one batch; and what was acknowledged before the backup began is
// in it.
TEST_F(BackupTest, ABackupUnderLoadIsOneMoment) {
  std::atomic<bool> stop = false;
  std::atomic<uint64_t> acknowledged = 0;
  std::thread writer([&] {
    for (uint64_t i = 1; !stop; ++i) {
      std::vector<Change> changes;
      for (const char* key : {"a", "b"}) {
        changes.push_back({.key = key,
                           .value = Bytes::Copy(std::to_string(i) + std::string(i % 20'000, ' ')),
                           .options = {}});
      }
      ASSERT_TRUE(store_->Write("ns", changes).ok());
      acknowledged = i;
    }
  });
  uint64_t before[4];
  while (acknowledged < 100) std::this_thread::yield();
  for (uint64_t& at : before) {
    at = acknowledged;
    Backup();
  }
  stop = true;
  writer.join();
  for (uint32_t id = 1; id <= 4; ++id) {
    Restore(id);
    EXPECT_EQ(Value("ns", "a"), Value("ns", "b"));
    EXPECT_GE(std::stoull(Value("ns", "a")), before[id - 1]);
  }
}

TEST_F(BackupTest, DamageIsFoundAndNotRestored) {
  Put("ns", "key", std::string(10'000, 'v'));
  Backup();
  for (const auto& file : fs::directory_iterator(backups_ + "/shared_checksum")) {
    std::fstream data(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    data.seekp(40);
    data << "damage";
  }
  const auto verified = VerifyBackups(backups_);
  ASSERT_TRUE(verified.ok());
  ASSERT_EQ(verified->damaged.size(), 1u);
  EXPECT_THAT(verified->damaged[0].what, HasSubstr("shared_checksum"));
  const std::string target = folder_.path() + "/restored";
  EXPECT_EQ(RestoreBackup(backups_, target).status().code(), StatusCode::kCorruption);
  EXPECT_FALSE(fs::exists(target));
  EXPECT_FALSE(fs::exists(target + ".restoring"));
  fs::remove_all(backups_ + "/shared_checksum");
  EXPECT_EQ(VerifyBackups(backups_)->damaged.size(), 1u);
}

TEST_F(BackupTest, AWholeOneVerifies) {
  Put("ns", "key", "value");
  Backup();
  const auto verified = VerifyBackups(backups_);
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified->whole.size(), 1u);
  EXPECT_TRUE(verified->damaged.empty());
}

TEST_F(BackupTest, RefusesWhatWouldBeInTheWay) {
  Put("ns", "key", "value");
  Backup();
  EXPECT_EQ(RestoreBackup(backups_, options_.path).status().code(),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(RestoreBackup(backups_, folder_.path() + "/new", 7).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(RestoreBackup(folder_.path() + "/none", folder_.path() + "/new").status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(store_->Backup(options_.path + "/backups", {}).status().code(),
            StatusCode::kInvalidArgument);
  const auto held = FolderLock::Acquire(backups_);
  ASSERT_TRUE(held.ok());
  const Status taken = store_->Backup(backups_, {}).status();
  EXPECT_EQ(taken.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(taken.message()),
              HasSubstr("the backup folder " + backups_ + " is in use by process "));
}

TEST_F(BackupTest, ATargetThatARenameCannotReplaceIsRefusedBeforeAnythingIsCopied) {
  Put("ns", "key", "value");
  Backup();
  const std::string empty = folder_.path() + "/empty";
  fs::create_directory(empty);
  fs::create_directory_symlink(empty, folder_.path() + "/link");
  const auto why = [&](const std::string& target) {
    const Status refused = RestoreBackup(backups_, target).status();
    EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition) << refused.ToString();
    return std::string(refused.message());
  };
  EXPECT_THAT(why(folder_.path() + "/link"), HasSubstr("symbolic link"));
  if (mount("tmpfs", empty.c_str(), "tmpfs", 0, "size=64k") != 0) return;  // needs to be root
  EXPECT_THAT(why(empty), HasSubstr("a disk is mounted there"));
  EXPECT_EQ(umount(empty.c_str()), 0);
}

TEST_F(BackupTest, ARestoredFolderHadADatabase) {
  Put("ns", "key", "value");
  Backup();
  const std::string target = folder_.path() + "/restored";
  // Of a restore that was killed, and of one that is under way.
  fs::create_directories(target + ".restoring-killed/db");
  fs::create_directories(target + ".restoring-living");
  const int fd = open((target + ".restoring-living").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(flock(fd, LOCK_EX), 0);
  // Somebody else's.
  const std::vector<std::string> others = {target + ".restoring-old-data-KEEP/db/file",
                                           target + ".restoring-backup/notes/file"};
  for (const std::string& other : others) {
    fs::create_directories(fs::path(other).parent_path());
    std::ofstream(other) << "kept";
  }
  ASSERT_TRUE(RestoreBackup(backups_, target).ok());
  for (const std::string& other : others) EXPECT_TRUE(fs::exists(other)) << other;
  EXPECT_FALSE(fs::exists(target + ".restoring-killed"));
  EXPECT_TRUE(fs::exists(target + ".restoring-living"));
  close(fd);
  fs::remove_all(target + "/db");
  options_.path = target;
  EXPECT_THAT(std::string(RocksStore::Open(options_).status().message()),
              HasSubstr("had a database"));
}

// As a supervisor does that tries again too soon.
TEST_F(BackupTest, OfTwoRestoresAtOnceOneIsWhole) {
  for (int i = 0; i < 200; ++i) Put("ns", std::to_string(i), std::string(kMinBlobBytes, 'v'));
  const std::string backups = folder_.path() + "/backups";
  ASSERT_TRUE(store_->Backup(backups, nullptr).ok());
  const std::string target = folder_.path() + "/restored";
  std::array<bool, 3> done = {};
  std::vector<std::thread> threads;
  for (bool& ok : done) {
    threads.emplace_back([&ok, &backups, &target] { ok = RestoreBackup(backups, target, 0).ok(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(done.begin(), done.end(), true), 1);
  options_.path = target;
  Reopen();
  EXPECT_EQ(ListAll("ns", "", 1000).size(), 200u);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(Value("ns", std::to_string(i)).size(), kMinBlobBytes);
}

// The file's own checksum, which the tables' checksums know nothing of, is what a backup compares.
TEST_F(BackupTest, DamagedFilesAreNotBackedUpAsWhole) {
  for (int i = 0; i < 100; ++i) Put("ns", std::to_string(i), std::string(100, 'v'));
  ASSERT_TRUE(store_->Compact().ok());
  for (const auto& file : fs::directory_iterator(options_.path + "/db")) {
    if (file.path().extension() != ".sst") continue;
    std::fstream data(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    data.seekp(60);
    data << "damage";
  }
  const Status failed = store_->Backup(folder_.path() + "/backups", nullptr).status();
  EXPECT_EQ(failed.code(), StatusCode::kCorruption);
  EXPECT_THAT(std::string(failed.message()), HasSubstr("sedge kv repair"));
  EXPECT_THAT(std::string(failed.message()), HasSubstr(".sst is damaged (namespace \"ns\""));
}

}  // namespace
}  // namespace sedge::kv
