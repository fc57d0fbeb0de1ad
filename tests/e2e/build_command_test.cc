// SPDX-License-Identifier: Apache-2.0
// build.command under `sedge test`, `sedge test --watch` and `sedge dev`: when it runs and how
// often, what comes of its failures, and that it ends with what started it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "tests/e2e/dev_project.h"
#include "tests/e2e/harness/pty_process.h"
#include "tests/e2e/watched_tests.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kConfig =
    "name = \"app\"\nmain = \"dist/index.js\"\n[build]\ncommand = \"sh make.sh\"\n";
// Makes dist/index.js and what it imports of src/text.txt, once `hold` is gone.
constexpr const char* kMake =
    "mkdir -p dist; echo run >>runs; echo began >&2\n"
    "text=$(cat src/text.txt)\n"
    "while [ -e hold ]; do sleep 0.02; done\n"
    "[ \"$text\" = bad ] && { echo oops >&2; exit 3; }\n"
    "echo \"export default '$text';\" >dist/text.js\n"
    "echo \"import text from './text.js';\" >dist/index.js\n"
    "echo \"export default { fetch: () => new Response(text) };\" >>dist/index.js\n";
// Besides, and anew each time, a module among its own sources.
constexpr const char* kGenerate = "echo \"export const at = '$(date +%s%N)';\" >src/gen.js\n";
constexpr const char* kTest =
    "import { test, expect, SELF } from \"sedge:test\";\n"
    "test(\"says one\", async () => expect(await (await "
    "SELF.fetch(\"/\")).text()).toBe(\"one\"));\n";

class BuildCommandTestsTest : public WatchedTests {
 protected:
  BuildCommandTestsTest() {
    folder_.Write("wrangler.toml", kConfig);
    folder_.Write("make.sh", kMake);
    folder_.Write("src/text.txt", "one");
    folder_.Write("test/a_test.js", kTest);
    folder_.Write("test/b_test.js",
                  "import { test } from \"sedge:test\";\ntest(\"is without\", () => {});\n");
  }
  // How often the command has run.
  int Commands() const { return Count(Read("runs"), "run") - settled_; }
  // Until the follow-ups are over; then what has run counts no more.
  void Settle() {
    NextRun();
    for (int before = -1; before != Commands();) {
      before = Commands();
      process_->WaitForExit(kRestMs);
    }
    runs_ = Count(process_->err(), "Waiting for changes.");
    shown_ = process_->out().size();
    settled_ += Commands();
  }
  void InstallEsbuild(const std::string& script) {
    std::filesystem::permissions(folder_.Write("node_modules/.bin/esbuild", "#!/bin/sh\n" + script),
                                 std::filesystem::perms::owner_all);
  }
  bool WaitForFile(const std::string& name) {
    return WaitUntil([&] { return std::filesystem::exists(folder_.path() + "/" + name); });
  }

  int settled_ = 0;
};

TEST_F(BuildCommandTestsTest, RunsOnceForAllTests) {
  SedgeProcess process({"test"}, folder_.path());
  EXPECT_EQ(process.WaitForExit(), 0) << process.out() << process.err();
  EXPECT_EQ(Commands(), 1);
}

TEST_F(BuildCommandTestsTest, ItsFailureIsThatOfEveryFile) {
  folder_.Write("dist/index.js", "export default 1; // of yesterday\n");
  folder_.Write("test/b_test.js",
                "import { test } from \"sedge:test\";\nimport old from \"../dist/index.js\";\n"
                "test(\"uses what was made\", () => { if (old !== 1) throw 1; });\n");
  folder_.Write("src/text.txt", "bad");
  SedgeProcess process({"test", "--reporter", "tap"}, folder_.path());
  EXPECT_EQ(process.WaitForExit(), 1) << process.out();
  EXPECT_THAT(process.err(), HasSubstr("oops"));
  EXPECT_THAT(process.out(), AllOf(HasSubstr("wrangler.toml:4: build.command \"sh make.sh\" ended "
                                             "with status 3"),
                                   HasSubstr("not ok 1 - test/a_test.js"),
                                   HasSubstr("not ok 1 - test/b_test.js")));
}

