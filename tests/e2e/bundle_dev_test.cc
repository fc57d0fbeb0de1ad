// SPDX-License-Identifier: Apache-2.0
// `sedge dev` and `sedge test` with TypeScript, packages and build.command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/bundle_fixture.h"
#include "tests/e2e/dev_project.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Typed(const std::string& expression) {
  return "const value: string = " + expression +
         ";\nexport default { fetch(): Response { return new Response(value); } };\n";
}

TEST_F(BundleTest, DevBundlesAgainAtEachSave) {
  DevProject project({{"src/index.ts", "import { text } from \"./text\";\n" + Typed("text as string")},
                      {"src/text.ts", "export const text = \"one\";"},
                      {"wrangler.toml", "main = \"src/index.ts\""}});
  Install(project.Path(""));
  project.Start();
  EXPECT_EQ(project.Body(), "one");
  project.Write("src/text.ts", "export const text = \"two\";");
  EXPECT_EQ(project.WaitForBody("two"), "two");
  project.Replace("src/index.ts", Typed("'three'"));
  EXPECT_EQ(project.WaitForBody("three"), "three");
}

TEST_F(BundleTest, DevShowsWhatEsbuildFindsAndGoesOn) {
  DevProject project({{"index.ts", Typed("'good'")}});
  Install(project.Path(""));
  project.Start({"index.ts"});
  project.Write("index.ts", Typed(""));
  EXPECT_THAT(project.WaitForPage(500),
              AllOf(HasSubstr("index.ts:1:23: Unexpected"), HasSubstr("1 | const value: string = ;")));
  ASSERT_TRUE(project.WaitForLog("index.ts:1:23"));
  EXPECT_EQ(project.Body(), "good");
  // A file that was missing comes to be.
  project.Write("index.ts", "import { x } from './late';\n" + Typed("x"));
  ASSERT_TRUE(project.WaitForLog("Could not resolve"));
  EXPECT_THAT(project.WaitForPage(500), HasSubstr("Could not resolve"));
  const int failures = DevProject::Count(project.process().err(), "Could not resolve");
  project.Write("notes.log", "other files do not matter");
  project.Write("late.ts", "export const x: string = 'late';");
  EXPECT_EQ(project.WaitForBody("late"), "late");
  EXPECT_EQ(DevProject::Count(project.process().err(), "Could not resolve"), failures);
}

TEST_F(BundleTest, DevTellsOnceOfAPackageThatIsMissing) {
  DevProject project({{"index.js", Answers("good")}});
  Install(project.Path(""));
  project.Start({"index.js"});
  const std::string error = "Could not resolve \"not-installed\"";
  project.Replace("index.js", "import x from \"not-installed\";\n" + Answers("x"));
  ASSERT_TRUE(project.WaitForLog(error));
  EXPECT_FALSE(project.process().WaitForExit(1'000));
  EXPECT_LE(DevProject::Count(project.process().err(), error), 2);
  project.Replace("index.js", Answers("mended"));
  EXPECT_EQ(project.WaitForPage(200), "mended");
}

TEST_F(BundleTest, DevStartsWithCodeThatDoesNotBundle) {
  DevProject project({{"index.ts", Typed("")}});
  Install(project.Path(""));
  project.Start({"index.ts"});
  EXPECT_THAT(project.WaitForPage(500), HasSubstr("index.ts:1:23"));
  project.Write("index.ts", Typed("'mended'"));
  EXPECT_EQ(project.WaitForBody("mended"), "mended");
}

TEST(BuildCommandTest, DevRunsItForChangesOfItsSources) {
  DevProject project({{"src/text.txt", "one"},
                      {"wrangler.toml",
                       "main = \"dist/index.js\"\n[build]\ncommand = \"sh make.sh\"\n"},
                      {"make.sh",
                       "mkdir -p dist; echo run >>runs; echo \"export default { fetch: () => new "
                       "Response('$(cat src/text.txt)') };\" >dist/index.js\n"}});
  project.Start();
  EXPECT_EQ(project.WaitForBody("one"), "one");
  project.Write("src/text.txt", "two");
  EXPECT_EQ(project.WaitForBody("two"), "two");
  // What the command makes, changed by hand, is loaded without running it again.
  project.Write("dist/index.js", Answers("by hand"));
  EXPECT_EQ(project.WaitForBody("by hand"), "by hand");
  std::ifstream runs(project.Path("runs"));
  const std::string all((std::istreambuf_iterator<char>(runs)), std::istreambuf_iterator<char>());
  EXPECT_EQ(all, "run\nrun\n");
}

TEST_F(BundleTest, TestsInTypeScriptRunAgainstAWorkerInTypeScript) {
  Project project({{"wrangler.toml", "name = \"app\"\nmain = \"src/index.ts\""},
                   {"src/index.ts", "import { Hono } from 'hono';\nconst app = new Hono();\n"
                                    "app.get('/', (c) => c.text('hello' as string));\nexport default app;\n"},
                   {"test/app.test.ts",
                    "import { test, expect, SELF } from \"sedge:test\";\n"
                    "import { Hono } from \"hono\";\n"
                    "interface Unused { a: number }\n"
                    "\n"
                    "test(\"greets\", async () => {\n"
                    "  const response: Response = await SELF.fetch(\"http://x/\");\n"
                    "  expect(await response.text()).toBe(\"hello\");\n"
                    "  expect(typeof Hono).toBe(\"function\");\n"
                    "  expect(process.env.NODE_ENV).toBe(\"test\");\n"
                    "});\n"}});
  Install(project.folder().path());
  EXPECT_THAT(Run(project, {"test"}, 0), Not(HasSubstr("bundled.js")));
  project.folder().Write("test/app.test.ts",
                         "import { test, expect } from \"sedge:test\";\n"
                         "type N = number;\n\n"
                         "test(\"fails\", () => {\n"
                         "  const one: N = 1;\n"
                         "  expect(one).toBe(2);\n"
                         "});\n");
  EXPECT_THAT(Run(project, {"test"}, 1),
              AllOf(HasSubstr("test/app.test.ts:6:15"), HasSubstr("expect(one).toBe(2);")));
  project.folder().Write("test/app.test.ts", "import \"./gone\";\n");
  EXPECT_THAT(Run(project, {"test"}, 1), HasSubstr("test/app.test.ts:1:8: Could not resolve \"./gone\""));
}

}  // namespace
}  // namespace sedge::e2e
