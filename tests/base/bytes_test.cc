// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/bytes.h"

#include <gtest/gtest.h>

namespace sedge {
namespace {

TEST(BytesTest, CopyOwnsItsMemory) {
  std::string source = "abc";
  Bytes bytes = Bytes::Copy(source);
  source = "xyz";
  EXPECT_EQ(bytes.text(), "abc");
}

TEST(BytesTest, MoveLeavesTheSourceEmpty) {
  Bytes a = Bytes::Copy("abc");
  Bytes b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT: what a moved-from Bytes is, is part of its contract
  EXPECT_EQ(b.text(), "abc");
}

TEST(BytesTest, PrefixAndSuffixCanGo) {
  Bytes bytes = Bytes::Copy("abcdef");
  bytes.RemovePrefix(2);
  bytes.Truncate(3);
  EXPECT_EQ(bytes.text(), "cde");
}

TEST(BytesTest, PartsAreJoined) {
  std::vector<Bytes> parts;
  EXPECT_TRUE(Bytes::Join(std::move(parts)).empty());
  parts.clear();
  parts.push_back(Bytes::Copy("abc"));
  const uint8_t* memory = parts[0].data();
  EXPECT_EQ(Bytes::Join(std::move(parts)).data(), memory);  // nothing is copied
  parts.clear();
  for (const std::string_view part : {"abc", "", "de"}) parts.push_back(Bytes::Copy(part));
  EXPECT_EQ(Bytes::Join(std::move(parts)).text(), "abcde");
}

TEST(BytesTest, ReleaseGivesMallocMemory) {
  Bytes bytes = Bytes::Copy("abc");
  uint8_t* memory = bytes.Release();
  EXPECT_EQ(memory[0], 'a');
  EXPECT_TRUE(bytes.empty());
  std::free(memory);
}

}  // namespace
}  // namespace sedge
