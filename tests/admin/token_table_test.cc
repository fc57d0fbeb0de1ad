// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/token_table.h"

#include <gtest/gtest.h>

namespace sedge::admin {
namespace {

// printf %s reader | sha256sum
const std::string kReader = "3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30";
const std::string kWriter = "b93006774cbdd4b299389a03ac3d88c3a76b460d538795bc12718011a909fba5";

std::string Add(TokenTable& table, const std::string& text) {
  const Status status = table.AddFile(text, "tokens");
  return status.ok() ? "ok" : std::string(status.message());
}

TEST(TokenTableTest, FindsTokensByTheirHash) {
  TokenTable table;
  EXPECT_TRUE(table.empty());
  ASSERT_EQ(Add(table, "# who may what\n\n  ci\t" + kReader + " read:* write:CACHE\r\nbackup " +
                           kWriter + " read:my%20ns\n"),
            "ok");
  EXPECT_FALSE(table.empty());
  const auto ci = table.Find("reader");
  ASSERT_TRUE(ci);
  EXPECT_EQ(ci->who(), "ci");
  EXPECT_TRUE(ci->MayRead("any"));
  EXPECT_TRUE(ci->MayWrite("CACHE"));
  EXPECT_FALSE(ci->MayWrite("any"));
  const auto backup = table.Find("writer");
  ASSERT_TRUE(backup);
  EXPECT_TRUE(backup->MayRead("my ns"));
  EXPECT_FALSE(backup->MayRead("any"));
  for (const char* wrong : {"", "Reader", "reader ", "readerr", "ci"}) {
    EXPECT_FALSE(table.Find(wrong)) << wrong;
  }
  EXPECT_FALSE(table.Find(kReader));
}

TEST(TokenTableTest, AHashMayBeInUpperCase) {
  std::string upper = kReader;
  for (char& c : upper) c = static_cast<char>(toupper(c));
  TokenTable table;
  EXPECT_EQ(Add(table, "a " + upper + " read:*"), "ok");
  EXPECT_TRUE(table.Find("reader"));
}

TEST(TokenTableTest, OneMayHaveAllRights) {
  TokenTable table;
  table.AddToken("development", "SEDGE_ADMIN_TOKEN");
  const auto found = table.Find("development");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->MayWriteAll());
  EXPECT_EQ(found->who(), "SEDGE_ADMIN_TOKEN");
}

TEST(TokenTableTest, SaysWhatIsWrongWithALine) {
  const std::string hash =
      "the second word is no SHA-256 hash of 64 hexadecimal digits; allowed is NAME SHA256 "
      "RIGHT..., such as: ci 9f86d0...0a08 read:* write:CACHE";
  const std::string right =
      " is no right; allowed is read:NAMESPACE, write:NAMESPACE, read:* and write:*";
  for (const auto& [line, said] : std::vector<std::pair<std::string, std::string>>{
           {"ci", hash},
           {"ci secret read:*", hash},
           {"ci " + kReader + "0 read:*", hash},
           {"ci g" + kReader.substr(1) + " read:*", hash},
           {"ci " + kReader,
            "the token has no right; allowed is NAME SHA256 RIGHT..., such as: ci 9f86d0...0a08 "
            "read:* write:CACHE"},
           {"ci " + kReader + " all", "\"all\"" + right},
           {"ci " + kReader + " read:", "\"read:\"" + right},
           {"ci " + kReader + " write:%4", "\"write:%4\"" + right},
           {"ci " + kReader + " Read:*", "\"Read:*\"" + right},
           {"\xC3\xA9 " + kReader + " read:*", "the name of a token is made of printable ASCII"},
           {"a " + kReader + " read:*", "this name or hash is there twice"},
           {"b " + kWriter + " read:*", "this name or hash is there twice"}}) {
    TokenTable table;
    EXPECT_EQ(Add(table, "a " + kWriter + " read:*\n" + line), "tokens:2: " + said) << line;
  }
}

}  // namespace
}  // namespace sedge::admin
