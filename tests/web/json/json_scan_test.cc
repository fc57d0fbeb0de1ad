// SPDX-License-Identifier: Apache-2.0
// Scans texts, whole and cut off anywhere, into memory that is as long as it must be: for
// sanitizers.
#include "runtime/web/json/json_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace sedge::web {
namespace {

struct Memory {
  explicit Memory(size_t mark_count = 8192, size_t shape_count = 64, size_t text_bytes = 8192)
      : marks(mark_count), table(2 + 3 * shape_count), text(text_bytes) {}

  template <typename Unit>
  bool Scan(std::string_view json) {
    const std::vector<Unit> units(json.begin(), json.end());  // of that length: nothing behind it
    return ScanJson(std::span<const Unit>(units), marks, JsonShapes{table, text});
  }

  std::vector<int32_t> marks;
  std::vector<int32_t> table;
  std::vector<uint8_t> text;
};

constexpr std::string_view kText =
    R"( {"id":17,"list":[{"key":"a","n":-1.5e+3},{"key":"b\"\u0041","n":0},{"n":1,"key":""}],"x":null,"y":[true,false,{}]} )";

TEST(JsonScanTest, TellsShapesApartAndKnowsThemAgain) {
  Memory memory;
  ASSERT_TRUE(memory.Scan<uint8_t>(kText));
  EXPECT_EQ(memory.table[0], 4);
  const std::vector<int32_t> marks = memory.marks;
  ASSERT_TRUE(memory.Scan<uint16_t>(kText));
  EXPECT_EQ(memory.table[0], 4);
  EXPECT_EQ(memory.marks, marks);
  ASSERT_TRUE(
      memory.Scan<uint8_t>(R"([{"i":1},{"id":1},{"id":1,"list":2},{"key":1,"n":2,"o":3}])"));
  EXPECT_EQ(memory.table[0], 8);
}

TEST(JsonScanTest, RefusesWhatIsCutOff) {
  for (size_t size = 0; size + 1 < kText.size(); ++size) {
    Memory memory;
    EXPECT_FALSE(memory.Scan<uint8_t>(kText.substr(0, size))) << size;
    EXPECT_FALSE(memory.Scan<uint16_t>(kText.substr(0, size))) << size;
  }
}

TEST(JsonScanTest, RefusesKeysThatAreNotPlain) {
  for (const char* text :
       {R"({"__proto__":1})", R"({"1":1})", R"({"a":1,"a":2})", R"({"\u0061":1})", "{\"\xE9\":1}",
        R"({"a":1,"b":2,"a":3})", "{\"a\x7F\":1}"}) {
    Memory memory;
    EXPECT_FALSE(memory.Scan<uint8_t>(text)) << text;
    EXPECT_EQ(memory.table[0], 0) << text;
  }
}

TEST(JsonScanTest, StaysWithinItsMemory) {
  for (size_t marks = 0; marks < 32; ++marks) {
    for (size_t shapes = 0; shapes < 5; ++shapes) {
      for (size_t bytes = 0; bytes < 40; ++bytes) {
        Memory memory(marks, shapes, bytes);
        for (int i = 0; i < 3; ++i) {
          EXPECT_TRUE(!memory.Scan<uint8_t>(kText) || shapes >= 4);
        }
      }
    }
  }
  std::string deep;
  for (int depth = 0; depth < 1000; ++depth) {
    deep = R"({"k":)" + deep + (depth == 0 ? "1}" : "}");
    Memory memory;
    EXPECT_EQ(memory.Scan<uint8_t>(deep), depth < 64) << depth;
  }
}

}  // namespace
}  // namespace sedge::web
