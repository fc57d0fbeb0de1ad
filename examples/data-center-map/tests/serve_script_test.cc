// SPDX-License-Identifier: Apache-2.0
// serve.sh: an empty board gets the seed data, one with data keeps it, and signals reach the
// server.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "examples/data-center-map/tests/board_fixture.h"

namespace sedge::data_center_map {
namespace {

constexpr int kDeadlineMs = 30'000;

class Script {
 public:
  explicit Script(const std::string& data_dir) {
    int out[2];
    if (pipe2(out, O_CLOEXEC) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      dup2(out[1], STDOUT_FILENO);
      execl(SEDGE_EXAMPLE_DIR "/serve.sh", "serve.sh", SEDGE_BINARY, "--port", "0", "--data-dir",
            data_dir.c_str(), nullptr);
      _exit(127);
    }
    close(out[1]);
    out_ = out[0];
  }

  ~Script() {
    if (pid_ > 0) Stop();
    close(out_);
  }

  // What it prints up to and with `text`, or less when it ends or the deadline passes.
  std::string ReadUntil(const std::string& text) {
    std::string all;
    pollfd fd = {out_, POLLIN, 0};
    while (all.find(text) == std::string::npos && poll(&fd, 1, kDeadlineMs) > 0) {
      char c;
      if (read(out_, &c, 1) != 1) break;
      all.push_back(c);
    }
    return all;
  }

  int Stop() {
    kill(pid_, SIGTERM);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

std::string AddressIn(const std::string& text) {
  const std::string words = "Listening on ";
  const size_t start = text.find(words);
  if (start == std::string::npos) return "";
  return text.substr(start + words.size(), text.find('\n', start) - start - words.size());
}

TEST(ServeScript, SeedsAnEmptyBoardOnceAndStopsWithTheServer) {
  e2e::TempFolder folder;
  {
    Script script(folder.path() + "/data");
    const std::string printed = script.ReadUntil("/map.txt\n");
    const std::string url = AddressIn(printed);
    ASSERT_NE(url, "") << printed;
    EXPECT_THAT(printed, ::testing::HasSubstr("Try: curl -i " + url));
    EXPECT_GE(json::parse(e2e::Get(url + "/map").body).size(), 165u);
    ASSERT_EQ(e2e::Send("PATCH", url + "/data-centers/AMS", R"({"status":"outage"})",
                        {{"Content-Type", "application/json"}})
                  .status,
              200);
    EXPECT_EQ(script.Stop(), 0);
    EXPECT_EQ(e2e::Get(url + "/map").status, 0) << "the server is still there";
  }
  Script again(folder.path() + "/data");
  const std::string url = AddressIn(again.ReadUntil("/map.txt\n"));
  EXPECT_EQ(json::parse(e2e::Get(url + "/data-centers/AMS").body)["status"], "outage");
  EXPECT_EQ(again.Stop(), 0);
}

}  // namespace
}  // namespace sedge::data_center_map
