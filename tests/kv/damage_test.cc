// SPDX-License-Identifier: Apache-2.0
// Files of a store that was killed get a byte flipped, a cut, or vanish, at random. Whatever is
// read afterwards is right or reported as damage; a check tells it; after a repair everything reads
// that was not reported as lost.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <random>
#include <set>

#include "kv/check.h"
#include "kv/key_codec.h"
#include "kv/repair.h"
#include "tests/kv/kv_test_util.h"
#include "tests/kv/load_model.h"

namespace sedge::kv {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kFolders = 8;
constexpr int kDamagesPerFolder = 12;
constexpr int kWriters = 2;

void FlipBit(const fs::path& file, std::mt19937_64& random) {
  std::fstream data(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto at = static_cast<std::streamoff>(random() % fs::file_size(file));
  data.seekg(at);
  const char byte = static_cast<char>(data.get() ^ 1 << random() % 8);
  data.seekp(at);
  data.put(byte);
}

// What a store wrote, and every value that each key ever had.
struct Written {
  LoadModel::Contents contents[kWriters];
  std::map<std::string, std::set<std::string>> ever[kWriters];
};

// Values by namespace and key.
using Values = std::map<std::pair<std::string, std::string>, std::string>;

class DamageTest : public testing::Test {
 protected:
  // A folder as a killed process leaves it: copied while its store is open.
  void MakeFolder(uint64_t seed, const std::string& target, Written& written) {
    std::mt19937_64 random(seed);
    const TempFolder folder(MemoryFolder());
    StoreOptions options;
    options.path = folder.path() + "/kv";
    options.memory_bytes = 4u << 20;
    auto store = RocksStore::Open(options);
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE((*store)->CreateNamespace("a title").ok());
    const uint64_t operations = 60 + random() % 100;
    for (uint64_t i = 0; i < operations; ++i) {
      for (int w = 0; w < kWriters; ++w) {
        const LoadModel model(seed, w);
        const auto changes = model.Operation(i);
        ASSERT_TRUE(LoadModel::Run(**store, model.ns(), changes).ok());
        LoadModel::Apply(changes, written.contents[w]);
        for (const auto& [key, value] : written.contents[w]) written.ever[w][key].insert(value);
      }
      const bool compact = random() % 60 == 0;
      ASSERT_TRUE(!compact || (*store)->Compact().ok());
      if (random() % 60 != 0) continue;
      *store = nullptr;
      store = RocksStore::Open(options);
      ASSERT_TRUE(store.ok());
    }
    CopyAtRest(options.path, target);
  }

  // Says which file it was; of those with this extension, when it is not empty.
  std::string Damage(const std::string& folder, std::mt19937_64& random,
                     const std::string& extension = "") {
    std::vector<fs::path> files;
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      const bool wanted = extension.empty() || file.path().extension() == extension;
      if (wanted && file.is_regular_file() && file.file_size() > 0) files.push_back(file.path());
    }
    if (files.empty()) return "nothing";
    std::sort(files.begin(), files.end());
    const fs::path file = files[random() % files.size()];
    const char* how = "flipped in ";
    if (const auto dice = random() % 10; dice < 6) {
      FlipBit(file, random);
    } else if (dice < 9) {
      how = "cut: ";
      fs::resize_file(file, random() % fs::file_size(file));
    } else {
      how = "removed: ";
      fs::remove(file);
    }
    return how + file.filename().string();
  }

  // How many keys gave something else than what was written; each must be an honest failure. The
  // others go to `read`.
  int ReadAll(Store& store, const Written& written, Values& read) {
    int unreadable = 0;
    for (int w = 0; w < kWriters; ++w) {
      const std::string ns = LoadModel(0, w).ns();
      for (int k = 0; k < LoadModel::kKeys; ++k) {
        const std::string key = "key-" + std::to_string(k);
        const auto got = store.Get(ns, key);
        const auto expected = written.contents[w].find(key);
        if (!got.ok()) {
          EXPECT_EQ(got.status().code(), StatusCode::kCorruption) << got.status().ToString();
          EXPECT_THAT(std::string(got.status().message()), HasSubstr(QuoteKey(key)));
          ++unreadable;
        } else if (expected == written.contents[w].end()) {
          EXPECT_FALSE(*got) << ns << "/" << key << " was deleted";
        } else {
          const bool same = *got && (*got)->value.text() == expected->second;
          if (*got) read[{ns, key}] = (*got)->value.text();
          EXPECT_TRUE(same) << ns << "/" << key << (*got ? " has another value" : " is gone");
        }
      }
      const auto page = store.List(ns, {});
      if (page.ok()) {
        EXPECT_EQ(page->keys.size(), written.contents[w].size()) << ns;
      } else {
        EXPECT_EQ(page.status().code(), StatusCode::kCorruption) << page.status().ToString();
        ++unreadable;
      }
    }
    return unreadable;
  }

  static bool Told(const CheckReport& report, const std::string& row) {
    for (const LostRange& lost : report.survey.lost) {
      if (lost.rows.first <= row && (lost.rows.last.empty() || row <= lost.rows.last)) return true;
    }
    return false;
  }

  // After a repair all reads. What differs from what was written was told, entry by entry where
  // only tables are damaged; where logs are, an entry may have an earlier state, but never another.
  void ReadRepaired(Store& store, const RepairReport& repaired, const Written& written,
                    bool logs_damaged) {
    for (int w = 0; w < kWriters; ++w) {
      const std::string ns = LoadModel(0, w).ns();
      const LoadModel::Contents found = LoadModel::Read(store, ns);
      for (int k = 0; k < LoadModel::kKeys; ++k) {
        const std::string key = "key-" + std::to_string(k);
        const auto is = found.find(key);
        const auto was = written.contents[w].find(key);
        if (is != found.end()) {
          const auto ever = written.ever[w].find(key);
          EXPECT_TRUE(ever != written.ever[w].end() && ever->second.contains(is->second))
              << ns << "/" << key << " has a value that was never written";
        }
        const bool right = (is == found.end()) == (was == written.contents[w].end()) &&
                           (is == found.end() || is->second == was->second);
        if (right || logs_damaged) continue;
        EXPECT_TRUE(Told(repaired.found, EncodeRowKey(ns, key))) << ns << "/" << key;
      }
    }
  }

  // Whatever could be read before the repair is there afterwards.
  static void ExpectKept(Store& store, const Values& read) {
    for (const auto& [name, value] : read) {
      const auto got = store.Get(name.first, name.second);
      ASSERT_TRUE(got.ok()) << got.status().ToString();
      EXPECT_TRUE(*got && (*got)->value.text() == value)
          << name.first << "/" << name.second << " could be read before the repair";
    }
  }

  void OneDamage(const std::string& folder, const Written& written, std::mt19937_64& random) {
    std::string what = Damage(folder, random);
    if (random() % 3 == 0) what += " and " + Damage(folder, random, ".sst");
    SCOPED_TRACE(what);
    StoreOptions options;
    options.path = folder;
    const auto checked = CheckFolder(folder);
    ASSERT_TRUE(checked.ok() || checked.status().code() == StatusCode::kFailedPrecondition)
        << checked.status().ToString();
    if (!checked.ok()) return;  // FORMAT names a newer version now
    int unreadable = 0;
    Values read;
    {
      const auto opened = OpenRocksStore(options);
      if (opened.ok()) {
        unreadable = ReadAll(**opened, written, read);
      } else {
        EXPECT_EQ(opened.status().code(), StatusCode::kCorruption) << opened.status().ToString();
        EXPECT_THAT(std::string(opened.status().message()), HasSubstr("sedge kv repair"));
        ++unreadable;
      }
    }
    if (unreadable > 0) {
      EXPECT_FALSE(checked->fine()) << "nothing is damaged, but something does not read";
    }
    const auto repaired = RepairFolder(folder);
    ASSERT_TRUE(repaired.ok()) << repaired.status().ToString();
    EXPECT_EQ(repaired->changed, !repaired->found.fine());
    bool logs_damaged = repaired->may_be_old || !repaired->found.holes.empty();
    for (const DamagedFile& file : repaired->found.files) {
      logs_damaged |= file.file.ends_with(".log");
    }
    const auto opened = OpenRocksStore(options);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    ReadRepaired(**opened, *repaired, written, logs_damaged);
    ExpectKept(**opened, read);
    ASSERT_TRUE((*opened)->Put("writer-0", "new", AsBytes("value"), {}).ok());
  }
};

TEST_F(DamageTest, DamageIsReportedAndNeverServed) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  for (int f = 0; f < kFolders && !HasFailure(); ++f) {
    const TempFolder folder(MemoryFolder());
    Written written;
    MakeFolder(seed + static_cast<uint64_t>(f), folder.path() + "/whole", written);
    for (int d = 0; d < kDamagesPerFolder && !HasFailure(); ++d) {
      SCOPED_TRACE("folder " + std::to_string(f) + ", damage " + std::to_string(d));
      const std::string damaged = folder.path() + "/damaged";
      fs::remove_all(damaged);
      fs::copy(folder.path() + "/whole", damaged, fs::copy_options::recursive);
      OneDamage(damaged, written, random);
    }
  }
}

TEST_F(DamageTest, ASoundFolderNeedsNoRepair) {
  const TempFolder folder(MemoryFolder());
  Written written;
  MakeFolder(1, folder.path() + "/kv", written);
  const auto repaired = RepairFolder(folder.path() + "/kv");
  ASSERT_TRUE(repaired.ok()) << repaired.status().ToString();
  EXPECT_THAT(DescribeReport(repaired->found), IsEmpty());
  EXPECT_FALSE(repaired->changed);
  EXPECT_EQ(repaired->found.survey.entries,
            written.contents[0].size() + written.contents[1].size());
}

}  // namespace
}  // namespace sedge::kv
