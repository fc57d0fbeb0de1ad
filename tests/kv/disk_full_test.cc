// SPDX-License-Identifier: Apache-2.0
// A full disk: writes fail with a clear error, reads go on, nothing acknowledged is lost, and
// writes work again once there is space, without a restart.
#include <gmock/gmock.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <map>

#include "kv/check.h"
#include "kv/hole_cutter.h"
#include "kv/log_check.h"
#include "kv/synced_marker.h"
#include "tests/kv/kv_test_util.h"
#include "tests/kv/small_disk.h"

namespace sedge::kv {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using testing::HasSubstr;

// Files that take `left` more bytes; one that does not fit is cut, as write(2) does it.
class SmallDisk final : public rocksdb::FileSystemWrapper {
 public:
  SmallDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "SmallDisk"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (status.ok()) *file = std::make_unique<File>(std::move(*file), *this);
    return status;
  }

  std::atomic<int64_t> left = INT64_MAX / 2;
  bool says_quota = false;

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, SmallDisk& disk)
        : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk) {}
    IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                    IODebugContext* debug) override {
      const auto size = static_cast<int64_t>(data.size());
      const int64_t before = disk_.left.fetch_sub(size);
      if (before >= size) return FSWritableFileOwnerWrapper::Append(data, options, debug);
      disk_.left = 0;
      if (before > 0) {
        (void)FSWritableFileOwnerWrapper::Append(
            rocksdb::Slice(data.data(), static_cast<size_t>(before)), options, debug);
      }
      return disk_.says_quota ? IOStatus::IOError("While appending", std::strerror(EDQUOT))
                              : IOStatus::NoSpace("injected");
    }
    IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                    const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
      return Append(data, options, debug);
    }

   private:
    SmallDisk& disk_;
  };
};

// What was acknowledged, and what may also be there because its write failed.
class Load {
 public:
  // Until a write fails, or `count` did not.
  Status WriteUntilFull(RocksStore& store, int count = 100'000) {
    for (int i = 0; i < count; ++i) {
      const std::string key = std::to_string(next_++ % 500);
      const std::string value =
          std::to_string(next_) +
          std::string(i % 9 == 0 ? 20'000 : 500, static_cast<char>('a' + i % 26));
      const Status status = store.Put("ns", key, AsBytes(value), {});
      if (!status.ok()) {
        failed_[key] = value;
        return status;
      }
      acknowledged_[key] = value;
      failed_.erase(key);
    }
    return OkStatus();
  }

  void ExpectAll(RocksStore& store) {
    for (const auto& [key, value] : acknowledged_) {
      const auto got = store.Get("ns", key);
      ASSERT_TRUE(got.ok() && *got) << key << " " << got.status().ToString();
      const auto failed = failed_.find(key);
      const bool right = (*got)->value.text() == value ||
                         (failed != failed_.end() && (*got)->value.text() == failed->second);
      EXPECT_TRUE(right) << key;
    }
    const auto page = store.List("ns", {});
    ASSERT_TRUE(page.ok()) << page.status().ToString();
    EXPECT_GE(page->keys.size(), acknowledged_.size());
  }

  size_t size() const { return acknowledged_.size(); }

 private:
  int next_ = 0;
  std::map<std::string, std::string> acknowledged_;
  std::map<std::string, std::string> failed_;
};

// RocksDB looks for space every five seconds.
Status PutSoon(RocksStore& store) {
  for (int i = 0;; ++i) {
    const Status status = store.Put("ns", "again", AsBytes("value"), {});
    if (status.ok() || i == 1'500) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void ExpectClear(const Status& full) {
  EXPECT_EQ(full.code(), StatusCode::kResourceExhausted) << full.ToString();
  EXPECT_THAT(std::string(full.message()), HasSubstr("the disk is full"));
}

TEST_F(StoreTest, AFullDiskStopsWritesAloneAndForAWhile) {
  auto disk = std::make_shared<SmallDisk>();
  options_.memory_bytes = 4u << 20;
  options_.durable_writes = true;
  store_.reset();
  auto opened = RocksStore::Open(options_, disk);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  store_ = std::move(*opened);
  Load load;
  for (int round = 0; round < 4; ++round) {
    disk->left = 300'000 + 177'777 * round;
    ExpectClear(load.WriteUntilFull(*store_));
    ExpectClear(store_->Delete("ns", "0"));
    ExpectClear(store_->CreateNamespace("title" + std::to_string(round)).status());
    load.ExpectAll(*store_);
    disk->left = INT64_MAX / 2;
    const Status again = PutSoon(*store_);
    ASSERT_TRUE(again.ok()) << again.ToString();
    ASSERT_TRUE(load.WriteUntilFull(*store_, 50).ok());
    load.ExpectAll(*store_);
    if (round % 2 == 0) continue;
    store_.reset();
    opened = RocksStore::Open(options_, disk);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    store_ = std::move(*opened);
    load.ExpectAll(*store_);
  }
}

TEST_F(StoreTest, AUsedUpQuotaIsAFullDisk) {
  auto disk = std::make_shared<SmallDisk>();
  disk->says_quota = true;
  options_.durable_writes = true;
  store_.reset();
  const auto opened = RocksStore::Open(options_, disk);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  Load load;
  ASSERT_TRUE(load.WriteUntilFull(**opened, 50).ok());
  disk->left = 300'000;
  ExpectClear(load.WriteUntilFull(**opened));
  load.ExpectAll(**opened);
  disk->left = INT64_MAX / 2;
  const Status again = PutSoon(**opened);
  ASSERT_TRUE(again.ok()) << again.ToString();
  load.ExpectAll(**opened);
}

// Killed while it was full, started on the full disk, and then with space.
TEST_F(StoreTest, AFullDiskAndARestart) {
  auto disk = std::make_shared<SmallDisk>();
  options_.durable_writes = true;
  store_.reset();
  auto opened = RocksStore::Open(options_, disk);
  ASSERT_TRUE(opened.ok());
  Load load;
  disk->left = 700'000;
  ExpectClear(load.WriteUntilFull(**opened));
  std::filesystem::copy(options_.path, folder_.path() + "/killed",
                        std::filesystem::copy_options::recursive);
  opened = RocksStore::Open({.path = folder_.path() + "/killed"}, disk);
  EXPECT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), StatusCode::kResourceExhausted) << opened.status().ToString();
  disk->left = INT64_MAX / 2;
  opened = RocksStore::Open({.path = folder_.path() + "/killed"}, disk);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  load.ExpectAll(**opened);
}

class SmallDiskTest : public SmallDiskFixture {
 protected:
  void SetUp() override {
    SmallDiskFixture::SetUp();
    options_.path = disk_ + "/kv";
  }

