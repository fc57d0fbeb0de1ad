// SPDX-License-Identifier: Apache-2.0
// What the documentation shows is so: each page is played through in a folder of its own
// (tests/README.md has the rules), with the real binary. Every block of every page is played, or
// says why it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"
#include "tests/support/markdown_blocks.h"

namespace sedge::e2e {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShownUrl = "http://127.0.0.1:8787";
constexpr const char* kShownBackups = "/backups/";
constexpr size_t kMinReason = 10;  // bytes of why a block is not run

// Pages with a test of their own, which plays all blocks of these languages.
struct OwnTest {
  const char* page;
  std::vector<std::string> languages;
};
const OwnTest kOwnTests[] = {
    {"docs/testing.md", {"js", "toml", "json", "console"}},  // testing_doc_test
    {"docs/test-library.md", {"js"}},                        // test_docs_test
};

bool HasOwnTest(const std::string& page, const std::string& language) {
  for (const OwnTest& test : kOwnTests) {
    if (page == test.page) return std::ranges::count(test.languages, language) > 0;
  }
  return false;
}

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The tests of this tree, for the names of those that play a block.
const std::string& TestSources() {
  static const std::string all = [] {
    std::string text;
    for (const auto& entry : fs::recursive_directory_iterator(SEDGE_SOURCE_DIR "/tests")) {
      const std::string extension = entry.path().extension();
      if (extension == ".cc" || extension == ".mjs") text += ReadAll(entry.path());
    }
    return text;
  }();
  return all;
}

// Every line of the block is in the file, in that order.
void ExpectPartOf(const std::string& file, const std::string& block) {
  const std::string text = ReadAll(fs::path(SEDGE_SOURCE_DIR) / file);
  std::istringstream lines(block);
  size_t at = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    at = text.find(line + "\n", at);
    ASSERT_NE(at, std::string::npos) << "not in " << file << ", or in another order: " << line;
    at += line.size();
  }
}

// The text as a pattern in which "..." stands for anything, over lines too.
bool Fits(const std::string& shown, const std::string& real) {
  const size_t gap = shown.find("...");
  if (gap == std::string::npos) return shown == real;
  if (!real.starts_with(shown.substr(0, gap))) return false;
  std::string rest = shown.substr(gap + 3);
  for (size_t at = gap; at <= real.size(); ++at) {
    if (Fits(rest, real.substr(at))) return true;
  }
  return false;
}

class Page {
 public:
  explicit Page(const std::string& path) {
    const fs::path copy = fs::path(folder_.path()) / "bin";
    fs::create_directories(copy);
    fs::create_symlink(SedgeProcess::SedgeBinary(), copy / "sedge");
    for (const MarkdownBlock& block : ReadMarkdownBlocks(SEDGE_SOURCE_DIR "/" + path)) {
      SCOPED_TRACE(path + ":" + std::to_string(block.line));
      if (!IsPlayedElsewhere(path, block)) Play(block);
    }
  }

 private:
  // What a note says of it: tests name each other, files have it, or there is a reason.
  static bool IsPlayedElsewhere(const std::string& path, const MarkdownBlock& block) {
    const std::string& note = block.note;
    if (note.starts_with("not run: ")) {
      EXPECT_GE(note.size(), std::string("not run: ").size() + kMinReason) << "say why";
      return true;
    }
    if (note.starts_with("tested: ")) {
      EXPECT_NE(TestSources().find(note.substr(8)), std::string::npos)
          << "there is no " << note.substr(8) << " below tests/";
      return true;
    }
    if (note.starts_with("part of: ")) {
      ExpectPartOf(note.substr(9), block.text);
      return true;
    }
    return HasOwnTest(path, block.language);
  }

  void Play(const MarkdownBlock& block) {
    if (const std::string name = block.FileName(); !name.empty()) {
      const fs::path file = fs::path(work_) / name;
      fs::create_directories(file.parent_path());
      std::ofstream(file) << block.text;
    } else if (block.language == "console") {
      for (const MarkdownCommand& command : block.Commands()) Run(command, block.note == "fails");
    } else if (block.language == "toml") {
      Check(block.text);
    } else if (block.language == "sh") {
      RunScript(block);
    } else if (!block.language.empty()) {
      ADD_FAILURE()
          << "this block is neither run nor a file: name its file in its first line, make it "
             "console or sh, or say <!-- not run: WHY --> before it";
    }
  }

  static bool IsServer(const std::string& command) {
    return command.starts_with("sedge serve") || command.starts_with("sedge dev");
  }

