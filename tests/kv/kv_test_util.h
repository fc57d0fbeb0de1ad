// SPDX-License-Identifier: Apache-2.0
// What tests of kv/ share: a folder that goes away, and a store in it. Header only.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kv/rocks_store.h"

namespace sedge::kv {

class TempFolder {
 public:
  explicit TempFolder(std::filesystem::path above = std::filesystem::temp_directory_path()) {
    std::string name = above / "sedge-kv-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A folder in memory, where there is one: for tests that need many syncs, but no power cut.
inline std::filesystem::path MemoryFolder() {
  const char* memory = "/dev/shm";
  return access(memory, W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

// A new one for each run, printed; SEDGE_TEST_SEED runs a printed one again.
inline uint64_t TestSeed() {
  const char* given = getenv("SEDGE_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device()();
  std::printf("SEDGE_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);  // a run that aborts says it too
  return seed;
}

// A folder as a killed process leaves it: copied while its store is open. RocksDB may be deleting
// and writing files: a copy counts once nothing changed beside it.
inline void CopyAtRest(const std::string& folder, const std::string& target) {
  namespace fs = std::filesystem;
  const auto files_of = [&folder] {
    std::map<std::string, uintmax_t> files;
    std::error_code gone;
    for (fs::recursive_directory_iterator file(folder, gone), end; file != end;
         file.increment(gone)) {
      files[file->path()] = file->is_regular_file(gone) ? file->file_size(gone) : 0;
    }
    return files;
  };
  for (int i = 0; i < 1'000; ++i) {
    const auto before = files_of();
    std::error_code error;
    fs::remove_all(target, error);
    fs::copy(folder, target, fs::copy_options::recursive, error);
    if (!error && files_of() == before) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL() << "the store never comes to rest";
}

constexpr int64_t kStartSeconds = 1'700'000'000;

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    options_.path = folder_.path() + "/kv";
    options_.durable_writes = false;
    options_.clock = &clock_;
    Reopen();
  }

  void Reopen() {
    store_.reset();
    auto opened = RocksStore::Open(options_);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    store_ = std::move(*opened);
  }

  void Put(std::string_view ns, std::string_view key, std::string_view value,
           const PutOptions& options = {}) {
    const Status put = store_->Put(ns, key, AsBytes(value), options);
    ASSERT_TRUE(put.ok()) << put.ToString();
  }

  // "(none)" when there is no such key; the failure's text when the read fails.
  std::string Value(std::string_view ns, std::string_view key) {
    const auto got = store_->Get(ns, key);
    if (!got.ok()) return got.status().ToString();
    return *got ? std::string((*got)->value.text()) : "(none)";
  }

  ListPage List(std::string_view ns, const ListOptions& options = {}) {
    auto page = store_->List(ns, options);
    EXPECT_TRUE(page.ok()) << page.status().ToString();
    return page.ok() ? std::move(*page) : ListPage{};
  }

  static std::vector<std::string> Names(const ListPage& page) {
    std::vector<std::string> names;
    for (const ListedKey& key : page.keys) names.push_back(key.name);
    return names;
  }

  // Every page of `limit` keys, one after the other; checks that pages are full but the last.
  std::vector<std::string> ListAll(std::string_view ns, std::string_view prefix, size_t limit) {
    std::vector<std::string> all;
    ListOptions options{.prefix = std::string(prefix), .limit = limit, .cursor = ""};
    while (true) {
      const ListPage page = List(ns, options);
      for (const std::string& name : Names(page)) all.push_back(name);
      if (!page.cursor) return all;
      EXPECT_EQ(page.keys.size(), limit);
      options.cursor = *page.cursor;
    }
  }

  TempFolder folder_;
  ManualClock clock_{kStartSeconds * 1000};
  StoreOptions options_;
  std::unique_ptr<RocksStore> store_;
};

}  // namespace sedge::kv