  // A log of which the half is behind a hole, and nothing says what of it was synced.
  std::filesystem::path MakeHole() {
    options_.durable_writes = false;
    {
      const auto store = RocksStore::Open(options_);
      for (int i = 0; i < 2000; ++i) {
        const std::string value(100, 'v');
        EXPECT_TRUE((*store)->Put("ns", std::to_string(i), AsBytes(value), {}).ok());
      }
    }
    options_.durable_writes = true;
    std::filesystem::path log;
    for (const std::filesystem::path& file : FilesBelow(options_.path + "/db")) {
      if (file.extension() == ".log") log = std::max(log, file);
    }
    std::filesystem::remove(options_.path + "/db/SYNCED");
    std::fstream data(log, std::ios::in | std::ios::out | std::ios::binary);
    data.seekp(static_cast<std::streamoff>(std::filesystem::file_size(log) / 2));
    data << std::string(8192, '\0');
    EXPECT_TRUE(SyncedMarker::Open(options_.path + "/db").ok());
    return log;
  }

  StoreOptions options_;
};

TEST_F(SmallDiskTest, ARealOneToo) {
  options_.memory_bytes = 4u << 20;
  Fill(5u << 20);
  auto opened = RocksStore::Open(options_);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  Load load;
  Status full;
  for (int i = 0; i < 20 && full.ok(); ++i) full = load.WriteUntilFull(**opened, 2'000);
  ExpectClear(full);
  EXPECT_GT(load.size(), 100u);
  load.ExpectAll(**opened);
  MakeSpace();
  const Status again = PutSoon(**opened);
  EXPECT_TRUE(again.ok()) << again.ToString();
  load.ExpectAll(**opened);
  *opened = nullptr;
  opened = RocksStore::Open(options_);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  load.ExpectAll(**opened);
}

// At the first write since the start, with all of memory in tables, and with some in memory. What
// fits is taken whole by a log that the disk has cut in the middle.
TEST_F(SmallDiskTest, AtAnyTime) {
  options_.memory_bytes = 4u << 20;
  for (const bool durable : {true, false}) {
    options_.durable_writes = durable;
    Load load;
    auto opened = RocksStore::Open(options_);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    for (int round = 0; round < 12; ++round) {
      SCOPED_TRACE("round " + std::to_string(round));
      FillButFor(1'000 * static_cast<uintmax_t>(round));
      ExpectClear(load.WriteUntilFull(**opened));
      load.ExpectAll(**opened);
      MakeSpace();
      const Status again = PutSoon(**opened);
      ASSERT_TRUE(again.ok()) << again.ToString();
      ASSERT_TRUE(load.WriteUntilFull(**opened, 5).ok());
      if (round % 3 == 0) {
        *opened = nullptr;
        const auto checked = CheckFolder(options_.path);
        ASSERT_TRUE(checked.ok()) << checked.status().ToString();
        EXPECT_TRUE(checked->fine());
        opened = RocksStore::Open(options_);
        ASSERT_TRUE(opened.ok()) << opened.status().ToString();
      } else if (round % 3 == 1) {
        ASSERT_TRUE((*opened)->Compact().ok());
      }
      load.ExpectAll(**opened);
    }
    *opened = nullptr;
    std::filesystem::remove_all(options_.path);
  }
}

TEST_F(SmallDiskTest, AWriteThatDoesNotFitIsRefusedAlone) {
  const auto store = RocksStore::Open(options_);
  ASSERT_TRUE(store.ok()) << store.status().ToString();
  ASSERT_TRUE((*store)->Put("ns", "small", AsBytes("value"), {}).ok());
  const std::string large(20u << 20, 'v');
  ExpectClear((*store)->Put("ns", "large", AsBytes(large), {}));
  EXPECT_TRUE((*store)->Put("ns", "small", AsBytes("another"), {}).ok());
  EXPECT_FALSE((*(*store)->Get("ns", "large")).has_value());
}

// A supervisor starts the server again and again on a log of which a part is to be kept.
TEST_F(SmallDiskTest, AHoleIsKeptOnceHoweverOftenItIsTried) {
  const std::filesystem::path log = MakeHole();
  const uintmax_t size = std::filesystem::file_size(log);
  Fill(12u << 20);
  const std::string lost = options_.path + "/lost+found";
  for (int i = 0; i < 3; ++i) {
    const auto store = RocksStore::Open(options_);
    EXPECT_EQ(store.status().code(), StatusCode::kResourceExhausted) << store.status().ToString();
    EXPECT_LE(FilesBelow(lost).size(), 2u);  // a folder with the log
  }
  MakeSpace();
  for (int i = 0; i < 2; ++i) {
    const auto store = RocksStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    EXPECT_TRUE((*(*store)->Get("ns", "0")).has_value());
    EXPECT_FALSE((*(*store)->Get("ns", "1999")).has_value());
    EXPECT_EQ(std::filesystem::file_size(lost + "/1/" + log.filename().string()), size);
    EXPECT_EQ(FilesBelow(lost).size(), 2u);
  }
}

TEST_F(SmallDiskTest, AHoleIsKeptWhereTheLogCannotBeWrittenAnew) {
  const std::filesystem::path log = MakeHole();
  const uintmax_t size = std::filesystem::file_size(log);
  const std::string lost = options_.path + "/lost+found";
  const std::string kept = lost + "/1/" + log.filename().string();
  const LogHole hole = CheckLogs(options_.path + "/db", {})->holes.at(0);
  FillButFor(64u << 10);
  for (int i = 0; i < 2; ++i) {
    const auto cut = CutHole(options_.path, hole);
    ASSERT_TRUE(cut.ok()) << cut.status().ToString();
    EXPECT_TRUE(std::filesystem::equivalent(kept, log));
    EXPECT_EQ(std::filesystem::file_size(log), size);
  }
  MakeSpace();
  const auto cut = CutHole(options_.path, hole);
  ASSERT_TRUE(cut.ok()) << cut.status().ToString();
  EXPECT_EQ(*cut, lost);
  EXPECT_EQ(std::filesystem::file_size(log), hole.offset);
  EXPECT_EQ(std::filesystem::file_size(kept), size);
  EXPECT_EQ(FilesBelow(lost).size(), 2u);
}

}  // namespace
}  // namespace sedge::kv
