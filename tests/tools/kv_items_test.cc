// SPDX-License-Identifier: Apache-2.0
// What `sedge kv` reads and writes as text: JSON lines and arrays item by item, entries in
// wrangler's bulk format, key names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tools/kv/item_reader.h"
#include "tools/kv/json_out.h"
#include "tools/kv/key_file.h"
#include "tools/kv/pair.h"

namespace sedge::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ItemReader ReaderOf(std::string text, size_t chunk, size_t max_item = 1000) {
  auto at = std::make_shared<size_t>(0);
  return ItemReader(
      "f",
      [text = std::move(text), chunk, at](char* buffer, size_t size) -> Result<size_t> {
        const size_t count = std::min({chunk, size, text.size() - *at});
        text.copy(buffer, count, *at);
        *at += count;
        return count;
      },
      max_item);
}

// "place=text" of each item, and the failure at the end if there is one. The same for every size
// of reads.
std::vector<std::string> Items(const std::string& text) {
  std::vector<std::string> first;
  for (const size_t chunk : {size_t{1}, size_t{2}, size_t{7}, size_t{1} << 20}) {
    ItemReader reader = ReaderOf(text, chunk);
    std::vector<std::string> items;
    for (;;) {
      const Result<std::optional<Item>> item = reader.Next();
      if (!item.ok()) items.emplace_back(item.status().message());
      if (!item.ok() || !*item) break;
      items.push_back(reader.Place(**item) + "=" + std::string((*item)->text));
    }
    if (first.empty()) first = items;
    EXPECT_EQ(items, first) << "in reads of " << chunk;
  }
  return first;
}

TEST(ItemReaderTest, GivesLines) {
  EXPECT_THAT(Items(""), ElementsAre());
  EXPECT_THAT(Items(" \r\n\n\t"), ElementsAre());
  EXPECT_THAT(Items("{\"a\":1}"), ElementsAre("f:1={\"a\":1}"));
  EXPECT_THAT(Items("\n  {}  \r\n\n{\"b\" : [1,\"]\"]}\n"),
              ElementsAre("f:2={}", "f:4={\"b\" : [1,\"]\"]}"));
  EXPECT_THAT(Items("\xef\xbb\xbf{}\n{}"), ElementsAre("f:1={}", "f:2={}"));
  // Whatever it is: the one who parses it knows more.
  EXPECT_THAT(Items("x\n\"y\"\n[1]"), ElementsAre("f:1=x", "f:2=\"y\"", "f:3=[1]"));
}

TEST(ItemReaderTest, GivesElements) {
  EXPECT_THAT(Items("[]"), ElementsAre());
  EXPECT_THAT(Items(" [ \n ] \n"), ElementsAre());
  EXPECT_THAT(Items("[1]"), ElementsAre("f: element 1 (line 1)=1"));
  EXPECT_THAT(Items("[\n {\"a\":\"],}\\\"\"} ,\n[[1],{}]\n, \"x\" ]\n"),
              ElementsAre("f: element 1 (line 2)={\"a\":\"],}\\\"\"}",
                          "f: element 2 (line 3)=[[1],{}]", "f: element 3 (line 4)=\"x\""));
}

TEST(ItemReaderTest, SaysWhereAnArrayIsBroken) {
  EXPECT_THAT(Items("["), ElementsAre("f:1: the array does not end"));
  EXPECT_THAT(Items("[1\n"), ElementsAre("f:1: the array's element that begins here does not end"));
  EXPECT_THAT(Items("[1,"), ElementsAre("f: element 1 (line 1)=1", "f:1: the array does not end"));
  EXPECT_THAT(Items("[\n,1]"), ElementsAre("f:2: an element of the array is missing here"));
  EXPECT_THAT(Items("[1,]"), ElementsAre("f: element 1 (line 1)=1",
                                         "f:1: an element of the array is missing here"));
  EXPECT_THAT(Items("[1]\n2"), ElementsAre("f: element 1 (line 1)=1",
                                           "f:2: something stands behind the end of the array"));
  EXPECT_THAT(Items("[{\"a\":\"]"),
              ElementsAre("f:1: the array's element that begins here does not end"));
}

