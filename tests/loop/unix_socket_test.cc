// SPDX-License-Identifier: Apache-2.0
// Listening on Unix sockets: the file's life, who may take its place, several listeners on one.
#include "runtime/loop/unix_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "runtime/loop/listener.h"
#include "tests/loop/run_until.h"

namespace sedge::loop {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

int ConnectTo(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

class UnixSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "sedge-unix-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/socket";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  bool Exists() { return std::filesystem::exists(std::filesystem::symlink_status(path_)); }
  // A socket file that a program left behind.
  void LeaveDeadSocket() {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    close(fd);
  }
  static std::string Error(const Result<std::unique_ptr<UnixSocket>>& socket) {
    return socket.ok() ? "no error" : std::string(socket.status().message());
  }

  std::string folder_;
  std::string path_;
};

TEST_F(UnixSocketTest, TheFileGoesWithTheSocket) {
  auto socket = UnixSocket::Listen(path_, 10);
  ASSERT_TRUE(socket.ok()) << socket.status().ToString();
  const int client = ConnectTo(path_);
  EXPECT_GE(client, 0);
  close(client);
  socket->reset();
  EXPECT_FALSE(Exists());
}

TEST_F(UnixSocketTest, TheFileHasTheModeThatIsAskedFor) {
  const mode_t before = umask(0);
  for (const mode_t mode : {0777, 0600, 0660}) {
    auto socket = UnixSocket::Listen(path_, 10, mode);
    ASSERT_TRUE(socket.ok()) << socket.status().ToString();
    struct stat status;
    ASSERT_EQ(stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, mode);
  }
  umask(before);
}

TEST_F(UnixSocketTest, ADeadSocketIsReplaced) {
  LeaveDeadSocket();
  auto socket = UnixSocket::Listen(path_, 10);
  EXPECT_TRUE(socket.ok()) << socket.status().ToString();
}

TEST_F(UnixSocketTest, ALivingOneIsNot) {
  auto first = UnixSocket::Listen(path_, 10);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Error(UnixSocket::Listen(path_, 10)),
            "listen EADDRINUSE unix:" + path_ +
                ": another program listens there; choose another --listen");
  const int client = ConnectTo(path_);
  EXPECT_GE(client, 0) << "the failure has harmed the first";
  close(client);
}

TEST_F(UnixSocketTest, ABusyListenerIsAlive) {
  auto first = UnixSocket::Listen(path_, 0);
  ASSERT_TRUE(first.ok());
  const int client = ConnectTo(path_);  // fills the queue
  EXPECT_THAT(Error(UnixSocket::Listen(path_, 10)), HasSubstr("another program listens there"));
  close(client);
}

TEST_F(UnixSocketTest, OtherFilesStayWhereTheyAre) {
  std::ofstream(path_) << "precious";
  EXPECT_THAT(Error(UnixSocket::Listen(path_, 10)),
              EndsWith("a file that is no socket is there; choose another --listen"));
  EXPECT_EQ(std::filesystem::file_size(path_), 8u);
}

TEST_F(UnixSocketTest, AFileThatTookItsPlaceStays) {
  auto socket = UnixSocket::Listen(path_, 10);
  ASSERT_TRUE(socket.ok());
  std::filesystem::remove(path_);
  std::ofstream(path_) << "another's";
  socket->reset();
  EXPECT_TRUE(Exists());
}

TEST_F(UnixSocketTest, SaysWhatIsWrongWithAPath) {
  EXPECT_EQ(
      Error(UnixSocket::Listen(folder_ + "/none/socket", 10)),
      "listen ENOENT unix:" + folder_ + "/none/socket: there is no such folder; make it first");
  EXPECT_THAT(Error(UnixSocket::Listen("/" + std::string(200, 'x'), 10)),
              HasSubstr("the path has 201 bytes; allowed are 1 to 107"));
  if (geteuid() != 0) {
    chmod(folder_.c_str(), 0500);
    EXPECT_THAT(Error(UnixSocket::Listen(path_, 10)),
                HasSubstr("this user may not make a file there"));
  }
}

TEST_F(UnixSocketTest, OfManyThatFindADeadSocketOneWins) {
  LeaveDeadSocket();
  std::vector<Result<std::unique_ptr<UnixSocket>>> results;
  for (int i = 0; i < 8; ++i) results.emplace_back(Unavailable("not run"));
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([this, &result] { result = UnixSocket::Listen(path_, 100); });
  }
  for (std::thread& thread : threads) thread.join();
  int won = 0;
  for (const auto& result : results) won += result.ok();
  EXPECT_EQ(won, 1);
  const int client = ConnectTo(path_);
  EXPECT_GE(client, 0);
  close(client);
}

TEST_F(UnixSocketTest, ListenersOfTwoLoopsShareOne) {
  std::vector<std::unique_ptr<Loop>> loops;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<std::unique_ptr<Stream>> accepted;
  int shared = -1;
  for (int i = 0; i < 2; ++i) {
    loops.push_back(std::move(Loop::Create()).value());
    ListenOptions options;
    options.unix_path = path_;
    options.shared_unix_fd = shared;
    auto listener = Listen(*loops[i], options, [&](std::unique_ptr<Stream> stream) {
      accepted.push_back(std::move(stream));
    });
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    EXPECT_EQ((*listener)->port(), 0);
    if (shared < 0) shared = (*listener)->unix_fd();
    listeners.push_back(std::move(listener).value());
  }
  const int client = ConnectTo(path_);
  ASSERT_GE(client, 0);
  ASSERT_TRUE(RunUntil(*loops[1], [&] { return accepted.size() == 1; }));
  EXPECT_EQ(accepted[0]->peer_address(), "unix:");
  accepted.clear();
  // The second one is stopped first, then the one whose file it is.
  listeners[1]->Stop();
  EXPECT_TRUE(Exists());
  listeners[0]->Stop();
  EXPECT_FALSE(Exists());
  close(client);
}

}  // namespace
}  // namespace sedge::loop
