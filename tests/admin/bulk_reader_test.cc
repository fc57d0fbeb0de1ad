// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/bulk_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::admin {
namespace {

std::string Read(std::string_view json) {
  std::string text;
  const MaybeError error = ReadBulkPairs(json, [&](BulkPair pair) -> MaybeError {
    text += pair.key + "=" + pair.value;
    if (pair.base64) text += " base64";
    if (pair.expiration) text += " at " + std::to_string(*pair.expiration);
    if (pair.expiration_ttl) text += " for " + std::to_string(*pair.expiration_ttl);
    if (pair.metadata) text += " " + *pair.metadata;
    if (pair.long_metadata_bytes > 0) {
      text += " (metadata of " + std::to_string(pair.long_metadata_bytes) + " bytes)";
    }
    text += ";";
    if (pair.key == "stop") return ApiError{400, 1, "stopped"};
    return std::nullopt;
  });
  return error ? text + " " + error->message : text;
}

TEST(BulkReaderTest, ReadsPairs) {
  EXPECT_EQ(Read("[]"), "");
  EXPECT_EQ(Read(R"([{"key":"a","value":"1"},{"value":"2","key":"b"}])"), "a=1;b=2;");
  EXPECT_EQ(
      Read(R"([{"key":"a","value":"1","base64":true,"expiration":1.7e9,"expiration_ttl":60}])"),
      "a=1 base64 at 1700000000 for 60;");
  EXPECT_EQ(Read(R"([{"key":"a","metadata":{"key":"no","value":[{"key":[]}]},"value":"1"}])"),
            R"(a=1 {"key":"no","value":[{"key":[]}]};)");
  EXPECT_EQ(Read(R"([{"key":"a","metadata":"text","value":"1"},{"key":"b","value":"2"}])"),
            "a=1 \"text\";b=2;");
  EXPECT_EQ(Read(R"([{"key":"a","x":{"key":"no","y":[[1],{"value":2}]},"value":"1","z":5}])"),
            "a=1;");
  EXPECT_EQ(Read(R"([{"key":"a","value":"1","metadata":null,"expiration":null,"base64":null}])"),
            "a=1;");
  EXPECT_EQ(Read(R"([{"key":"a","value":"1","metadata":0},{"key":"b","value":"2","metadata":[]}])"),
            "a=1 0;b=2 [];");
}

TEST(BulkReaderTest, StopsWhereAPairIsRefused) {
  EXPECT_EQ(Read(R"([{"key":"stop","value":"1"},{"key":"b","value":"2"}])"), "stop=1; stopped");
}

TEST(BulkReaderTest, NamesThePairThatIsWrong) {
  const std::string wrong =
      " has a wrong type: key and value are strings, base64 is a boolean, expiration and "
      "expiration_ttl are integers.";
  for (const auto& [json, said] : std::vector<std::pair<std::string, std::string>>{
           {"{}", " The body must be a JSON array of objects with key and value."},
           {"\"a\"", " The body must be a JSON array of objects with key and value."},
           {"5", " The body must be a JSON array of objects with key and value."},
           {"[[]]", " An element of the array, pair 0, is no object."},
           {"[null]", " An element of the array, pair 0, is no object."},
           {R"([{"key":"a","value":"1"},7])",
            "a=1; An element of the array, pair 1, is no object."},
           {R"([{"key":null,"value":"1"}])", " A field of pair 0" + wrong},
           {R"([{"key":"a","value":["1"]}])", " A field of pair 0 (key \"a\")" + wrong},
           {R"([{"key":"a","value":{}}])", " A field of pair 0 (key \"a\")" + wrong},
           {R"([{"key":"a","value":1}])", " A field of pair 0 (key \"a\")" + wrong},
           {R"([{"key":"a","value":"1","base64":"yes"}])",
            " A field of pair 0 (key \"a\")" + wrong},
           {R"([{"key":"a","value":"1","expiration":"5"}])",
            " A field of pair 0 (key \"a\")" + wrong},
           {R"([{"key":"a","value":"1","expiration_ttl":60.5}])",
            " A field of pair 0 (key \"a\")" + wrong},
           {R"([{"key":"a"}])", " A value is missing in pair 0 (key \"a\")."},
           {R"([{}])", " A key is missing in pair 0."},
           {R"([{"key":"a","value":"1"},)", "a=1; The body is not valid JSON: byte 26."},
           {"", " The body is not valid JSON: byte 1."},
           {"[] x", " The body is not valid JSON: byte 4."}}) {
    EXPECT_EQ(Read(json), said) << json;
  }
}

TEST(BulkReaderTest, LimitsDepthAndMetadata) {
  const auto nested = [](const std::string& field, size_t depth) {
    return R"([{"key":"a","value":"1",")" + field + "\":" + std::string(depth, '[') +
           std::string(depth, ']') + "}]";
  };
  EXPECT_EQ(Read(nested("x", kMaxJsonDepth - 2)), "a=1;");
  EXPECT_EQ(Read(nested("x", kMaxJsonDepth - 1)), " The JSON of the body is nested too deep.");
  EXPECT_EQ(Read(nested("x", 1'000'000)), " The JSON of the body is nested too deep.");
  EXPECT_EQ(Read(nested("metadata", 200)).size(), 4u + 1 + 400);
  const auto metadata = [](size_t bytes) {
    return R"([{"key":"a","value":"1","metadata": ")" + std::string(bytes - 2, 'm') + "\"}]";
  };
  EXPECT_EQ(Read(metadata(1024)).size(), 4u + 1 + 1024);
  EXPECT_EQ(Read(metadata(1025)), "a=1 (metadata of 1025 bytes);");
  EXPECT_EQ(
      Read(R"([{"key":"a","value":"1","metadata":[)" + std::string(1023, ' ') + R"({"key":")" +
           std::string(2000, 'm') + R"("}, 1 , null]},{"key":"b","value":"2","metadata":1}])"),
      "a=1 (metadata of 2019 bytes);b=2 1;");
}

TEST(BulkReaderTest, AMessageDoesNotRepeatALongKey) {
  EXPECT_EQ(Read(R"([{"key":")" + std::string(100'000, 'k') + "\"}]"),
            " A value is missing in pair 0 (key of 100000 bytes).");
}

TEST(BulkReaderTest, CountsPairs) {
  std::vector<size_t> indexes;
  EXPECT_FALSE(ReadBulkPairs(R"([{"key":"a","value":"1"},{"key":"b","value":"2"}])",
                             [&](BulkPair pair) -> MaybeError {
                               indexes.push_back(pair.index);
                               return std::nullopt;
                             }));
  EXPECT_THAT(indexes, testing::ElementsAre(0, 1));
}

TEST(BulkReaderTest, ReadsKeys) {
  std::vector<std::string> keys;
  EXPECT_FALSE(ReadBulkKeys(R"(["a","\u20ac",""])", keys));
  EXPECT_THAT(keys, testing::ElementsAre("a", "\u20AC", ""));
  EXPECT_TRUE(ReadBulkKeys("[1]", keys));
}

}  // namespace
}  // namespace sedge::admin