TEST_F(BuildCommandTestsTest, WatchRunsItWhenItIsDue) {
  Start();
  EXPECT_THAT(NextRun(), AllOf(HasSubstr(" ok 1 - says one"), HasSubstr("is without")));
  EXPECT_EQ(Commands(), 1);

  Save("test/a_test.js", std::string(kTest) + "// and more\n");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr(" ok 1 - says one"), Not(HasSubstr("is without"))));
  EXPECT_EQ(Commands(), 1);

  Save("src/text.txt", "two");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("not ok 1 - says one"), HasSubstr("is without")));
  EXPECT_EQ(Commands(), 2);

  // By hand.
  Save("dist/index.js", "export default { fetch: () => new Response('one') };\n");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr(" ok 1 - says one"), Not(HasSubstr("is without"))));
  EXPECT_EQ(Commands(), 2);

  Save("wrangler.toml", std::string(kConfig) + "[vars]\nA = \"b\"\n");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("not ok 1 - says one"), HasSubstr("is without")));
  EXPECT_EQ(Commands(), 3);

  Save("src/text.txt", "one");
  EXPECT_THAT(NextRun(), HasSubstr(" ok 1 - says one"));
  ExpectRest();
  EXPECT_EQ(Commands(), 4);
  ExpectEnd(SIGTERM, 0);
}

TEST_F(BuildCommandTestsTest, WatchIsNotMisledByWhatItWritesAmongItsSources) {
  folder_.Write("make.sh", std::string(kMake) + kGenerate);
  folder_.Write("test/b_test.js",
                "import { test } from \"sedge:test\";\nimport { at } from \"../src/gen.js\";\n"
                "test(\"is without\", () => { if (!at) throw 1; });\n");
  Start();
  Settle();
  for (int i = 0; i < 3; ++i) {
    Save("src/text.txt", i == 2 ? "one" : "other" + std::to_string(i));
    EXPECT_THAT(NextRun(), HasSubstr(" ok 1 - is without"));
    EXPECT_EQ(Commands(), i + 1);
  }
  ExpectRest();
  EXPECT_EQ(Commands(), 3);
  ExpectEnd(SIGTERM, 0);
}

TEST_F(BuildCommandTestsTest, WhatItWritesByTurnsComesToRest) {
  folder_.Write("make.sh", std::string(kMake) +
                               "if [ -e .odd ]; then rm .odd; n=0; else : >.odd; n=1; fi\n"
                               "date +%s%N >src/$n.txt\n");
  folder_.Write("src/0.txt", "0");
  folder_.Write("src/1.txt", "1");
  Start();
  NextRun();
  EXPECT_FALSE(process_->WaitForExit(4 * kRestMs));
  EXPECT_LE(Commands(), 4);
}

TEST_F(BuildCommandTestsTest, SavesInRunsInARowAreNotLost) {
  Start();
  NextRun();
  Save("hold", "");
  Save("src/text.txt", "text0");
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(WaitUntil([&] { return Commands() == i + 1; }));
    EXPECT_FALSE(process_->WaitForExit(200));  // it has read the text
    Save("src/text.txt", "text" + std::to_string(i));
    EXPECT_FALSE(process_->WaitForExit(100));
    std::filesystem::remove(folder_.path() + "/hold");
    const std::string made = "export default 'text" + std::to_string(i - 1) + "';\n";
    EXPECT_TRUE(WaitUntil([&] { return Read("dist/text.js") == made; })) << Read("dist/text.js");
    if (i < 3) Save("hold", "");
  }
  EXPECT_TRUE(WaitUntil([&] { return Read("dist/text.js") == "export default 'text3';\n"; }))
      << Read("dist/text.js") << process_->err();
}

// As compilers that find wrong types do.
TEST_F(BuildCommandTestsTest, WatchRunsAFailingCommandThatWritesModulesOnce) {
  folder_.Write("make.sh", std::string(kMake) + "[ \"$text\" != wrong ] || exit 2\n");
  Start();
  EXPECT_THAT(NextRun(), HasSubstr(" ok 1 - says one"));
  Save("src/text.txt", "wrong");
  EXPECT_THAT(NextRun(), HasSubstr("status 2"));
  ExpectRest();
  EXPECT_EQ(Commands(), 2);
}

TEST_F(BuildCommandTestsTest, WatchSeesAMissingModuleAppear) {
  InstallEsbuild(
      "if ! [ -e src/lib/a.ts ]; then\n"
      "printf '\\342\\234\\230 [ERROR] Could not resolve \"./lib/a\"\\n\\n    "
      "src/index.ts:1:7:\\n' >&2\n"
      "exit 1; fi; exit 3\n");
  folder_.Write("wrangler.toml", "main = \"src/index.ts\"\n");
  folder_.Write("src/index.ts", "import \"./lib/a\";\n");
  Start();
  EXPECT_THAT(NextRun(), HasSubstr("Could not resolve"));
  Save("src/lib/a.ts", "");
  EXPECT_THAT(NextRun(), HasSubstr("status 3"));
  ExpectRest();
}

