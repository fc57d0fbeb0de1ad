// SPDX-License-Identifier: Apache-2.0
// The client over a Unix socket: answers, a connection for several requests, and where nobody
// listens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "runtime/loop/unix_socket.h"
#include "tests/http/client_fixture.h"

namespace sedge::http {
namespace {

using ::testing::HasSubstr;

class ClientUnixTest : public ClientTest {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "sedge-unix-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // To `path`, while Host says something else.
  static ClientRequest GetFrom(const std::string& path, const std::string& target) {
    ClientRequest request;
    request.method = "GET";
    request.host = "localhost";
    request.port = 80;
    request.target = target;
    request.connect_to = ClientRequest::ConnectTo{.unix_path = path};
    return request;
  }

  std::string folder_;
};

TEST_F(ClientUnixTest, AnswersOverOneConnection) {
  const std::string path = folder_ + "/socket";
  auto listening = loop::UnixSocket::Listen(path, 4);
  ASSERT_TRUE(listening.ok()) << listening.status().message();
  std::atomic<bool> stopping = false;
  int accepted = 0;
  std::thread server([&] {
    pollfd ready = {(*listening)->fd(), POLLIN, 0};
    while (!stopping) {
      if (poll(&ready, 1, 20) <= 0) continue;
      ServerSocket socket(accept((*listening)->fd(), nullptr, nullptr), stopping);
      ++accepted;
      EchoTargets(socket);
    }
  });
  EXPECT_EQ(Fetch(GetFrom(path, "/a")), "200 /a");
  EXPECT_EQ(Fetch(GetFrom(path, "/b?c")), "200 /b?c");
  client_.reset();
  stopping = true;
  server.join();
  EXPECT_EQ(accepted, 1);
}

TEST_F(ClientUnixTest, SaysWhyItCannotConnect) {
  EXPECT_THAT(Fetch(GetFrom(folder_ + "/none", "/")),
              HasSubstr("connect ENOENT unix:" + folder_ + "/none"));
  const std::string path = folder_ + "/" + std::string(120, 'x');
  EXPECT_THAT(Fetch(GetFrom(path, "/")), HasSubstr("connect ENAMETOOLONG unix:" + path));
  // Nobody calls back once the client is gone.
  client_->Send(GetFrom(folder_ + "/none", "/"), [](Result<ClientResponse>) { FAIL(); });
  client_.reset();
}

}  // namespace
}  // namespace sedge::http
