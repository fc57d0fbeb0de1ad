// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/connector.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "tests/loop/run_until.h"

namespace sedge::loop {
namespace {

sockaddr_storage Address(const std::string& ip, uint16_t port) {
  sockaddr_storage address = {};
  if (ip.find(':') == std::string::npos) {
    uv_ip4_addr(ip.c_str(), port, reinterpret_cast<sockaddr_in*>(&address));
  } else {
    uv_ip6_addr(ip.c_str(), port, reinterpret_cast<sockaddr_in6*>(&address));
  }
  return address;
}

std::string AddressName(const sockaddr_storage& address) {
  char text[64];
  uv_ip_name(reinterpret_cast<const sockaddr*>(&address), text, sizeof text);
  return text;
}

// A TCP socket on 127.0.0.1 of the given kind.
class Port {
 public:
  enum Kind { kListening, kClosed, kSilent };

  explicit Port(Kind kind) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_storage address = Address("127.0.0.1", 0);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(sockaddr_in)), 0);
    socklen_t size = sizeof address_;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size);
    if (kind == kListening) {
      EXPECT_EQ(listen(fd_, 16), 0);
    }
    if (kind == kSilent) FillBacklog();
  }
  ~Port() {
    for (int fd : fillers_) close(fd);
    close(fd_);
  }

  uint16_t port() const { return ntohs(reinterpret_cast<const sockaddr_in*>(&address_)->sin_port); }
  const sockaddr_storage& address() const { return address_; }

 private:
  // Once its queue is full, the kernel answers no further connection attempt.
  void FillBacklog() {
    EXPECT_EQ(listen(fd_, 0), 0);
    for (int i = 0; i < 4; ++i) {
      const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      connect(fd, reinterpret_cast<sockaddr*>(&address_), sizeof(sockaddr_in));
      fillers_.push_back(fd);
    }
  }

  int fd_;
  sockaddr_storage address_ = {};
  std::vector<int> fillers_;
};

class ConnectorTest : public ::testing::Test {
 protected:
  ConnectorTest() : loop_(Loop::Create().value()) {}

  ConnectCallback Keep() {
    return [this](Result<std::unique_ptr<Stream>> result) {
      EXPECT_FALSE(result_.has_value()) << "called twice";
      result_.emplace(std::move(result));
    };
  }
  void Wait() {
    ASSERT_TRUE(RunUntil(*loop_, [this] { return result_.has_value(); }));
  }
  std::string Error() { return std::string(result_->status().message()); }

  std::unique_ptr<Loop> loop_;
  std::optional<Result<std::unique_ptr<Stream>>> result_;
};