TEST(ItemReaderTest, HoldsNoMoreThanAnItemMayHave) {
  const std::string fits(1000, 'x'), is_longer(1001, 'x');
  EXPECT_THAT(Items(fits + "\n"), ElementsAre("f:1=" + fits));
  EXPECT_THAT(Items("a\n" + is_longer),
              ElementsAre("f:1=a", HasSubstr("f:2: the line is longer than 1000 bytes")));
  EXPECT_THAT(Items("[" + fits + "]"), ElementsAre("f: element 1 (line 1)=" + fits));
  EXPECT_THAT(Items("[1,\n" + is_longer + "]"),
              ElementsAre("f: element 1 (line 1)=1", HasSubstr("f:2: the array's element")));
}

TEST(ItemReaderTest, AFailedReadIsTheEnd) {
  int calls = 0;
  ItemReader reader("f", [&](char* buffer, size_t) -> Result<size_t> {
    if (++calls > 1) return IoError("the disk is gone");
    buffer[0] = '1';
    return size_t{1};
  });
  EXPECT_EQ(reader.Next().status().message(), "the disk is gone");
}

TEST(PairTest, ReadsWranglersFormat) {
  const KvPair pair = *ParsePair(
      R"({"key":"a/\u00fc","value":"AP8=","base64":true,"expiration":5,"metadata":{"x": [1.5, null]},"other":[{}]})");
  EXPECT_EQ(pair.key, "a/\xc3\xbc");
  EXPECT_EQ(pair.value, std::string("\0\xff", 2));
  EXPECT_EQ(pair.expiration, 5);
  EXPECT_EQ(pair.expiration_ttl, std::nullopt);
  EXPECT_EQ(pair.metadata, R"({"x":[1.5,null]})");
  EXPECT_EQ(ParsePair(R"({"value":"v","key":"k","expiration_ttl":60,"metadata":null})")->metadata,
            "");
}

TEST(PairTest, SaysWhatIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {"7", "this is no JSON object {key, value}"},
      {"{\"key\":\"a\"}", "A value is missing (key \"a\")"},
      {"{\"value\":\"a\"}", "A key is missing"},
      {"{\"key\":1,\"value\":\"a\"}", "A field of this entry has a wrong type"},
      {"{\"key\":\"a\",\"value\":\"v\"},{}", "A key is missing"},
      {"{\"key\":\"a\",\"value\":\"v\"},{\"key\":\"b\",\"value\":\"v\"}",
       "this is more than one JSON object"},
      {"{\"key\":\"a\",", "This is not valid JSON"},
      {"{\"key\":\"a\",\"value\":\"v\"}]", "This is not valid JSON"},
      {"{\"key\":\"\",\"value\":\"v\"}", "Key name cannot be empty"},
      {"{\"key\":\"..\",\"value\":\"v\"}", "\"..\" is not allowed as a key name"},
      {"{\"key\":\"" + std::string(513, 'k') + "\",\"value\":\"v\"}", "limit of 512"},
      {"{\"key\":\"a\",\"value\":\"x!\",\"base64\":true}", "The value is not valid base64"},
      {"{\"key\":\"a\",\"value\":\"v\",\"metadata\":\"" + std::string(1023, 'm') + "\"}",
       "exceeds limit of 1024"},
      {"{\"key\":\"a\",\"value\":\"" + std::string((25u << 20) + 1, 'v') + "\"}",
       "exceeds limit of 26214400"},
  };
  for (const auto& [text, why] : cases) {
    const Result<KvPair> pair = ParsePair(text);
    ASSERT_FALSE(pair.ok()) << why;
    EXPECT_THAT(std::string(pair.status().message()), HasSubstr(why));
    EXPECT_FALSE(pair.status().message().ends_with('.')) << pair.status().message();
  }
  EXPECT_TRUE(ParsePair("{\"key\":\"" + std::string(512, 'k') + "\",\"value\":\"\"}").ok());
}

TEST(PairTest, KnowsWhatHasExpired) {
  KvPair pair{.key = "k", .value = "v"};
  EXPECT_TRUE(CheckExpiry(pair, 1000).ok());
  pair.expiration = 1060;
  EXPECT_TRUE(CheckExpiry(pair, 1000).ok());
  EXPECT_EQ(CheckExpiry(pair, 1001).code(), StatusCode::kOutOfRange);
  pair.expiration_ttl = 60;  // wins
  EXPECT_TRUE(CheckExpiry(pair, 1001).ok());
  pair.expiration_ttl = 59;
  EXPECT_EQ(CheckExpiry(pair, 1001).code(), StatusCode::kOutOfRange);
}

