// SPDX-License-Identifier: Apache-2.0
// Logs of a store that was killed are cut, with and without marks of what was synced. An
// acknowledged write is there afterwards, or something says that it is not.
#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <set>

#include "kv/check.h"
#include "kv/key_codec.h"
#include "kv/log_reader.h"
#include "kv/repair.h"
#include "kv/store_folder.h"
#include "kv/synced_marker.h"
#include "tests/kv/kv_test_util.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;

enum class Marks { kAll, kEveryWriteAlone, kNone };

class EntriesOfBatch final : public rocksdb::WriteBatch::Handler {
 public:
  rocksdb::Status PutCF(uint32_t, const rocksdb::Slice& key, const rocksdb::Slice&) override {
    const auto row = DecodeRowKey(key.ToStringView());
    if (row && row->key != "new") found.insert(std::stoull(std::string(row->key)));
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(uint32_t, const rocksdb::Slice&) override {
    return rocksdb::Status::OK();
  }
  std::set<uint64_t> found;
};

class LogCutTest : public testing::Test {
 protected:
  static constexpr size_t kLogs = 3;

  void SetUp() override {
    StoreOptions options;
    options.path = folder_.path() + "/kv";
    options.memory_bytes = 4u << 20;
    auto store = RocksStore::Open(options);
    ASSERT_TRUE(store.ok());
    do {
      for (int i = 0; i < 20; ++i, ++entries_) {
        ASSERT_TRUE((*store)->Put("ns", KeyOf(entries_), AsBytes(ValueOf(entries_)), {}).ok());
      }
      CopyAtRest(options.path, whole_);
    } while (Logs(whole_).size() < kLogs);
  }

  static std::string KeyOf(uint64_t i) { return std::to_string(i); }
  static std::string ValueOf(uint64_t i) { return std::to_string(i) + std::string(1500, 'v'); }

  static std::vector<fs::path> Logs(const std::string& folder) {
    std::vector<fs::path> logs;
    for (const auto& file : fs::directory_iterator(folder + "/db")) {
      if (file.path().extension() == ".log" && file.file_size() > 0) logs.push_back(file.path());
    }
    std::sort(logs.begin(), logs.end());
    return logs;
  }

  // Entries whose write has a record in the log that ends behind `size`.
  static std::set<uint64_t> EntriesFrom(const fs::path& log, uint64_t size) {
    const std::string bytes = *ReadWholeFile(log);
    EntriesOfBatch entries;
    LogReader reader(bytes);
    while (const auto record = reader.Next()) {
      if (!ReadBatchHead(reader.payload()) || record->end <= size) continue;
      (void)rocksdb::WriteBatch(std::string(reader.payload())).Iterate(&entries);
    }
    return entries.found;
  }

  // The ends of all records, and places in between.
  static std::vector<uint64_t> Cuts(const fs::path& log, std::mt19937_64& random) {
    const std::string bytes = *ReadWholeFile(log);
    std::vector<uint64_t> ends;
    LogReader reader(bytes);
    while (const auto record = reader.Next()) ends.push_back(record->end);
    ends.pop_back();
    return {ends.back(), ends[random() % ends.size()], bytes.size() - 1 - random() % 1000,
            random() % bytes.size()};
  }

  // What does not read as it was written; none of the others may.
  static std::set<uint64_t> Missing(Store& store, uint64_t entries) {
    std::set<std::string> listed;
    ListOptions list;
    do {
      const auto page = store.List("ns", list);
      EXPECT_TRUE(page.ok()) << page.status().ToString();
      if (!page.ok()) break;
      for (const ListedKey& key : page->keys) listed.insert(key.name);
      list.cursor = page->cursor.value_or("");
    } while (!list.cursor.empty());
    std::set<uint64_t> missing;
    for (uint64_t i = 0; i < entries; ++i) {
      const auto got = store.Get("ns", KeyOf(i));
      EXPECT_TRUE(got.ok()) << got.status().ToString();
      const bool there = got.ok() && *got && (*got)->value.text() == ValueOf(i);
      EXPECT_TRUE(there || !got.ok() || !*got) << i << " has another value";
      EXPECT_EQ(listed.contains(KeyOf(i)), there) << i << " is there by half";
      if (!there) missing.insert(i);
    }
    return missing;
  }

