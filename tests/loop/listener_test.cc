// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/loop/timer.h"
#include "tests/loop/run_until.h"

namespace sedge::loop {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

int ConnectTo(uint16_t port, const char* ip = "127.0.0.1") {
  const bool v6 = std::string_view(ip).find(':') != std::string_view::npos;
  sockaddr_storage address = {};
  if (v6) {
    uv_ip6_addr(ip, port, reinterpret_cast<sockaddr_in6*>(&address));
  } else {
    uv_ip4_addr(ip, port, reinterpret_cast<sockaddr_in*>(&address));
  }
  const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

class ListenerTest : public ::testing::Test {
 protected:
  ListenerTest() : loop_(std::move(Loop::Create()).value()) {}
  ~ListenerTest() override {
    accepted_.clear();
    for (int fd : clients_) close(fd);
  }
  Result<std::unique_ptr<Listener>> ListenAt(const std::string& host, uint16_t port,
                                             bool probe = true) {
    return Listen(*loop_, {host, port, probe},
                  [this](std::unique_ptr<Stream> s) { accepted_.push_back(std::move(s)); });
  }
  bool Connect(uint16_t port, const char* ip = "127.0.0.1") {
    const int fd = ConnectTo(port, ip);
    if (fd >= 0) clients_.push_back(fd);
    return fd >= 0;
  }

  std::unique_ptr<Loop> loop_;
  std::vector<std::unique_ptr<Stream>> accepted_;
  std::vector<int> clients_;
};

TEST_F(ListenerTest, AcceptsOnAFreePortAndNamesThePeer) {
  auto listener = ListenAt("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  ASSERT_NE((*listener)->port(), 0);
  ASSERT_TRUE(Connect((*listener)->port()));
  ASSERT_TRUE(RunUntil(*loop_, [&] { return accepted_.size() == 1; }));
  EXPECT_EQ(accepted_[0]->peer_address(), "127.0.0.1");
  EXPECT_THAT(accepted_[0]->peer_name(), StartsWith("127.0.0.1:"));
}

TEST_F(ListenerTest, APortInUseIsRefusedWithAddressAndRemedy) {
  auto first = ListenAt("127.0.0.1", 0);
  ASSERT_TRUE(first.ok());
  const uint16_t port = (*first)->port();
  auto second = ListenAt("127.0.0.1", port);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().message(),
            "listen EADDRINUSE 127.0.0.1:" + std::to_string(port) +
                ": another program listens there; choose another --port or --listen");
}

TEST_F(ListenerTest, WithoutProbeListenersShareAPort) {
  auto first = ListenAt("127.0.0.1", 0);
  ASSERT_TRUE(first.ok());
  auto second = ListenAt("127.0.0.1", (*first)->port(), /*probe=*/false);
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Connect((*first)->port()));
  EXPECT_TRUE(RunUntil(*loop_, [&] { return accepted_.size() == 20; }));
}

TEST_F(ListenerTest, AStoppedListenerFreesItsPort) {
  auto first = ListenAt("127.0.0.1", 0);
  ASSERT_TRUE(first.ok());
  const uint16_t port = (*first)->port();
  (*first)->Stop();
  EXPECT_FALSE(Connect(port));
  EXPECT_TRUE(ListenAt("127.0.0.1", port).ok());
}

TEST_F(ListenerTest, ServesIpv6WithAndWithoutBrackets) {
  auto listener = ListenAt("[::1]", 0);
  if (!listener.ok()) GTEST_SKIP() << "no IPv6 here: " << listener.status().ToString();
  ASSERT_TRUE(Connect((*listener)->port(), "::1"));
  ASSERT_TRUE(RunUntil(*loop_, [&] { return accepted_.size() == 1; }));
  EXPECT_EQ(accepted_[0]->peer_address(), "::1");
  EXPECT_TRUE(ListenAt("::1", 0).ok());
}

TEST_F(ListenerTest, ResolvesANameOfThisMachine) {
  auto listener = ListenAt("localhost", 0);
  ASSERT_TRUE(listener.ok()) << listener.status().ToString();
  EXPECT_TRUE(Connect((*listener)->port()));
}

TEST_F(ListenerTest, SaysWhatIsWrongWithAnAddress) {
  auto listener = ListenAt("192.0.2.1", 8787);
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(std::string(listener.status().message()),
              StartsWith("listen EADDRNOTAVAIL 192.0.2.1:8787: "));
  listener = ListenAt("no-such-name.invalid", 8787);
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(std::string(listener.status().message()), HasSubstr("no-such-name.invalid"));
}

TEST_F(ListenerTest, MayBeStoppedWhileItAccepts) {
  std::unique_ptr<Listener> listener;
  auto made = Listen(*loop_, {}, [&](std::unique_ptr<Stream> s) {
    accepted_.push_back(std::move(s));
    listener->Stop();
  });
  ASSERT_TRUE(made.ok());
  listener = std::move(made).value();
  ASSERT_TRUE(Connect(listener->port()));
  ASSERT_TRUE(Connect(listener->port()));
  ASSERT_TRUE(RunUntil(*loop_, [&] { return !accepted_.empty(); }));
  loop_->Post([&] { loop_->Stop(); });
  loop_->Run();
  EXPECT_EQ(accepted_.size(), 1u);
}

// Without descriptors a waiting connection is closed, and later ones are served again.
TEST_F(ListenerTest, GoesOnAfterFileDescriptorsRanOut) {
  auto listener = ListenAt("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok());
  const uint16_t port = (*listener)->port();
  const int shed = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address;
  uv_ip4_addr("127.0.0.1", port, &address);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = dup(0);
  close(next);
  rlimit small = before;
  small.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &small), 0);
  std::vector<int> holes;  // descriptors below the limit that are free
  for (int fd = dup(0); fd >= 0; fd = dup(0)) holes.push_back(fd);

  ASSERT_EQ(connect(shed, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  bool closed = false;
  EXPECT_TRUE(RunUntil(*loop_, [&] {
    char byte;
    closed = recv(shed, &byte, 1, MSG_DONTWAIT) == 0;
    if (!closed) loop_->Post([] {});
    return closed;
  }));
  EXPECT_TRUE(accepted_.empty());

  for (int fd : holes) close(fd);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  close(shed);
  ASSERT_TRUE(Connect(port));
  EXPECT_TRUE(RunUntil(*loop_, [&] { return accepted_.size() == 1; }));
}

// As when another thread took the descriptor that was kept for shedding.
TEST_F(ListenerTest, SleepsWhenAWaitingConnectionCannotEvenBeClosed) {
  auto listener = ListenAt("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok());
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address;
  uv_ip4_addr("127.0.0.1", (*listener)->port(), &address);
  ASSERT_EQ(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  int turns = 0;
  loop_->set_turn_hook([&] { ++turns; });
  Timer timer(*loop_, [&] { loop_->Stop(); });
  timer.Start(300);
  loop_->Run();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_LT(turns, 100);
  EXPECT_TRUE(accepted_.empty());
  EXPECT_TRUE(RunUntil(*loop_, [&] { return accepted_.size() == 1; }));
  close(client);
}

}  // namespace
}  // namespace sedge::loop