TEST_F(ConnectorTest, ConnectsToAnAddress) {
  Port server(Port::kListening);
  auto attempt = Connect(*loop_, "127.0.0.1", server.port(), 10'000, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_EQ((*result_)->get()->peer_name(), "127.0.0.1:" + std::to_string(server.port()));
  result_.reset();
}

TEST_F(ConnectorTest, ConnectsToAName) {
  Port server(Port::kListening);
  auto attempt = Connect(*loop_, "localhost", server.port(), 10'000, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_EQ((*result_)->get()->peer_address(), "127.0.0.1");
  result_.reset();
}

TEST_F(ConnectorTest, NamesRefusal) {
  Port closed(Port::kClosed);
  auto attempt = Connect(*loop_, "127.0.0.1", closed.port(), 10'000, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  EXPECT_EQ(Error(), "connect ECONNREFUSED 127.0.0.1:" + std::to_string(closed.port()));
  EXPECT_EQ(result_->status().code(), StatusCode::kUnavailable);
}

TEST_F(ConnectorTest, NamesUnknownHost) {
  auto attempt = Connect(*loop_, "nowhere.invalid", 80, 10'000, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  // Without any name server the resolver says EAI_AGAIN.
  EXPECT_THAT(Error(),
              ::testing::MatchesRegex("getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere.invalid"));
}

TEST_F(ConnectorTest, EmptyAndImpossibleNames) {
  for (const std::string& name : {std::string(""), std::string(300, 'a'), std::string("a b")}) {
    result_.reset();
    auto attempt = Connect(*loop_, name, 80, 10'000, Keep());
    EXPECT_FALSE(result_.has_value());
    Wait();
    EXPECT_FALSE(result_->ok());
    EXPECT_EQ(Error(), "getaddrinfo ENOTFOUND " + name);
  }
}

TEST_F(ConnectorTest, TimesOut) {
  Port silent(Port::kSilent);
  auto attempt = Connect(*loop_, "127.0.0.1", silent.port(), 50, Keep());
  Wait();
  EXPECT_EQ(Error(), "connect ETIMEDOUT 127.0.0.1:" + std::to_string(silent.port()) + " after 50 ms (limits.connect_timeout_ms)");
  EXPECT_EQ(result_->status().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(ConnectorTest, RacesASilentAddress) {
  Port silent(Port::kSilent);
  Port server(Port::kListening);
  const uint64_t start_ms = uv_hrtime() / 1'000'000;
  auto attempt = ConnectToAny(*loop_, {silent.address(), server.address()}, 10'000, Keep());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_EQ((*result_)->get()->peer_name(), "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_GE(uv_hrtime() / 1'000'000 - start_ms, kAttemptDelayMs - 1);
  result_.reset();
}

TEST_F(ConnectorTest, NextAddressAtOnceAfterAFailure) {
  Port closed(Port::kClosed);
  Port server(Port::kListening);
  const uint64_t start_ms = uv_hrtime() / 1'000'000;
  auto attempt =
      ConnectToAny(*loop_, {closed.address(), closed.address(), server.address()}, 10'000, Keep());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_LT(uv_hrtime() / 1'000'000 - start_ms, kAttemptDelayMs);
  result_.reset();
}

TEST_F(ConnectorTest, AllFail) {
  Port first(Port::kClosed);
  Port second(Port::kClosed);
  auto attempt = ConnectToAny(*loop_, {first.address(), second.address()}, 10'000, Keep());
  Wait();
  EXPECT_EQ(Error(), "connect ECONNREFUSED 127.0.0.1:" + std::to_string(first.port()));
  result_.reset();
  attempt = ConnectToAny(*loop_, {}, 10'000, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  EXPECT_FALSE(result_->ok());
}

TEST_F(ConnectorTest, DestroyingGivesUp) {
  Port silent(Port::kSilent);
  Port server(Port::kListening);
  auto by_name = Connect(*loop_, "localhost", server.port(), 10'000, Keep());
  auto hanging = Connect(*loop_, "127.0.0.1", silent.port(), 10'000, Keep());
  auto connecting = Connect(*loop_, "127.0.0.1", server.port(), 10'000, Keep());
  by_name.reset();
  hanging.reset();
  connecting.reset();
  std::optional<Result<std::unique_ptr<Stream>>> other;
  auto attempt = Connect(*loop_, "localhost", server.port(), 10'000,
                         [&](Result<std::unique_ptr<Stream>> r) { other.emplace(std::move(r)); });
  ASSERT_TRUE(RunUntil(*loop_, [&] { return other.has_value(); }));
  EXPECT_FALSE(result_.has_value());
}

TEST_F(ConnectorTest, MayBeDestroyedInItsCallback) {
  Port closed(Port::kClosed);
  std::unique_ptr<ConnectAttempt> attempt;
  bool called = false;
  attempt = Connect(*loop_, "127.0.0.1", closed.port(), 10'000, [&](auto) {
    attempt.reset();
    called = true;
  });
  EXPECT_TRUE(RunUntil(*loop_, [&] { return called; }));
}

TEST(InterleaveFamilies, AlternatesFromIpv6On) {
  std::vector<std::string> names;
  for (const sockaddr_storage& address :
       InterleaveFamilies({Address("10.0.0.1", 1), Address("10.0.0.2", 1), Address("10.0.0.3", 1),
                           Address("2001:db8::1", 1), Address("2001:db8::2", 1)})) {
    names.push_back(AddressName(address));
  }
  EXPECT_THAT(names, ::testing::ElementsAre("2001:db8::1", "10.0.0.1", "2001:db8::2", "10.0.0.2",
                                            "10.0.0.3"));
}

}  // namespace
}  // namespace sedge::loop