  void OneCut(size_t which, uint64_t size, Marks marks) {
    const std::string path = folder_.path() + "/cut";
    fs::remove_all(path);
    fs::copy(whole_, path, fs::copy_options::recursive);
    const std::vector<fs::path> logs = Logs(path);
    const std::set<uint64_t> cut_off = EntriesFrom(logs[which], size);
    fs::resize_file(logs[which], size);
    if (marks != Marks::kAll) fs::remove(path + "/db/SYNCED");
    if (marks == Marks::kEveryWriteAlone) (*SyncedMarker::Open(path + "/db"))->SetEveryWrite(true);
    const bool last = which + 1 == logs.size();
    const bool told = marks == Marks::kAll || (marks == Marks::kEveryWriteAlone && !last);
    StoreOptions options;
    options.path = path;
    auto opened = OpenRocksStore(options);
    // The table of one family may have what is behind the cut, and that of the other not.
    const bool parted = !opened.ok() && opened.status().message().find("tables have a part") !=
                                            std::string_view::npos;
    if (told || parted) {
      ASSERT_EQ(opened.status().code(), StatusCode::kCorruption) << opened.status().ToString();
      const auto repaired = RepairFolder(path);
      ASSERT_TRUE(repaired.ok()) << repaired.status().ToString();
    }
    parted_ += parted ? 1 : 0;
    if (opened.ok()) opened->reset();
    std::set<uint64_t> missing;
    for (int i = 0; i < 3; ++i) {
      const auto store = OpenRocksStore(options);
      ASSERT_TRUE(store.ok()) << store.status().ToString();
      if (i == 0) {
        missing = Missing(**store, entries_);
        ExpectTold(missing, cut_off, told || parted ? std::set<uint64_t>() : EntriesKept(path));
        ASSERT_TRUE((*store)->Put("ns", "new", AsBytes("value"), {}).ok());
        continue;
      }
      EXPECT_EQ(Missing(**store, entries_), missing);
      const auto got = (*store)->Get("ns", "new");
      EXPECT_TRUE(got.ok() && *got);
    }
  }

  static void ExpectTold(const std::set<uint64_t>& missing, const std::set<uint64_t>& cut_off,
                         const std::set<uint64_t>& kept) {
    for (const uint64_t i : missing) {
      EXPECT_TRUE(cut_off.contains(i) || kept.contains(i)) << i << " is lost in silence";
    }
  }

  static std::set<uint64_t> EntriesKept(const std::string& path) {
    std::set<uint64_t> kept;
    std::error_code error;
    for (const auto& file : fs::recursive_directory_iterator(path + "/lost+found", error)) {
      if (file.path().extension() == ".log") kept.merge(EntriesFrom(file.path(), 0));
    }
    return kept;
  }