// There its own files, those of the tests and the coverage lie among the sources.
TEST_F(BuildCommandTestsTest, WatchRunsOnceWithTheWholeProjectAsItsFolder) {
  folder_.Write("wrangler.toml", std::string(kConfig) + "watch_dir = \".\"\n");
  Start({"--coverage"});
  Settle();
  Save("src/text.txt", "two");
  EXPECT_THAT(NextRun(), HasSubstr("not ok 1 - says one"));
  Save("test/a_test.js", std::string(kTest) + "// and more\n");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("not ok 1 - says one"), HasSubstr("is without")));
  ExpectRest();
  EXPECT_EQ(Commands(), 2);
  // By hand: what the command has made is among its sources here.
  Save("dist/index.js", "export default { fetch: () => new Response('one') };\n");
  EXPECT_THAT(NextRun(), HasSubstr("not ok 1 - says one"));
  EXPECT_EQ(Commands(), 3);
}

TEST_F(BuildCommandTestsTest, WatchTellsOfItsFailureUntilItIsMended) {
  Start();
  EXPECT_THAT(NextRun(), HasSubstr(" ok 1 - says one"));
  Save("src/text.txt", "bad");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("status 3"), HasSubstr("not ok 1 - test/a_test.js"),
                               HasSubstr("not ok 1 - test/b_test.js")));
  // What there is of it is old.
  Save("test/a_test.js", std::string(kTest) + "// and more\n");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr("status 3"), HasSubstr("not ok 1 - test/b_test.js")));
  EXPECT_EQ(Commands(), 3);
  ExpectRest();
  Save("src/text.txt", "one");
  EXPECT_THAT(NextRun(), AllOf(HasSubstr(" ok 1 - says one"), HasSubstr(" ok 1 - is without")));
  ExpectRest();
  ExpectEnd(SIGINT, 0);
}

TEST_F(BuildCommandTestsTest, ASaveWhileItRunsIsNotMissed) {
  Start();
  NextRun();
  Save("hold", "");
  Save("src/text.txt", "two");
  EXPECT_TRUE(WaitUntil([&] { return Commands() == 2; }));
  EXPECT_FALSE(process_->WaitForExit(200));  // it has read the text
  Save("src/text.txt", "three");
  std::filesystem::remove(folder_.path() + "/hold");
  EXPECT_TRUE(WaitUntil([&] { return process_->out().find("three") != std::string::npos; }))
      << process_->out() << process_->err();
}

TEST_F(BuildCommandTestsTest, AnInterruptEndsIt) {
  folder_.Write("hold", "");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"test"}, std::vector<std::string>{"test", "--watch"}}) {
    SedgeProcess process(words, folder_.path());
    EXPECT_TRUE(process.WaitForLog("began"));
    process.Signal(SIGINT);
    EXPECT_EQ(process.WaitForExit(), 1) << process.out() << process.err();
  }
  PtyProcess process({SedgeProcess::SedgeBinary(), "test", "--watch"}, folder_.path());
  EXPECT_TRUE(process.WaitFor("began"));
  EXPECT_TRUE(process.WaitUntil([&] { return process.TakesKeys(); }));
  process.Type("q");
  EXPECT_EQ(process.WaitForExit(), 1) << process.shown();
}

TEST_F(BuildCommandTestsTest, AnInterruptEndsEsbuild) {
  InstallEsbuild(": >began; sleep 300\n");
  folder_.Write("wrangler.toml", "main = \"src/index.ts\"\n");
  folder_.Write("src/index.ts", "export default {};\n");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"test"}, std::vector<std::string>{"test", "--watch"},
        std::vector<std::string>{"dev", "--port", "0"}}) {
    std::filesystem::remove(folder_.path() + "/began");
    SedgeProcess process(words, folder_.path());
    EXPECT_TRUE(WaitForFile("began"));
    process.Signal(SIGINT);
    EXPECT_EQ(process.WaitForExit(), words[0] == "dev" ? 0 : 1) << process.out() << process.err();
  }
  // Of a test file, too.
  folder_.Write("wrangler.toml", "main = \"index.js\"\n");
  folder_.Write("index.js", "export default {};\n");
  folder_.Write("test/c_test.ts", "\n");
  std::filesystem::remove(folder_.path() + "/began");
  SedgeProcess process({"test", "test/c_test.ts"}, folder_.path());
  EXPECT_TRUE(WaitForFile("began"));
  process.Signal(SIGINT);
  EXPECT_EQ(process.WaitForExit(), 1) << process.out() << process.err();
}