TEST(PairTest, WritesWhatItReads) {
  const KvPair pairs[] = {
      {.key = "k", .value = ""},
      {.key = "\"\\\n\xf0\x9f\x98\x80", .value = "text \"with\" \n\t\x01 and \xef\xbf\xbd"},
      {.key = "b", .value = std::string("\0\xff\xfe", 3), .expiration = 9'999'999'999},
      {.key = "b", .value = std::string("\xc3", 1), .expiration_ttl = 60},
      {.key = "m", .value = "v", .metadata = R"({"a":[1,"\""]})"},
  };
  for (const KvPair& pair : pairs) {
    std::string json;
    AppendPair(json, pair);
    EXPECT_EQ(json.find('\n'), std::string::npos);
    const Result<KvPair> again = ParsePair(json);
    ASSERT_TRUE(again.ok()) << json << again.status().message();
    EXPECT_EQ(again->key, pair.key);
    EXPECT_EQ(again->value, pair.value);
    EXPECT_EQ(again->expiration, pair.expiration);
    EXPECT_EQ(again->expiration_ttl, pair.expiration_ttl);
    EXPECT_EQ(again->metadata, pair.metadata);
  }
}

TEST(JsonOutTest, Base64OfEveryLength) {
  // RFC 4648, section 10.
  const char* const wanted[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(Base64(std::string_view("foobar").substr(0, i)), wanted[i]);
  }
  EXPECT_EQ(Base64("\xff\xfe\xfb"), "//77");
}

class KeyFileTest : public ::testing::Test {
 protected:
  std::string Keys(const std::string& text) {
    const std::string path = ::testing::TempDir() + "/keys.json";
    std::ofstream(path) << text;
    const Result<InputFile> file = InputFile::Open("", path);
    std::string keys;
    const Status status = ReadKeys(*file, nullptr, [&](const std::string& key) {
      keys += key + ";";
      return key == "stop" ? Cancelled("told to") : Status();
    });
    std::filesystem::remove(path);
    return keys + std::string(status.message());
  }
};

TEST_F(KeyFileTest, TakesWhatKeyListPrints) {
  EXPECT_EQ(Keys(R"(["a", "b/\u00fc"])"), "a;b/\xc3\xbc;");
  EXPECT_EQ(Keys(R"([{"name":"a","metadata":{"name":1}},"b"])"), "a;b;");
  EXPECT_EQ(Keys("\"a\"\n{\"name\":\"b\"}\n"), "a;b;");
  EXPECT_EQ(Keys("[]"), "");
  EXPECT_EQ(Keys(R"(["a","stop","b"])"), "a;stop;told to");
}

TEST_F(KeyFileTest, NamesThePlaceOfAMistake) {
  EXPECT_THAT(Keys("[\"a\",\n7]"), HasSubstr("a;"));
  EXPECT_THAT(Keys("[\"a\",\n7]"), HasSubstr("keys.json: element 2 (line 2): this is no key"));
  EXPECT_THAT(Keys(R"([{"key":"a"}])"), HasSubstr("allowed is a string, or an object with a name"));
  EXPECT_THAT(Keys("\"a\"\nb\n"), HasSubstr("keys.json:2: this is not valid JSON"));
  EXPECT_THAT(Keys("[\"" + std::string(513, 'k') + "\"]"), HasSubstr("limit of 512"));
  EXPECT_THAT(Keys("[\"" + std::string(100'000, 'k') + "\"]"), HasSubstr("no entry is that long"));
}

TEST(InputFileTest, SaysWhyItCannotRead) {
  EXPECT_THAT(std::string(InputFile::Open("--path", "/nowhere").status().message()),
              HasSubstr("--path /nowhere: No such file"));
  EXPECT_THAT(std::string(InputFile::Open("", "/tmp").status().message()),
              HasSubstr("/tmp: this is a folder"));
  const std::string path = ::testing::TempDir() + "/three";
  std::ofstream(path) << "abc";
  EXPECT_EQ(InputFile::Open("", path)->ReadAll(3, "three")->text(), "abc");
  EXPECT_EQ(InputFile::Open("", path)->ReadAll(2, "two at most").status().message(),
            path + ": this is longer; two at most");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sedge::tools
