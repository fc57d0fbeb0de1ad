// SPDX-License-Identifier: Apache-2.0
// `sedge dev` and code that does not load: what was good goes on serving, and terminal and pages
// say what is wrong until it is mended.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/e2e/dev_project.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kBroken =
    "const a = 1;\nexport default { fetch() { return new Response(a }; };\n";

// The path that the page asks to learn that it is out of date.
std::string LivePath(const std::string& page) {
  const size_t start = page.find("/cdn-cgi/sedge/live");
  return start == std::string::npos ? "/" : page.substr(start, page.find('"', start) - start);
}

TEST(DevErrorsTest, ASyntaxErrorKeepsTheLastGoodVersionAndIsShown) {
  DevProject project({{"index.js", Answers("good")}});
  project.Start();
  project.Write("index.js", kBroken);
  const std::string page = project.WaitForPage(500);
  EXPECT_THAT(page, HasSubstr("index.js:2:"));
  EXPECT_THAT(page, HasSubstr("SyntaxError"));
  EXPECT_THAT(page, HasSubstr("2 | export default"));
  ASSERT_TRUE(project.WaitForLog("goes on serving"));
  EXPECT_THAT(project.process().err(), HasSubstr("error: index.js:2:"));
  EXPECT_THAT(project.process().err(), HasSubstr("  2 | export default"));
  // Whatever is no page gets the worker.
  EXPECT_EQ(project.Body(), "good");
  EXPECT_EQ(Get(project.url(), {{"Accept", "text/html"}, {"Sec-Fetch-Mode", "cors"}}).body, "good");

  // The page waits for its end.
  RawConnection waiting(project.url());
  waiting.Send("GET " + LivePath(page) + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  project.Write("index.js", Answers("better"));
  EXPECT_THAT(waiting.ReadToEnd(), HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(project.WaitForPage(200), "better");
  EXPECT_EQ(project.Body(), "better");
}

TEST(DevErrorsTest, OnlyTheExactPathOfWaitingPagesIsTakenFromTheWorker) {
  DevProject project({{"index.js", Answers("good")}});
  project.Start();
  EXPECT_EQ(project.Body("/cdn-cgi/sedge/live-scores"), "good");
  EXPECT_EQ(project.Body("/cdn-cgi/sedge/live/1"), "good");
  EXPECT_EQ(project.Body("/cdn-cgi/sedge/live"), "changed\n");
}

TEST(DevErrorsTest, APageThatIsOutOfDateIsToldAtOnce) {
  DevProject project({{"index.js", Answers("good")}});
  project.Start();
  project.Write("index.js", kBroken);
  const std::string old = LivePath(project.WaitForPage(500));
  project.Write("index.js", "throw new Error(\"other\");\n");
  ASSERT_TRUE(project.WaitForLog("Error: other"));
  EXPECT_EQ(Get(project.url() + old).status, 200);
  EXPECT_EQ(Get(project.url() + "/cdn-cgi/sedge/live").status, 200);
  EXPECT_THAT(project.WaitForPage(500), HasSubstr("Error: other"));
}

TEST(DevErrorsTest, AFailingTopLevelKeepsTheLastGoodVersion) {
  DevProject project({{"index.js", Answers("good")}});
  project.Start();
  for (const char* code : {"null.x;\nexport default { fetch() {} };", "export const nothing = 1;",
                           "import \"./missing.js\";\nexport default { fetch() {} };",
                           "await new Promise(() => {});\nexport default { fetch() {} };"}) {
    project.Write("index.js", code);
    EXPECT_THAT(project.WaitForPage(500), HasSubstr("index.js")) << code;
    EXPECT_EQ(project.Body(), "good") << code;
    project.Write("index.js", Answers("good"));
    EXPECT_EQ(project.WaitForPage(200), "good");
  }
}

TEST(DevErrorsTest, AMissingImportIsWaitedFor) {
  DevProject project({{"index.js", Answers("good")}});
  project.Start();
  project.Write("index.js",
                "import text from \"./text.txt\";\n"
                "export default { fetch: () => new Response(text) };");
  EXPECT_THAT(project.WaitForPage(500), HasSubstr("text.txt"));
  project.Write("text.txt", "here");
  EXPECT_EQ(project.WaitForBody("here"), "here");
}

TEST(DevErrorsTest, TheFirstLoadMayFail) {
  DevProject project({{"index.js", kBroken}});
  project.Start();
  EXPECT_THAT(project.process().err(), HasSubstr("waiting for a change"));
  const std::string page = project.WaitForPage(500);
  EXPECT_THAT(page, HasSubstr("SyntaxError"));
  const HttpResponse plain = Get(project.url());
  EXPECT_EQ(plain.status, 500);
  EXPECT_EQ(plain.Header("content-type"), "text/plain;charset=UTF-8");
  EXPECT_THAT(plain.body, HasSubstr("SyntaxError"));
  project.Write("index.js", Answers("mended"));
  EXPECT_EQ(project.WaitForBody("mended"), "mended");
}

TEST(DevErrorsTest, TheFirstConfigurationMayFail) {
  DevProject project({{"wrangler.toml", "name = \n"}, {"worker.js", Answers("good")}});
  project.Run();
  ASSERT_TRUE(project.WaitForLog("waiting for a change")) << project.process().err();
  EXPECT_THAT(project.process().err(), HasSubstr("wrangler.toml:1"));
  project.Write("wrangler.toml", "name = \"a\"\nmain = \"worker.js\"\n");
  const auto url = project.process().WaitUntilListening();
  ASSERT_TRUE(url);
  EXPECT_EQ(Get(*url).body, "good");
}

TEST(DevErrorsTest, AnEmptyFolderIsWaitedFor) {
  DevProject project({{"README", "nothing yet"}});
  project.Run();
  ASSERT_TRUE(project.WaitForLog("waiting for a change")) << project.process().err();
  project.Write("src/index.js", Answers("here"));
  const auto url = project.process().WaitUntilListening();
  ASSERT_TRUE(url);
  EXPECT_EQ(Get(*url).body, "here");
}

TEST(DevErrorsTest, ABrokenConfigurationKeepsTheLastGoodVersion) {
  DevProject project(
      {{"wrangler.toml", "name = \"a\"\nmain = \"worker.js\"\n"}, {"worker.js", Answers("good")}});
  project.Start();
  project.Write("wrangler.toml", "name = \"a\"\nmain = 3\n");
  EXPECT_THAT(project.WaitForPage(500), HasSubstr("wrangler.toml:2"));
  EXPECT_EQ(project.Body(), "good");
  project.Write("worker.js", Answers("better"));
  project.Write("wrangler.toml", "name = \"a\"\nmain = \"worker.js\"\n");
  EXPECT_EQ(project.WaitForPage(200), "better");
}

// Nothing changes any more: whoever loads all the same, for what was told before, does it for ever.
void ExpectAtRest(DevProject& project, const std::string& error) {
  const int before = DevProject::Count(project.process().err(), error);
  EXPECT_FALSE(project.process().WaitForExit(1'000));
  EXPECT_LE(DevProject::Count(project.process().err(), error), before + 1) << error;
}

TEST(DevErrorsTest, AnEditBesidesABrokenConfigurationIsOneReload) {
  DevProject project(
      {{"wrangler.toml", "name = \"a\"\nmain = \"worker.js\"\n"}, {"worker.js", Answers("good")}});
  project.Start();
  project.Replace("wrangler.toml", "name = \"a\"\nmain = 3\n");
  ASSERT_TRUE(project.WaitForLog("error: wrangler.toml:2"));
  project.Replace("worker.js", Answers("better"));
  ASSERT_TRUE(project.WaitForLog("error: wrangler.toml:2", 2));
  ExpectAtRest(project, "error: wrangler.toml:2");
  project.Replace("wrangler.toml", "name = \"a\"\nmain = \"worker.js\"\n");
  EXPECT_EQ(project.WaitForPage(200), "better");
}

TEST(DevErrorsTest, AMainFileThatIsGoneIsMissedOnce) {
  DevProject project({{"wrangler.toml", "name = \"a\"\nmain = \"worker.js\"\n"},
                      {"worker.js", Answers("good")}});
  project.Start();
  std::filesystem::remove(project.Path("worker.js"));
  ASSERT_TRUE(project.WaitForLog("there is no file"));
  ExpectAtRest(project, "there is no file");
  EXPECT_EQ(project.Body(), "good");
  project.Write("worker.js", Answers("back"));
  EXPECT_EQ(project.WaitForPage(200), "back");
}

TEST(DevErrorsTest, ANewSaveEndsCodeThatDoesNotComeToAnEnd) {
  DevProject project({{"index.js", Answers("good")}});
  project.Start();
  project.Write("index.js", "console.log(\"for ever\"); for (;;);\nexport default {};");
  ASSERT_TRUE(project.WaitForLog("for ever"));
  project.Write("index.js", Answers("better"));
  EXPECT_EQ(project.WaitForBody("better"), "better");
  EXPECT_THAT(project.process().err(), Not(HasSubstr("stopped while it loaded")));
}

TEST(DevErrorsTest, ItEndsWhileCodeDoesNotComeToAnEnd) {
  DevProject project({{"index.js", "console.log(\"for ever\"); for (;;);\nexport default {};"}});
  project.Run();
  ASSERT_TRUE(project.WaitForLog("for ever"));
  project.process().Signal(SIGTERM);
  EXPECT_EQ(project.process().WaitForExit(), 0) << project.process().err();
}

TEST(DevErrorsTest, AHandlersErrorPageGoesWithTheNextSave) {
  DevProject project(
      {{"index.js", "export default { fetch() { throw new Error(\"in here\"); } };"}});
  project.Start();
  const std::string page = project.WaitForPage(500);
  EXPECT_THAT(page, HasSubstr("in here"));
  RawConnection waiting(project.url());
  waiting.Send("GET " + LivePath(page) + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  project.Write("index.js", Answers("better"));
  EXPECT_THAT(waiting.ReadToEnd(), HasSubstr("HTTP/1.1 200"));
}

TEST(DevErrorsTest, PagesAndErrorPagesOfServeAreNotAltered) {
  DevProject project({{"index.js",
                       "export default { fetch(request) {\n"
                       "  return new Response(\"<p>page</p>\", { headers: { \"content-type\": "
                       "\"text/html\" } }); } };"}});
  project.Start();
  EXPECT_EQ(Get(project.url(), kPage).body, "<p>page</p>");
}

}  // namespace
}  // namespace sedge::e2e
