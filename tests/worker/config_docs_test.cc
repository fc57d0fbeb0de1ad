// SPDX-License-Identifier: Apache-2.0
// docs/configuration.md and docs/limits.md name every key, and no other, with its default.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "runtime/worker/config_keys.h"
#include "runtime/worker/limit_keys.h"

namespace sedge::worker {
namespace {

// The first two cells of each row of a page's tables; a first cell with several names is several
// rows.
std::multimap<std::string, std::string> Rows(const std::string& page) {
  static const std::regex row(R"(^\| ((?:`[^`]+`(?:, )?)+) \| ([^|]*?) ?\|)");
  static const std::regex name("`([^`]+)`");
  std::multimap<std::string, std::string> rows;
  std::ifstream file(SEDGE_SOURCE_DIR "/docs/" + page);
  for (std::string line; std::getline(file, line);) {
    std::smatch cells;
    if (!std::regex_search(line, cells, row)) continue;
    const std::string names = cells[1];
    for (std::sregex_iterator it(names.begin(), names.end(), name), end; it != end; ++it) {
      rows.emplace((*it)[1], cells[2]);
    }
  }
  return rows;
}

template <size_t N>
void Add(std::set<std::string>& keys, const std::string& prefix,
         const std::string_view (&names)[N]) {
  for (const std::string_view name : names) keys.insert(prefix + std::string(name));
}

TEST(ConfigDocsTest, EveryKeyIsOnThePageAndNoOther) {
  std::set<std::string> keys = {"env"};
  Add(keys, "", kTopKeys);
  Add(keys, "kv_namespaces.", kKvNamespaceKeys);
  Add(keys, "routes.", kRouteKeys);
  Add(keys, "dev.", kDevKeys);
  Add(keys, "outbound.", kOutboundKeys);
  Add(keys, "test.", kTestKeys);
  Add(keys, "build.", kBuildKeys);
  Add(keys, "rules.", kRuleKeys);
  std::set<std::string> shown;
  for (const auto& [key, ignored] : Rows("configuration.md")) shown.insert(key);
  EXPECT_EQ(shown, keys);
}

TEST(ConfigDocsTest, EveryLimitIsOnThePageWithItsDefault) {
  const auto rows = Rows("limits.md");
  for (const LimitKey& key : LimitKeys()) {
    const auto row = rows.find(std::string(key.name));
    ASSERT_NE(row, rows.end()) << key.name << " is not in docs/limits.md";
    std::string shown = row->second;
    std::erase(shown, ',');
    EXPECT_EQ(shown, std::to_string(key.get(Limits()))) << key.name;
  }
  for (const auto& [name, ignored] : rows) {
    EXPECT_NE(FindLimitKey(name), nullptr) << "docs/limits.md has " << name;
  }
}

}  // namespace
}  // namespace sedge::worker
