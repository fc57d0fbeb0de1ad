// SPDX-License-Identifier: Apache-2.0
// What the documentation shows is so: each page is played through in a folder of its own
// (tests/README.md has the rules), with the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <regex>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"
#include "tests/support/markdown_blocks.h"

namespace sedge::e2e {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShownUrl = "http://127.0.0.1:8787";

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
    for (const MarkdownBlock& block : ReadMarkdownBlocks(path)) Play(path, block);
  }

 private:
  void Play(const std::string& path, const MarkdownBlock& block) {
    SCOPED_TRACE(path + ":" + std::to_string(block.line));
    if (block.note.starts_with("not run: ")) return;
    if (const std::string name = block.FileName(); !name.empty()) {
      const fs::path file = fs::path(work_) / name;
      fs::create_directories(file.parent_path());
      std::ofstream(file) << block.text;
    } else if (block.language == "console") {
      for (const MarkdownCommand& command : block.Commands()) Run(command, block.note == "fails");
    } else if (block.language == "toml") {
      Check(block.text);
    } else if (!block.language.empty()) {
      ADD_FAILURE()
          << "this block is neither run nor a file: name its file in its first line, make it "
             "console, or say <!-- not run: WHY --> before it";
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

class DocsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(DocsTest, ShowsWhatIs) { Page(std::string(SEDGE_SOURCE_DIR "/") + GetParam()); }

INSTANTIATE_TEST_SUITE_P(Pages, DocsTest,
                         ::testing::Values("README.md", "docs/getting-started.md",
                                           "docs/configuration.md", "docs/moving.md"),
                         [](const auto& page) {
                           std::string name;
                           for (const char c : fs::path(page.param).stem().string()) {
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
