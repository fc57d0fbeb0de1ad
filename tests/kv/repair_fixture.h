// SPDX-License-Identifier: Apache-2.0
// RepairTest: a store whose files a test damages, and repairs.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "kv/repair.h"
#include "tests/kv/kv_test_util.h"

namespace sedge::kv {

class RepairTest : public StoreTest {
 protected:
  static constexpr int kEntries = 1000;

  std::vector<std::filesystem::path> Files(const std::string& extension) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(options_.path + "/db")) {
      if (file.path().extension() == extension) files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  // Many entries in tables below, and the newest tables with `late` alone; leaves the store closed.
  // The two tables, that of the records first.
  std::vector<std::filesystem::path> TablesAbove(const std::vector<std::string>& late) {
    for (int i = 0; i < kEntries; ++i) Put("ns", std::to_string(i), ValueOf(i));
    EXPECT_TRUE(store_->Compact().ok());
    const size_t below = Files(".sst").size();
    for (const std::string& key : late) Put("ns", key, "late");
    Reopen();  // makes tables of what the log has
    store_.reset();
    std::vector<std::filesystem::path> tables = Files(".sst");
    tables.erase(tables.begin(), tables.begin() + static_cast<std::ptrdiff_t>(below));
    EXPECT_EQ(tables.size(), 2u);
    return tables;
  }

  static std::string ValueOf(int i) { return std::to_string(i) + std::string(100, 'v'); }

  // Whose value is the one they had below.
  int CountKept() {
    int kept = 0;
    for (int i = 0; i < kEntries; ++i) kept += Value("ns", std::to_string(i)) == ValueOf(i);
    return kept;
  }

  RepairReport Repair() {
    store_.reset();
    const auto repaired = RepairFolder(options_.path);
    EXPECT_TRUE(repaired.ok()) << repaired.status().ToString();
    return repaired.ok() ? *repaired : RepairReport{};
  }
};

}  // namespace sedge::kv