  void Run(const MarkdownCommand& command, bool fails) {
    SCOPED_TRACE("$ " + command.text);
    std::string text = command.text;
    if (IsServer(text)) {
      if (text.find("--port") == std::string::npos) text += " --port 0";
      server_ = nullptr;
      server_ = Start("exec " + text);
      const std::optional<std::string> url = server_->WaitUntilListening();
      ASSERT_TRUE(url) << server_->err();
      url_ = *url;
      Expect(command.output, server_->out());
      return;
    }
    if (!url_.empty()) ReplaceAll(text, kShownUrl, url_);
    const auto process = Start(text);
    const std::optional<int> status = process->WaitForExit(60'000);
    ASSERT_TRUE(status) << "it does not end";
    EXPECT_EQ(*status != 0, fails) << process->out() << process->err();
    Expect(command.output, process->out() + process->err());
  }

  // All of its lines, which shall succeed, after what <!-- after: COMMAND --> prepares.
  void RunScript(const MarkdownBlock& block) {
    std::string text = block.text;
    ReplaceAll(text, kShownBackups, folder_.path() + "/backups/");
    if (block.note.starts_with("after: ")) text = block.note.substr(7) + "\n" + text;
    const auto process = Start("set -e\n" + text);
    EXPECT_EQ(process->WaitForExit(60'000), 0) << text << process->out() << process->err();
  }

  std::unique_ptr<ChildProcess> Start(const std::string& text) {
    fs::create_directories(work_);
    return std::make_unique<ChildProcess>(
        std::vector<std::string>{"bash", "-c",
                                 "curl() { command curl -sS \"$@\"; }\nexport NO_COLOR=1 PATH='" +
                                     folder_.path() + "/bin':$PATH\n" + text},
        work_);
  }

  void Expect(std::string shown, std::string real) {
    if (!url_.empty()) ReplaceAll(real, url_, kShownUrl);
    ReplaceAll(real, fs::canonical(work_).string(), ".");
    // Tests that took long say so.
    static const std::regex duration("(\u2713 [^\n]*) [0-9.]+ m?s(?=\n|$)");
    real = std::regex_replace(real, duration, "$1");
    while (shown.ends_with('\n')) shown.pop_back();
    while (real.ends_with('\n')) real.pop_back();
    EXPECT_TRUE(Fits(shown, real)) << "shown:\n" << shown << "\nreal:\n" << real;
  }

  // A piece of a configuration: known keys and values, beside a script.
  void Check(const std::string& toml) {
    const TempFolder folder;
    folder.Write("worker.js", "export default { fetch() { return new Response(); } };");
    std::string missing;
    for (const char* key : {"main", "name"}) {
      if (!std::regex_search(toml, std::regex("(^|\n)" + std::string(key) + " *="))) {
        missing += std::string(key) + " = \"worker.js\"\n";
      }
    }
    folder.Write("wrangler.toml", missing + toml);
    for (const char* script : {"index.js", "src/index.js"}) {
      folder.Write(script, "export default { fetch() { return new Response(); } };");
    }
    SedgeProcess check({"check"}, folder.path());
    EXPECT_EQ(check.WaitForExit(), 0) << check.err();
    EXPECT_EQ(check.err(), "") << toml;
  }

  const TempFolder folder_;
  const std::string work_ = folder_.path() + "/page";
  std::unique_ptr<ChildProcess> server_;
  std::string url_;
};

std::vector<std::string> AllPages() {
  std::vector<std::string> pages = {"README.md", "tools/fixture/README.md", "tools/npm/README.md"};
  for (const auto& entry : fs::directory_iterator(SEDGE_SOURCE_DIR "/docs")) {
    if (entry.path().extension() == ".md")
      pages.push_back("docs/" + entry.path().filename().string());
  }
  std::ranges::sort(pages);
  return pages;
}

class DocsTest : public ::testing::TestWithParam<std::string> {};

TEST_P(DocsTest, ShowsWhatIs) { Page page(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Pages, DocsTest, ::testing::ValuesIn(AllPages()), [](const auto& page) {
  std::string name;
  for (const char c : page.param.substr(0, page.param.size() - 3)) {
    if (isalnum(static_cast<unsigned char>(c))) name += c;
  }
  return name;
});

TEST(MarkdownBlocksTest, AreFilesCommandsAndNotes) {
  const TempFolder folder;
  const std::string path = folder.Write("page.md",
                                        "Text\n```js\n// a/b.js\nlet x;\n```\n<!-- fails "
                                        "-->\n```console\n$ one \\\n  two\nout\n\nmore\n"
                                        "$ three\n```\n```sh\nx\n```\n");
  const auto blocks = ReadMarkdownBlocks(path);
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0].FileName(), "a/b.js");
  EXPECT_EQ(blocks[1].note, "fails");
  EXPECT_EQ(blocks[1].line, 7u);
  const auto commands = blocks[1].Commands();
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].text, "one \\\n  two");
  EXPECT_EQ(commands[0].output, "out\n\nmore\n");
  EXPECT_EQ(commands[1].output, "");
  EXPECT_EQ(blocks[2].FileName(), "");
  EXPECT_TRUE(Fits("a ... c", "a b\n c"));
  EXPECT_FALSE(Fits("a ... c", "a b d"));
}

}  // namespace
}  // namespace sedge::e2e