  const TempFolder folder_{MemoryFolder()};
  const std::string whole_ = folder_.path() + "/whole";
  uint64_t entries_ = 0;
  int parted_ = 0;  // cuts that only a repair can mend without marks
};

// All keys are overwritten later, so that a check of the entries alone finds nothing.
TEST_F(LogCutTest, AGapOfWhichTablesHaveAPartIsRepaired) {
  StoreOptions options;
  options.path = folder_.path() + "/again";
  options.memory_bytes = 4u << 20;
  {
    const auto store = RocksStore::Open(options);
    ASSERT_TRUE(store.ok());
    do {
      for (uint64_t i = 0; i < 40; ++i) {
        ASSERT_TRUE((*store)->Put("ns", KeyOf(i % 20), AsBytes(ValueOf(i)), {}).ok());
      }
      CopyAtRest(options.path, whole_);
    } while (Logs(whole_).size() < kLogs);
  }
  options.path = folder_.path() + "/cut";
  int refused = 0;
  const std::vector<fs::path> logs = Logs(whole_);
  for (size_t which = 0; which + 1 < logs.size(); ++which) {
    fs::remove_all(options.path);
    fs::copy(whole_, options.path, fs::copy_options::recursive);
    const fs::path log = Logs(options.path)[which];
    const std::string bytes = *ReadWholeFile(log);
    std::vector<uint64_t> ends;
    LogReader reader(bytes);
    while (const auto record = reader.Next()) ends.push_back(record->end);
    fs::resize_file(log, ends[ends.size() / 2]);
    fs::remove(options.path + "/db/SYNCED");
    if (RocksStore::Open(options).ok()) continue;
    ++refused;
    EXPECT_FALSE(CheckFolder(options.path)->fine());
    const auto repaired = RepairFolder(options.path);
    ASSERT_TRUE(repaired.ok()) << repaired.status().ToString();
    EXPECT_TRUE(repaired->changed);
    const auto opened = RocksStore::Open(options);
    EXPECT_TRUE(opened.ok()) << opened.status().ToString();
  }
  EXPECT_GT(refused, 0);
}

// Writes a table, and then no more.
class OneTable final : public rocksdb::FileSystemWrapper {
 public:
  OneTable() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "OneTable"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (path.ends_with(".sst") && left_-- <= 0) return rocksdb::IOStatus::NoSpace("injected");
    return FileSystemWrapper::NewWritableFile(path, options, file, debug);
  }

 private:
  std::atomic<int> left_ = 1;
};

// A power cut took the end of a log that was replayed into a table of one family.
TEST_F(LogCutTest, ATornLogOfWhichATableHasMoreIsRepaired) {
  StoreOptions options;
  options.path = folder_.path() + "/kv2";
  options.durable_writes = false;
  {
    const auto store = RocksStore::Open(options);
    ASSERT_TRUE(store.ok());
    for (uint64_t i = 0; i < 200; ++i) {
      ASSERT_TRUE((*store)->Put("ns", KeyOf(i), AsBytes(ValueOf(i)), {}).ok());
    }
    CopyAtRest(options.path, folder_.path() + "/killed");  // closing it would sync and mark the log
  }
  options.path = folder_.path() + "/killed";
  const std::string cut = folder_.path() + "/cut2";
  {
    const auto store = RocksStore::Open(options, std::make_shared<OneTable>());
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    CopyAtRest(options.path, cut);
  }
  fs::resize_file(Logs(cut).front(), fs::file_size(Logs(cut).front()) / 2);
  options.path = cut;
  const auto refused = RocksStore::Open(options);
  ASSERT_EQ(refused.status().code(), StatusCode::kCorruption) << refused.status().ToString();
  EXPECT_NE(refused.status().message().find("tables have a part"), std::string_view::npos);
  const auto repaired = RepairFolder(cut);
  ASSERT_TRUE(repaired.ok()) << repaired.status().ToString();
  EXPECT_TRUE(repaired->changed);
  const auto opened = RocksStore::Open(options);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  EXPECT_LT(Missing(**opened, 200).size(), 200u);
}

TEST_F(LogCutTest, NothingAcknowledgedIsLostInSilence) {
  std::mt19937_64 random(TestSeed());
  const std::vector<fs::path> logs = Logs(whole_);
  for (size_t which = 0; which < logs.size(); ++which) {
    for (const uint64_t size : Cuts(logs[which], random)) {
      for (const Marks marks : {Marks::kAll, Marks::kEveryWriteAlone, Marks::kNone}) {
        SCOPED_TRACE(logs[which].filename().string() + " cut to " + std::to_string(size) +
                     ", marks " + std::to_string(static_cast<int>(marks)));
        OneCut(which, size, marks);
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GT(parted_, 0) << "no table was ahead of a cut log: the test has lost its subject";
}

}  // namespace
}  // namespace sedge::kv
