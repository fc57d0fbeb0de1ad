// SPDX-License-Identifier: Apache-2.0
// HeaderList: fields in one block, as they are added, cut into pieces, found and changed.
#include "runtime/http/header_list.h"

#include <gtest/gtest.h>

namespace sedge::http {
namespace {

using std::string_literals::operator""s;

TEST(HeaderList, IsOneBlock) {
  HeaderList list = {{"a", "1"}, {"B", ""}};
  list.AddLowerCase("C-Z[@{", "X");
  EXPECT_EQ(list.block(), "a\0001\0B\0\0c-z[@{\0X\0"s);
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[1].name, "B");
  EXPECT_EQ(list[1].value, "");
  EXPECT_EQ(list[2].name, "c-z[@{");
  const auto again = HeaderList::FromBlock(list.block());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, list);
  EXPECT_EQ((*again)[2].value, "X");
}

TEST(HeaderList, ABlockIsMadeOfPairs) {
  EXPECT_TRUE(HeaderList::FromBlock("")->empty());
  EXPECT_FALSE(HeaderList::FromBlock("a"));
  EXPECT_FALSE(HeaderList::FromBlock("a\0b"s));
  EXPECT_FALSE(HeaderList::FromBlock("a\0b\0c\0"s));
  EXPECT_EQ(HeaderList::FromBlock("\0\0"s)->size(), 1u);
}

TEST(HeaderList, FindsTheFirstOfAName) {
  const HeaderList list = {{"Set-Cookie", "1"}, {"set-cookie", "2"}, {"Empty", ""}};
  EXPECT_EQ(list.Find("SET-COOKIE"), "1");
  EXPECT_EQ(list.Find("empty"), "");
  EXPECT_EQ(list.Find("set-cooki"), std::nullopt);
}

TEST(HeaderList, SetReplacesTheFirstOrAdds) {
  HeaderList list = {{"a", "1"}, {"B", "2"}, {"b", "3"}};
  list.Set("b", "longer");
  EXPECT_EQ(list, (HeaderList{{"a", "1"}, {"B", "longer"}, {"b", "3"}}));
  list.Set("c", "");
  EXPECT_EQ(list[3].name, "c");
  EXPECT_EQ(list.size(), 4u);
}

TEST(HeaderList, TakesFieldsInPieces) {
  HeaderList list;
  for (const auto* pieces : {" \t va", "lue\t", ""}) {
    list.Begin();
    list.AppendName("X-");
    list.AppendName("Name");
    list.AppendValue(pieces);
    list.AppendValue(" end ");
    list.End();
  }
  list.Begin();
  list.AppendName("None");
  list.End();
  list.Begin();
  list.AppendName("White");
  list.AppendValue(" \t ");
  list.End();
  EXPECT_EQ(list, (HeaderList{{"x-name", "va end"},
                              {"x-name", "lue\t end"},
                              {"x-name", "end"},
                              {"none", ""},
                              {"white", ""}}));
}

// Bytes that no parser lets through must not shift the fields after them.
TEST(HeaderList, NulsInValuesStayInTheirField) {
  HeaderList list;
  list.Add("a", "1\0002"s);
  list.Add("b", "3");
  EXPECT_EQ(list[0].value, "1\0002"s);
  EXPECT_EQ(list[1].name, "b");
  EXPECT_EQ(list[1].value, "3");
}

}  // namespace
}  // namespace sedge::http
