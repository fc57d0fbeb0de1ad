// SPDX-License-Identifier: Apache-2.0
// What the gallery and the examples' READMEs show is what a reader gets: each example is served by
// tools/run.sh, and the commands of the blocks marked "console" print what stands below them. "..."
// stands for what differs each time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <sstream>

#include "tests/e2e/harness/child_process.h"
#include "tests/e2e/harness/temp_folder.h"
#include "tests/support/markdown_blocks.h"

namespace sedge::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kRoot = SEDGE_SOURCE_DIR;
const std::string kAddress = "http://127.0.0.1:8787";
constexpr int kSkipped = 77;
constexpr int kInstallDeadlineMs = 250'000;

// The commands of a README, by the heading above them.
std::map<std::string, std::vector<MarkdownCommand>> ReadSteps(const std::string& path) {
  std::map<std::string, std::vector<MarkdownCommand>> steps;
  for (const MarkdownBlock& block : ReadMarkdownBlocks(path)) {
    if (block.language != "console") continue;
    for (MarkdownCommand& command : block.Commands()) {
      steps[block.heading].push_back(std::move(command));
    }
  }
  return steps;
}

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  ReplaceAll(text, from, to);
  return text;
}

// Without carriage returns and the line ends at its end.
std::string Plain(std::string text) {
  text = Replace(std::move(text), "\r", "");
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// Whether `text` is `pattern`, in which "..." stands for any characters of one line.
bool Matches(const std::string& text, const std::string& pattern) {
  static const std::regex special(R"([.*+?^${}()|[\]\\])");
  const std::string quoted = std::regex_replace(pattern, special, R"(\$&)");
  return std::regex_match(text, std::regex(Replace(quoted, R"(\.\.\.)", ".*")));
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  std::ifstream gallery(kRoot + "/examples/README.md");
  for (std::string line; std::getline(gallery, line);) {
    if (line.starts_with("## ")) names.push_back(line.substr(3));
  }
  return names;
}

class ReadmeTest : public testing::TestWithParam<std::string> {
 protected:
  // Serves the example as tools/run.sh does; hono-app in a copy that has its packages.
  void Serve() {
    const std::string& name = GetParam();
    std::vector<std::string> command = {"env", "SEDGE=" SEDGE_BINARY, kRoot + "/tools/run.sh",
                                        name};
    if (name == "hono-app") {
      const std::string copy = folder_.path() + "/copy";
      ChildProcess install({kRoot + "/examples/hono-app/copy_with_packages.sh", copy});
      const std::optional<int> status = install.WaitForExit(kInstallDeadlineMs);
      if (status == kSkipped) GTEST_SKIP() << install.out();
      ASSERT_EQ(status, 0) << install.out() << install.err();
      command = {copy + "/serve.sh", SEDGE_BINARY};
    }
    for (const std::string& flag : {std::string("--port"), std::string("0"),
                                    std::string("--data-dir"), folder_.path() + "/data"}) {
      command.push_back(flag);
    }
    server_ = std::make_unique<ChildProcess>(std::move(command));
    address_ = server_->WaitUntilListening().value_or("");
    ASSERT_NE(address_, "") << server_->out() << server_->err();
    std::istringstream lines(server_->out());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("Demo on ")) demo_ = line.substr(8);
    }
  }

  void Run(const MarkdownCommand& step) {
    const std::string command = Replace(step.text, kAddress, address_);
    ChildProcess shell({"env", "DEMO=" + demo_, "bash", "-c", command});
    shell.WaitForExit();
    const std::string expected = Plain(Replace(step.output, kAddress, address_));
    EXPECT_TRUE(Matches(Plain(shell.out()), expected))
        << "$ " << command << "\nprinted:\n"
        << shell.out() << shell.err() << "\nthe README has:\n"
        << expected;
  }

  TempFolder folder_;
  std::unique_ptr<ChildProcess> server_;
  std::string address_;
  std::string demo_;
};

TEST_P(ReadmeTest, CommandsPrintWhatItSays) {
  const auto gallery = ReadSteps(kRoot + "/examples/README.md");
  ASSERT_TRUE(gallery.contains(GetParam())) << "the gallery shows no curl";
  const auto readme = ReadSteps(kRoot + "/examples/" + GetParam() + "/README.md");
  Serve();
  if (IsSkipped() || HasFatalFailure()) return;
  for (const MarkdownCommand& step : gallery.at(GetParam())) Run(step);
  for (const auto& [heading, steps] : readme) {
    for (const MarkdownCommand& step : steps) Run(step);
  }
  server_->Signal(SIGTERM);
  EXPECT_EQ(server_->WaitForExit(), 0) << server_->err();
}

INSTANTIATE_TEST_SUITE_P(Examples, ReadmeTest, testing::ValuesIn(Names()), [](const auto& info) {
  std::string name = info.param;
  std::erase(name, '-');
  return name;
});

TEST(GalleryTest, HasEveryExample) {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(kRoot + "/examples")) {
    if (std::filesystem::exists(entry.path() / "README.md")) {
      folders.push_back(entry.path().filename());
    }
  }
  EXPECT_THAT(Names(), ::testing::UnorderedElementsAreArray(folders));
}

TEST(RunScriptTest, ListsTheExamples) {
  ChildProcess help({kRoot + "/tools/run.sh", "--help"});
  EXPECT_EQ(help.WaitForExit(), 0);
  for (const std::string& name : Names()) EXPECT_THAT(help.out(), HasSubstr("\n  " + name + " "));
}

TEST(RunScriptTest, SaysWhatThereIsWhenANameIsUnknown) {
  for (const std::string name : {"nothing", "../tools", "hello/"}) {
    ChildProcess run({kRoot + "/tools/run.sh", name});
    EXPECT_EQ(run.WaitForExit(), 2);
    EXPECT_THAT(run.err(), StartsWith("tools/run.sh: there is no example \"" + name + "\""));
    EXPECT_THAT(run.err(), HasSubstr("\n  hello "));
    EXPECT_EQ(run.out(), "");
  }
}

TEST(RunScriptTest, PrintsAnAddressAndACurlLine) {
  TempFolder folder;
  ChildProcess run({"env", "SEDGE=" SEDGE_BINARY, kRoot + "/tools/run.sh", "hello", "--port", "0",
                    "--data-dir", folder.path()});
  const std::string address = run.WaitUntilListening().value_or("");
  ASSERT_NE(address, "") << run.err();
  run.Signal(SIGINT);
  EXPECT_EQ(run.WaitForExit(), 0) << run.err();
  EXPECT_EQ(run.out(), "Listening on " + address + "\nTry: curl -s '" + address + "/?name=Ada'\n");
}

}  // namespace
}  // namespace sedge::e2e
