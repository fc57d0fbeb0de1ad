// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace sedge::admin {
namespace {

TEST(Base64Test, DecodesWhatIsRight) {
  for (const auto& [text, bytes] : {std::pair<std::string, std::string>{"", ""},
                                    {"Zg==", "f"},
                                    {"Zg", "f"},
                                    {"Zm8=", "fo"},
                                    {"Zm9v", "foo"},
                                    {"Zm9vYmFy", "foobar"},
                                    {"+/+/", "\xFB\xFF\xBF"}}) {
    const auto decoded = DecodeBase64(text);
    ASSERT_TRUE(decoded) << text;
    EXPECT_EQ(decoded->text(), bytes) << text;
  }
}

TEST(Base64Test, RefusesWhatIsNot) {
  for (const char* text : {"Z", "Zg=", "Zg===", "Zm9v=", "Zh==", "Zm9=", "Zm 9v", "-_-_", "=",
                           "Zm9v\n", "Z=g=", "===="}) {
    EXPECT_FALSE(DecodeBase64(text)) << text;
  }
}

}  // namespace
}  // namespace sedge::admin
