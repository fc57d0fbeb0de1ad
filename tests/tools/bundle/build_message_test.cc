// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/build_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sedge::tools {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kTwoErrors =
    "\u2718 [ERROR] Could not resolve \"nope\"\n"
    "\n"
    "    src/bad.ts:1:18:\n"
    "      1 \u2502 import { x } from \"nope\";\n"
    "        \u2575                   ~~~~~~\n"
    "\n"
    "  You can mark the path \"nope\" as external to exclude it from the bundle, which will remove\n"
    "  this error.\n"
    "\n"
    "\u2718 [ERROR] Unexpected \";\"\n"
    "\n"
    "    src/bad.ts:4:16:\n"
    "      4 \u2502 let a: number = ;\n"
    "        \u2575                 ^\n"
    "\n"
    "2 errors\n";

TEST(BuildMessageTest, ErrorsHaveTheirPlacesFramesAndAdvice) {
  const EsbuildOutput output = ParseEsbuildOutput(kTwoErrors);
  ASSERT_THAT(output.errors, SizeIs(2));
  EXPECT_THAT(output.warnings, IsEmpty());
  const BuildMessage& first = output.errors[0];
  EXPECT_EQ(first.text, "Could not resolve \"nope\"");
  EXPECT_EQ(first.file, "src/bad.ts");
  EXPECT_EQ(first.line, 1);
  EXPECT_EQ(first.column, 19);  // esbuild counts from 0
  EXPECT_EQ(first.frame,
            "  1 | import { x } from \"nope\";\n"
            "    |                   ^^^^^^");
  EXPECT_EQ(first.advice,
            "You can mark the path \"nope\" as external to exclude it from the bundle, which will "
            "remove this error.");
  EXPECT_EQ(output.errors[1].ToText(),
            "src/bad.ts:4:17: Unexpected \";\"\n"
            "  4 | let a: number = ;\n"
            "    |                 ^");
  EXPECT_EQ(output.rest, "2 errors\n");
}

TEST(BuildMessageTest, NotesKeepTheirPlaces) {
  const EsbuildOutput output = ParseEsbuildOutput(
      "\u25B2 [WARNING] Duplicate key \"a\" in object literal [duplicate-object-key]\n"
      "\n"
      "    a.js:2:9:\n"
      "      2 \u2502 x = {a: 1, a: 2};\n"
      "        \u2575            ^\n"
      "\n"
      "  The original key \"a\" is here:\n"
      "\n"
      "    a.js:2:5:\n"
      "      2 \u2502 x = {a: 1, a: 2};\n"
      "        \u2575      ^\n"
      "\n");
  ASSERT_THAT(output.warnings, SizeIs(1));
  EXPECT_EQ(output.warnings[0].line, 2);
  EXPECT_EQ(output.warnings[0].column, 10);
  EXPECT_EQ(output.warnings[0].advice, "The original key \"a\" is here: (a.js:2:6)");
}

TEST(BuildMessageTest, MessagesWithoutAPlaceAndOtherTextAreKept) {
  const EsbuildOutput output =
      ParseEsbuildOutput("panic: something\n\u2718 [ERROR] Invalid build flag: \"--x\"\n\n");
  ASSERT_THAT(output.errors, SizeIs(1));
  EXPECT_EQ(output.errors[0].ToText(), "Invalid build flag: \"--x\"");
  EXPECT_EQ(output.rest, "panic: something\n");
  EXPECT_THAT(ParseEsbuildOutput("").errors, IsEmpty());
}

TEST(BuildMessageTest, AFrameOfALongLineIsCutAroundItsPlace) {
  const std::string line = std::string(1000, 'a') + "X" + std::string(1000, 'b');
  const std::string frame = CodeFrame(7, 1001, line);
  EXPECT_LT(frame.size(), 400u);
  const size_t mark = frame.find('^'), second = frame.find('\n') + 1;
  ASSERT_NE(mark, std::string::npos);
  EXPECT_EQ(frame[mark - second], 'X');
}

TEST(BuildMessageTest, TabsAndWideCharactersAreFollowed) {
  EXPECT_EQ(CodeFrame(1, 2, "\tx"), "  1 | \tx\n    | \t^");
  EXPECT_EQ(CodeFrame(1, 4, "\u00E9 x"), "  1 | \u00E9 x\n    |   ^");
  EXPECT_EQ(CodeFrame(1, 100, "x", 50), "  1 | x\n    |  ^");
}

TEST(BuildMessageTest, PackagesOfImports) {
  EXPECT_EQ(PackageOf("hono"), "hono");
  EXPECT_EQ(PackageOf("hono/jsx/dom"), "hono");
  EXPECT_EQ(PackageOf("@scope/name/sub"), "@scope/name");
  for (const char* none : {"./a", "../a", "/a", "node:fs", "https://x.example/a.js", "#x", ""}) {
    EXPECT_EQ(PackageOf(none), "") << none;
  }
}

}  // namespace
}  // namespace sedge::tools
