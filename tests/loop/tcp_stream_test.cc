// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/tcp_stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>

#include "tests/loop/run_until.h"

namespace sedge::loop {
namespace {

struct Recorder final : StreamListener {
  std::string data;
  int ends = 0;
  int drains = 0;
  std::vector<std::string> errors;
  std::function<void()> on_data, on_end, on_error, on_drain;

  void OnData(ByteSpan bytes) override {
    data += AsText(bytes);
    if (on_data) on_data();
  }
  void OnEnd() override {
    ++ends;
    if (on_end) on_end();
  }
  void OnError(Status why) override {
    errors.emplace_back(why.message());
    if (on_error) on_error();
  }
  void OnDrain() override {
    ++drains;
    if (on_drain) on_drain();
  }
};

class TcpStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    loop_ = std::move(Loop::Create()).value();
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    peer_ = fds[1];
    stream_ = std::move(TcpStream::Adopt(*loop_, fds[0])).value();
    stream_->set_listener(&recorder_);
    // Small, so that queues form early.
    const int size = 4096;
    setsockopt(peer_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
  void TearDown() override {
    stream_.reset();
    if (peer_ >= 0) close(peer_);
  }
  std::string ReadPeer(size_t size) {
    std::string text(size, '\0');
    const ssize_t got = recv(peer_, text.data(), size, MSG_DONTWAIT);
    text.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return text;
  }
  void ClosePeer() { close(std::exchange(peer_, -1)); }

  std::unique_ptr<Loop> loop_;
  std::unique_ptr<TcpStream> stream_;
  Recorder recorder_;
  int peer_ = -1;
};

TEST_F(TcpStreamTest, ReadsAndSeesTheEnd) {
  stream_->StartReading();
  ASSERT_EQ(write(peer_, "hello", 5), 5);
  shutdown(peer_, SHUT_WR);
  EXPECT_TRUE(RunUntil(*loop_, [&] { return recorder_.ends == 1; }));
  EXPECT_EQ(recorder_.data, "hello");
  // A half-closed peer still reads.
  EXPECT_TRUE(stream_->Write(AsBytes("back")));
  EXPECT_EQ(ReadPeer(100), "back");
}

TEST_F(TcpStreamTest, StopReadingLeavesBytesToTheKernel) {
  stream_->StartReading();
  stream_->StopReading();
  ASSERT_EQ(write(peer_, "hello", 5), 5);
  loop_->Post([&] { loop_->Stop(); });
  loop_->Run();
  EXPECT_EQ(recorder_.data, "");
  stream_->StartReading();
  EXPECT_TRUE(RunUntil(*loop_, [&] { return recorder_.data == "hello"; }));
}

TEST_F(TcpStreamTest, SmallWritesGoOutAtOnce) {
  EXPECT_TRUE(stream_->Write2(AsBytes("head "), AsBytes("body")));
  EXPECT_EQ(ReadPeer(100), "head body");
  EXPECT_EQ(stream_->queued_bytes(), 0u);
}

TEST_F(TcpStreamTest, LargeWritesAreQueuedInOrderAndDrained) {
  std::string sent;
  for (int i = 0; i < 50'000; ++i) sent += std::to_string(i) + ",";
  EXPECT_FALSE(stream_->Write2(AsBytes(sent), AsBytes("tail1")));
  EXPECT_GT(stream_->queued_bytes(), 0u);
  EXPECT_FALSE(stream_->Write(AsBytes("tail2")));
  std::string received;
  EXPECT_TRUE(RunUntil(*loop_, [&] {
    received += ReadPeer(1 << 16);
    return recorder_.drains == 1;
  }));
  while (true) {
    const std::string more = ReadPeer(1 << 16);
    if (more.empty()) break;
    received += more;
  }
  EXPECT_EQ(received, sent + "tail1tail2");
  EXPECT_EQ(stream_->queued_bytes(), 0u);
  EXPECT_EQ(recorder_.drains, 1);
}

TEST_F(TcpStreamTest, ShutdownComesAfterWhatIsQueued) {
  const std::string sent(200'000, 'x');
  EXPECT_FALSE(stream_->Write(AsBytes(sent)));
  stream_->ShutdownWrite();
  std::string received;
  bool ended = false;
  EXPECT_TRUE(RunUntil(*loop_, [&] {
    char buffer[65536];
    const ssize_t got = recv(peer_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) received.append(buffer, static_cast<size_t>(got));
    ended |= got == 0;
    if (!ended) loop_->Post([] {});  // the peer is polled from here
    return ended;
  }));
  EXPECT_EQ(received, sent);
}

TEST_F(TcpStreamTest, WritingToAPeerThatIsGoneIsAnErrorOnceAndNeverWithinWrite) {
  ClosePeer();
  EXPECT_FALSE(stream_->Write(AsBytes("x")));
  EXPECT_TRUE(recorder_.errors.empty());
  EXPECT_TRUE(RunUntil(*loop_, [&] { return !recorder_.errors.empty(); }));
  EXPECT_EQ(recorder_.errors[0], "write EPIPE");
  EXPECT_FALSE(stream_->Write(AsBytes("y")));
  stream_->ShutdownWrite();
  loop_->Post([&] { loop_->Stop(); });
  loop_->Run();
  EXPECT_EQ(recorder_.errors.size(), 1u);
  EXPECT_EQ(recorder_.drains, 0);
}

TEST_F(TcpStreamTest, MayBeDestroyedByEachOfItsCallbacks) {
  bool destroyed = false;
  const auto destroy = [&] {
    stream_.reset();
    destroyed = true;
  };
  recorder_.on_data = destroy;
  stream_->StartReading();
  ASSERT_EQ(write(peer_, "hello", 5), 5);
  EXPECT_TRUE(RunUntil(*loop_, [&] { return destroyed; }));
}

TEST_F(TcpStreamTest, MayBeDestroyedAtItsEnd) {
  recorder_.on_end = [&] { stream_.reset(); };
  stream_->StartReading();
  ClosePeer();
  EXPECT_TRUE(RunUntil(*loop_, [&] { return stream_ == nullptr; }));
}

TEST_F(TcpStreamTest, MayBeDestroyedByItsError) {
  recorder_.on_error = [&] { stream_.reset(); };
  ClosePeer();
  EXPECT_FALSE(stream_->Write(AsBytes("x")));
  EXPECT_FALSE(stream_->Write(AsBytes("y")));
  EXPECT_TRUE(RunUntil(*loop_, [&] { return stream_ == nullptr; }));
  EXPECT_EQ(recorder_.errors.size(), 1u);
}

TEST_F(TcpStreamTest, MayBeDestroyedWhenDrainedOrWhileFull) {
  recorder_.on_drain = [&] { stream_.reset(); };
  EXPECT_FALSE(stream_->Write(AsBytes(std::string(100'000, 'x'))));
  EXPECT_TRUE(RunUntil(*loop_, [&] {
    ReadPeer(1 << 16);
    return stream_ == nullptr;
  }));
}

TEST_F(TcpStreamTest, AUnixPeerHasAName) {
  EXPECT_EQ(stream_->peer_address(), "unix:");
  EXPECT_EQ(stream_->peer_name(), "unix:");
}

TEST(AddressTextTest, ShowsBothFamilies) {
  sockaddr_in v4;
  uv_ip4_addr("192.0.2.1", 80, &v4);
  EXPECT_EQ(AddressText(reinterpret_cast<sockaddr*>(&v4)), "192.0.2.1");
  EXPECT_EQ(AddressAndPortText(reinterpret_cast<sockaddr*>(&v4)), "192.0.2.1:80");
  sockaddr_in6 v6;
  uv_ip6_addr("2001:db8::1", 8080, &v6);
  EXPECT_EQ(AddressText(reinterpret_cast<sockaddr*>(&v6)), "2001:db8::1");
  EXPECT_EQ(AddressAndPortText(reinterpret_cast<sockaddr*>(&v6)), "[2001:db8::1]:8080");
  uv_ip6_addr("::ffff:192.0.2.1", 80, &v6);
  EXPECT_EQ(AddressAndPortText(reinterpret_cast<sockaddr*>(&v6)), "192.0.2.1:80");
}

TEST_F(TcpStreamTest, APeersEndIsKnownWithoutReading) {
  ASSERT_EQ(write(peer_, "unread", 6), 6);
  EXPECT_EQ(stream_->peer_state(), PeerState::kOpen);
  shutdown(peer_, SHUT_WR);
  EXPECT_EQ(stream_->peer_state(), PeerState::kEnded);
  close(std::exchange(peer_, -1));
  EXPECT_EQ(stream_->peer_state(), PeerState::kBroken);
}

}  // namespace
}  // namespace sedge::loop
