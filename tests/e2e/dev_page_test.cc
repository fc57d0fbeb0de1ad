// SPDX-License-Identifier: Apache-2.0
// The error page of `sedge dev` in a real browser, and the commands and settings of docs/dev.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>

#include "tests/e2e/dev_project.h"
#include "tests/e2e/harness/browser.h"
#include "tests/support/markdown_blocks.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;

TEST(DevPageTest, TheErrorPageGoesAwayByItself) {
  const std::string chromium = Browser::Find();
  if (chromium.empty()) GTEST_SKIP() << "no Chromium is installed";
  DevProject project({{"index.js", Answers("first")}});
  project.Start();
  Browser browser(chromium);
  const auto shows = [&](const std::string& text) {
    const bool shown =
        browser.WaitUntil("document.body?.innerText.includes(" + nlohmann::json(text).dump() + ")");
    EXPECT_TRUE(shown) << text << browser.error() << "\n"
                       << browser.Evaluate("document.body?.innerText");
  };
  browser.Open(project.url());
  shows("first");
  project.Write("index.js", "broken(");
  ASSERT_TRUE(project.WaitForLog("SyntaxError"));
  browser.Open(project.url());
  shows("SyntaxError");
  // Another mistake takes its place, and then what was meant.
  project.Write("index.js", "throw new RangeError(\"other\");");
  shows("RangeError: other");
  project.Write("index.js", Answers("second"));
  shows("second");
}

// The first block of docs/dev.md in a language.
std::string Documented(const std::string& language) {
  for (const MarkdownBlock& block : ReadMarkdownBlocks(SEDGE_SOURCE_DIR "/docs/dev.md")) {
    if (block.language == language) return block.text;
  }
  ADD_FAILURE() << "docs/dev.md has no block of " << language;
  return "";
}

TEST(DevDocsTest, EveryCommandStarts) {
  DevProject project(
      {{"wrangler.toml", Documented("toml")},
       {"index.js", "export default { fetch: (request, env) => new Response(env.MODE) };"},
       {"worker.js",
        "export default { fetch: (request, env) => new "
        "Response(typeof env.KV.get) };"}});
  std::istringstream lines(Documented("sh"));
  std::vector<std::string> answers;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::vector<std::string> args;
    for (std::string word; words >> word;) args.push_back(word);
    ASSERT_GE(args.size(), 2u) << line;
    ASSERT_EQ(args[0] + " " + args[1], "sedge dev");
    args.erase(args.begin(), args.begin() + 2);
    project.Start(args);
    answers.push_back(project.Body());
  }
  EXPECT_THAT(answers, ::testing::ElementsAre("development", "function", "staging"));
}

}  // namespace
}  // namespace sedge::e2e
