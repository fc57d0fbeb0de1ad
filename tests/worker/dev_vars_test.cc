// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/dev_vars.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::worker {
namespace {

using ::testing::HasSubstr;

TEST(DevVarsTest, ReadsEveryForm) {
  const Result<std::vector<DevVar>> vars = ParseDevVars(
      "# comment\n"
      "\n"
      "PLAIN=value\r\n"
      "  SPACED  =  two words  # comment\n"
      "export EXPORTED=yes\n"
      "EMPTY=\n"
      "SINGLE='a \\n # b' # comment\n"
      "DOUBLE=\"tab\\tline\\nquote\\\" back\\\\ # c\"\n"
      "LINES=\"first\nsecond\"\n"
      "TICKS=`it's \"so\"`\n"
      "URL=https://example.com/?a=b\n"
      "export=1\n"
      "LAST=no line break",
      ".dev.vars");
  ASSERT_TRUE(vars.ok()) << vars.status().message();
  const std::vector<std::tuple<std::string, std::string, int>> expected = {
      {"PLAIN", "value", 3},
      {"SPACED", "two words", 4},
      {"EXPORTED", "yes", 5},
      {"EMPTY", "", 6},
      {"SINGLE", "a \\n # b", 7},
      {"DOUBLE", "tab\tline\nquote\" back\\ # c", 8},
      {"LINES", "first\nsecond", 9},
      {"TICKS", "it's \"so\"", 11},
      {"URL", "https://example.com/?a=b", 12},
      {"export", "1", 13},
      {"LAST", "no line break", 14},
  };
  ASSERT_EQ(vars->size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const DevVar& var = (*vars)[i];
    EXPECT_EQ(std::make_tuple(var.name, var.value, var.line), expected[i]);
  }
}

TEST(DevVarsTest, NamesTheLineThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"A=1\nnot a pair\n", ".dev.vars:2: this is not NAME=VALUE"},
      {"A=1\n\n=x\n", ".dev.vars:3: this is not NAME=VALUE"},
      {"A=\"open\n\n", ".dev.vars:1: the value's \" has no end"},
      {"A='open", ".dev.vars:1: the value's ' has no end"},
      {"A=\"x\n\" more\n", ".dev.vars:2: there is text after"},
  };
  for (const auto& [text, why] : cases) {
    const auto vars = ParseDevVars(text, ".dev.vars");
    ASSERT_FALSE(vars.ok()) << text;
    EXPECT_THAT(std::string(vars.status().message()), HasSubstr(why)) << text;
  }
}

}  // namespace
}  // namespace sedge::worker