class BuildCommandDevTest : public ::testing::Test {
 protected:
  int Commands() const {
    std::ifstream file(project_.Path("runs"));
    const std::string runs{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return DevProject::Count(runs, "run") - settled_;
  }
  void ExpectRest(int commands) {
    EXPECT_FALSE(project_.process().WaitForExit(700));
    EXPECT_EQ(Commands(), commands) << project_.process().err();
  }

  // Until the follow-ups are over; then what has run counts no more.
  void Settle() {
    for (int before = -1; before != Commands();) {
      before = Commands();
      EXPECT_FALSE(project_.process().WaitForExit(700));
    }
    settled_ += Commands();
  }

  int settled_ = 0;
  DevProject project_{{"wrangler.toml", kConfig}, {"make.sh", kMake}, {"src/text.txt", "one"}};
};

TEST_F(BuildCommandDevTest, WhatItWritesAmongItsSourcesDoesNotMakeItRun) {
  const std::string index =
      "import { at } from \"./gen.js\";\nimport text from \"./text.txt\";\n"
      "export default { fetch: () => new Response(text + typeof at) };\n";
  project_.Write("wrangler.toml", "main = \"src/index.js\"\n[build]\ncommand = \"sh make.sh\"\n");
  project_.Write("make.sh", std::string(kMake) + kGenerate);
  project_.Write("src/index.js", index);
  project_.Start();
  EXPECT_EQ(project_.Body(), "onestring");
  Settle();
  for (const std::string text : {"two", "three"}) {
    project_.Replace("src/text.txt", text);
    EXPECT_EQ(project_.WaitForBody(text + "string"), text + "string");
  }
  ExpectRest(2);
  // Main is one of the sources here.
  project_.Replace("src/index.js", "export default { fetch: () => new Response(\"main\") };\n");
  EXPECT_EQ(project_.WaitForBody("main"), "main");
  ExpectRest(3);
}

// As compilers that find wrong types do.
TEST_F(BuildCommandDevTest, AFailingCommandThatWritesModulesRunsOnce) {
  project_.Write("make.sh", std::string(kMake) + "[ \"$text\" != wrong ] || exit 2\n");
  project_.Start();
  project_.Replace("src/text.txt", "wrong");
  EXPECT_TRUE(project_.WaitForLog("status 2"));
  ExpectRest(2);
  EXPECT_EQ(project_.Body(), "one");
  project_.Replace("src/text.txt", "two");
  EXPECT_EQ(project_.WaitForBody("two"), "two");
  ExpectRest(3);
}

TEST_F(BuildCommandDevTest, VariablesThatItWritesAreReadWithoutAnotherRun) {
  project_.Write("make.sh", std::string(kMake) +
                                "echo \"A=$text\" >.dev.vars\n"
                                "echo 'export default { fetch: (r, env) => new Response(env.A) };' "
                                ">dist/index.js\n");
  project_.Start();
  EXPECT_EQ(project_.WaitForBody("one"), "one");
  project_.Replace("src/text.txt", "two");
  EXPECT_EQ(project_.WaitForBody("two"), "two");
  ExpectRest(2);
}

TEST_F(BuildCommandDevTest, ASaveWhileItRunsBeginsItAnew) {
  project_.Start();
  EXPECT_EQ(project_.Body(), "one");
  project_.Write("hold", "");
  project_.Replace("src/text.txt", "two");
  EXPECT_TRUE(project_.WaitForLog("began", 2));
  project_.Replace("src/text.txt", "three");
  EXPECT_TRUE(project_.WaitForLog("began", 3));
  // Not again and again: the rest waits for its end.
  project_.Replace("src/text.txt", "four");
  ExpectRest(3);
  std::filesystem::remove(project_.Path("hold"));
  EXPECT_EQ(project_.WaitForBody("four"), "four");
  ExpectRest(4);
}

TEST_F(BuildCommandDevTest, ASaveInTheFirstRunIsNotMissed) {
  project_.Write("hold", "");
  project_.Run();
  EXPECT_TRUE(project_.WaitForLog("began"));
  EXPECT_FALSE(project_.process().WaitForExit(200));  // it has read the text
  project_.Replace("src/text.txt", "two");
  std::filesystem::remove(project_.Path("hold"));
  const auto url = project_.process().WaitUntilListening();
  ASSERT_TRUE(url) << project_.process().err();
  for (int i = 0; i < 1000 && Get(*url).body != "two"; ++i) project_.process().WaitForExit(5);
  EXPECT_EQ(Get(*url).body, "two");
  ExpectRest(2);
}

TEST_F(BuildCommandDevTest, AnInterruptEndsIt) {
  project_.Write("hold", "");
  project_.Run();
  EXPECT_TRUE(project_.WaitForLog("began"));
  project_.process().Signal(SIGINT);
  EXPECT_EQ(project_.process().WaitForExit(), 0) << project_.process().err();
}

}  // namespace
}  // namespace sedge::e2e
