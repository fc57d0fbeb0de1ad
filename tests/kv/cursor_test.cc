// SPDX-License-Identifier: Apache-2.0
#include "kv/cursor.h"

#include <gtest/gtest.h>

#include "kv/store.h"

namespace sedge::kv {
namespace {

TEST(Cursor, DecodesWhatItEncodes) {
  for (size_t size = 1; size <= kMaxKeyBytes; ++size) {
    const std::string key(size, static_cast<char>(size * 37));
    const auto decoded =
        DecodeCursor("ns", key.substr(0, 1), EncodeCursor("ns", key.substr(0, 1), key));
    ASSERT_TRUE(decoded.ok()) << size;
    EXPECT_EQ(*decoded, key);
  }
}

TEST(Cursor, IsSafeInAUrl) {
  const std::string cursor = EncodeCursor("ns", "", std::string(200, '\xff'));
  EXPECT_EQ(
      cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST(Cursor, EveryChangedCharacterIsNoticed) {
  const std::string cursor = EncodeCursor("ns", "user:", "user:42");
  for (size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(DecodeCursor("ns", "user:", changed).ok()) << i;
    EXPECT_FALSE(DecodeCursor("ns", "user:", cursor.substr(0, i)).ok()) << i;
  }
  EXPECT_FALSE(DecodeCursor("ns", "user:", cursor + "A").ok());
  EXPECT_FALSE(DecodeCursor("ns", "user:", cursor + "=").ok());
}

TEST(Cursor, BelongsToItsNamespaceAndPrefix) {
  const std::string cursor = EncodeCursor("ns", "ab", "abc");
  EXPECT_TRUE(DecodeCursor("ns", "ab", cursor).ok());
  EXPECT_EQ(DecodeCursor("ns2", "ab", cursor).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(DecodeCursor("ns", "a", cursor).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(DecodeCursor("ns", "x", cursor).status().code(), StatusCode::kInvalidArgument);
}

TEST(Cursor, RefusesText) {
  for (const char* text : {"0", "null", "undefined", "!", "a b", "AAAAAAAAAAAA", "key1"}) {
    EXPECT_FALSE(DecodeCursor("ns", "", text).ok()) << text;
  }
  EXPECT_FALSE(DecodeCursor("ns", "", std::string(100'000, 'A')).ok());
}

}  // namespace
}  // namespace sedge::kv
