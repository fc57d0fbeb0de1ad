// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/message.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/http/control_scan.h"
#include "runtime/http/host_check.h"

namespace sedge::http {
namespace {

TEST(MessageTest, FieldsAreFoundWithoutCase) {
  const HeaderField fields[] = {{"Content-Type", "a"}, {"X", "b"}, {"x", "c"}};
  RequestHead head;
  head.headers = fields;
  ASSERT_NE(head.Find("content-type"), nullptr);
  EXPECT_EQ(head.Find("CONTENT-TYPE")->value, "a");
  EXPECT_EQ(head.Find("x")->value, "b");
  EXPECT_EQ(head.Find("y"), nullptr);
}

TEST(MessageTest, Tokens) {
  EXPECT_TRUE(IsToken("Content-Type"));
  EXPECT_TRUE(IsToken("!#$%&'*+-.^_`|~09azAZ"));
  for (const char* text : {"", "a b", "a:", "(", "a\t", "\x80", "a\"", "a/b", "a,b"}) {
    EXPECT_FALSE(IsToken(text)) << text;
  }
}

TEST(MessageTest, FieldValues) {
  EXPECT_TRUE(IsFieldValue(""));
  EXPECT_TRUE(IsFieldValue("a\tb \xff\x80"));
  for (int c = 0; c < 256; ++c) {
    const std::string text = std::string("12345678") + static_cast<char>(c) + "12345678";
    EXPECT_EQ(IsFieldValue(text), c == '\t' || (c >= 0x20 && c != 0x7f)) << c;
    EXPECT_EQ(IsFetchFieldValue(text), c != 0 && c != '\r' && c != '\n') << c;
  }
}

TEST(ControlScanTest, FindsTheFirstControlAtEveryPlace) {
  for (size_t size = 0; size < 40; ++size) {
    for (size_t at = 0; at <= size; ++at) {
      for (char control : {'\0', '\n', '\x1f', '\x7f'}) {
        // Neighbours of the ranges around it must not confuse the search.
        std::string text(size, '\x80');
        for (size_t i = 0; i < size; i += 3) text[i] = i % 2 ? ' ' : '\x7e';
        if (at < size) text[at] = control;
        EXPECT_EQ(FindControl(text.data(), 0, size), at) << size;
      }
    }
  }
}

TEST(HostCheckTest, Ports) {
  EXPECT_TRUE(IsHostAndPort("a:65535"));
  EXPECT_FALSE(IsHostAndPort("a:65536"));
  EXPECT_FALSE(IsHostAndPort("a:100000000000000000000"));
}

}  // namespace
}  // namespace sedge::http
