// SPDX-License-Identifier: Apache-2.0
#include "kv/key_codec.h"

#include <gtest/gtest.h>

#include "kv/store.h"

namespace sedge::kv {
namespace {

TEST(KeyCodec, HasTheBytesOfTheFormat) {
  EXPECT_EQ(EncodeRowKey("ns", "key"), std::string("\0\2nskey", 7));
  EXPECT_EQ(EncodeNamespace("ns"), std::string("\0\2ns", 4));
  EXPECT_EQ(EncodeRowKey(std::string(0x101, 'n'), "k").substr(0, 3), "\1\1n");
}

TEST(KeyCodec, DecodesWhatItEncodes) {
  for (const std::string& ns : {std::string("a"), std::string(kMaxNamespaceBytes, '\xff')}) {
    for (const std::string& key : {std::string("k"), std::string(3, '\0'), std::string(512, 'x')}) {
      const std::string row = EncodeRowKey(ns, key);
      const auto decoded = DecodeRowKey(row);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->ns, ns);
      EXPECT_EQ(decoded->key, key);
    }
  }
}

TEST(KeyCodec, RefusesWhatIsNoRowKey) {
  EXPECT_FALSE(DecodeRowKey(""));
  EXPECT_FALSE(DecodeRowKey("\1"));
  EXPECT_FALSE(DecodeRowKey(std::string_view("\0\0key", 5)));    // no namespace
  EXPECT_FALSE(DecodeRowKey(std::string_view("\0\2ns", 4)));     // no key
  EXPECT_FALSE(DecodeRowKey(std::string_view("\0\5nskey", 6)));  // cut short
  EXPECT_FALSE(DecodeRowKey("\xff\xff" + std::string(70'000, 'n')));
  EXPECT_FALSE(DecodeRowKey(EncodeRowKey("ns", std::string(kMaxKeyBytes + 1, 'k'))));
}

TEST(KeyCodec, NoNamespaceIsAPrefixOfAnother) {
  for (const char* longer : {"ab", "abc", "aa", "a\x01"}) {
    const std::string row = EncodeRowKey(longer, "k");
    EXPECT_FALSE(row.starts_with(EncodeNamespace("a"))) << longer;
  }
}

TEST(KeyCodec, RowsKeepTheOrderOfTheirKeys) {
  EXPECT_LT(EncodeRowKey("n", "a"), EncodeRowKey("n", "aa"));
  EXPECT_LT(EncodeRowKey("n", "aa"), EncodeRowKey("n", "b"));
  EXPECT_LT(EncodeRowKey("n", "z"), EncodeRowKey("n", "\xc3\xa9"));
}

TEST(KeyCodec, PrefixEndIsTheFirstStringPastAllThatStartWithIt) {
  EXPECT_EQ(PrefixEnd("a"), "b");
  EXPECT_EQ(PrefixEnd("a\xff\xff"), "b");
  EXPECT_EQ(PrefixEnd(std::string("\0\1\xff", 3)), std::string("\0\2", 2));
  EXPECT_LT("a" + std::string(100, '\xff'), PrefixEnd("a"));
}

}  // namespace
}  // namespace sedge::kv
