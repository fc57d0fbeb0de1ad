// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/connector.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <optional>

#include "runtime/loop/tcp_stream.h"
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

// A TCP socket of the given kind on a loopback address.
class Port {
 public:
  enum Kind { kListening, kClosed, kSilent };

  explicit Port(Kind kind, const std::string& ip = "127.0.0.1", uint16_t port = 0) {
    sockaddr_storage address = Address(ip, port);
    fd_ = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bound_ = bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
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

  // False where the machine has no such address, or the port is taken.
  bool bound() const { return bound_; }
  uint16_t port() const { return ntohs(reinterpret_cast<const sockaddr_in*>(&address_)->sin_port); }
  const sockaddr_storage& address() const { return address_; }

 private:
  // Once its queue is full, the kernel answers no further connection attempt.
  void FillBacklog() {
    EXPECT_EQ(listen(fd_, 0), 0);
    for (int i = 0; i < 4; ++i) {
      const int fd = socket(address_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      connect(fd, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
      fillers_.push_back(fd);
    }
  }

  int fd_;
  bool bound_ = false;
  sockaddr_storage address_ = {};
  std::vector<int> fillers_;
};

// A resolver that knows one name, with these addresses.
Resolver FakeResolver(std::vector<std::string> addresses) {
  return Resolver([addresses = std::move(addresses)](const std::string& host) {
    Resolver::Answer answer;
    if (host != "blog.example.com") answer.error = "ENOTFOUND";
    for (const std::string& ip : addresses) answer.addresses.push_back(Address(ip, 0));
    return answer;
  });
}

// Refuses the addresses that it was made with, and notes which ones it was asked about.
class RefusingFilter final : public AddressFilter {
 public:
  explicit RefusingFilter(std::vector<std::string> refused) : refused_(std::move(refused)) {}
  Status Check(std::string_view name, const sockaddr& address) const override {
    asked.push_back(std::string(name) + " " + AddressText(&address));
    for (const std::string& ip : refused_) {
      if (ip == AddressText(&address)) return FailedPrecondition("no rule allows it");
    }
    return OkStatus();
  }
  mutable std::vector<std::string> asked;

 private:
  std::vector<std::string> refused_;
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
  auto attempt = Connect(*loop_, "127.0.0.1", server.port(), {}, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_EQ((*result_)->get()->peer_name(), "127.0.0.1:" + std::to_string(server.port()));
  result_.reset();
}

TEST_F(ConnectorTest, ConnectsToAName) {
  Port server(Port::kListening);
  auto attempt = Connect(*loop_, "localhost", server.port(), {}, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_EQ((*result_)->get()->peer_address(), "127.0.0.1");
  result_.reset();
}

TEST_F(ConnectorTest, NamesRefusal) {
  Port closed(Port::kClosed);
  auto attempt = Connect(*loop_, "127.0.0.1", closed.port(), {}, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  EXPECT_EQ(Error(), "connect ECONNREFUSED 127.0.0.1:" + std::to_string(closed.port()));
  EXPECT_EQ(result_->status().code(), StatusCode::kUnavailable);
}

TEST_F(ConnectorTest, NamesUnknownHost) {
  auto attempt = Connect(*loop_, "nowhere.invalid", 80, {}, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  // Without any name server the resolver says EAI_AGAIN.
  EXPECT_THAT(Error(),
              ::testing::MatchesRegex("getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere.invalid"));
}

TEST_F(ConnectorTest, EmptyAndImpossibleNames) {
  for (const std::string& name : {std::string(""), std::string(300, 'a'), std::string("a b")}) {
    result_.reset();
    auto attempt = Connect(*loop_, name, 80, {}, Keep());
    EXPECT_FALSE(result_.has_value());
    Wait();
    EXPECT_FALSE(result_->ok());
    EXPECT_EQ(Error(), "getaddrinfo ENOTFOUND " + name);
  }
}

TEST_F(ConnectorTest, TimesOut) {
  Port silent(Port::kSilent);
  auto attempt = Connect(*loop_, "127.0.0.1", silent.port(), {.timeout_ms = 50}, Keep());
  Wait();
  EXPECT_EQ(Error(), "connect ETIMEDOUT 127.0.0.1:" + std::to_string(silent.port()) +
                         ": no answer for 50 ms (limits.connect_timeout_ms)");
  EXPECT_EQ(result_->status().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(ConnectorTest, RacesASilentAddress) {
  Port silent(Port::kSilent);
  Port server(Port::kListening);
  uv_update_time(loop_->uv());  // from which the delay is measured; the set-up took some
  const uint64_t start_ms = uv_hrtime() / 1'000'000;
  auto attempt = ConnectToAny(*loop_, {silent.address(), server.address()}, {}, Keep());
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
      ConnectToAny(*loop_, {closed.address(), closed.address(), server.address()}, {}, Keep());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_LT(uv_hrtime() / 1'000'000 - start_ms, kAttemptDelayMs);
  result_.reset();
}

TEST_F(ConnectorTest, AllFail) {
  Port first(Port::kClosed);
  Port second(Port::kClosed);
  auto attempt = ConnectToAny(*loop_, {first.address(), second.address()}, {}, Keep());
  Wait();
  EXPECT_EQ(Error(), "connect ECONNREFUSED 127.0.0.1:" + std::to_string(first.port()));
  result_.reset();
  attempt = ConnectToAny(*loop_, {}, {}, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  EXPECT_FALSE(result_->ok());
}

TEST_F(ConnectorTest, DestroyingGivesUp) {
  Port silent(Port::kSilent);
  Port server(Port::kListening);
  auto by_name = Connect(*loop_, "localhost", server.port(), {}, Keep());
  auto hanging = Connect(*loop_, "127.0.0.1", silent.port(), {}, Keep());
  auto connecting = Connect(*loop_, "127.0.0.1", server.port(), {}, Keep());
  by_name.reset();
  hanging.reset();
  connecting.reset();
  std::optional<Result<std::unique_ptr<Stream>>> other;
  auto attempt = Connect(*loop_, "localhost", server.port(), {},
                         [&](Result<std::unique_ptr<Stream>> r) { other.emplace(std::move(r)); });
  ASSERT_TRUE(RunUntil(*loop_, [&] { return other.has_value(); }));
  EXPECT_FALSE(result_.has_value());
}

TEST_F(ConnectorTest, MayBeDestroyedInItsCallback) {
  Port closed(Port::kClosed);
  std::unique_ptr<ConnectAttempt> attempt;
  bool called = false;
  attempt = Connect(*loop_, "127.0.0.1", closed.port(), {}, [&](auto) {
    attempt.reset();
    called = true;
  });
  EXPECT_TRUE(RunUntil(*loop_, [&] { return called; }));
}

// --- Names, through a resolver of the test's own ---

TEST_F(ConnectorTest, RacesASilentIpv6Address) {
  Port server(Port::kListening);
  Port silent(Port::kSilent, "::1", server.port());
  if (!silent.bound()) GTEST_SKIP() << "no ::1 here, or its port is taken";
  Resolver resolver = FakeResolver({"127.0.0.1", "::1"});
  const uint64_t start_ms = uv_hrtime() / 1'000'000;
  auto attempt =
      Connect(*loop_, "blog.example.com", server.port(), {.resolver = &resolver}, Keep());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_EQ((*result_)->get()->peer_address(), "127.0.0.1");
  EXPECT_GE(uv_hrtime() / 1'000'000 - start_ms, kAttemptDelayMs - 1);
  result_.reset();
}

TEST_F(ConnectorTest, PrefersIpv6AndGoesOnAfterARefusal) {
  Port server(Port::kListening);
  Port six(Port::kListening, "::1", server.port());
  if (!six.bound()) GTEST_SKIP() << "no ::1 here, or its port is taken";
  Resolver resolver = FakeResolver({"127.0.0.2", "127.0.0.1", "::1"});
  auto attempt =
      Connect(*loop_, "blog.example.com", server.port(), {.resolver = &resolver}, Keep());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_EQ((*result_)->get()->peer_address(), "::1");
  result_.reset();

  Port other(Port::kListening);
  attempt = Connect(*loop_, "blog.example.com", other.port(), {.resolver = &resolver}, Keep());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_EQ((*result_)->get()->peer_address(), "127.0.0.1");
  result_.reset();
}

TEST_F(ConnectorTest, NamesWhoWasMeant) {
  Port closed(Port::kClosed);
  Resolver resolver = FakeResolver({"127.0.0.1"});
  auto attempt =
      Connect(*loop_, "blog.example.com", closed.port(), {.resolver = &resolver}, Keep());
  Wait();
  EXPECT_EQ(Error(), "connect ECONNREFUSED 127.0.0.1:" + std::to_string(closed.port()) +
                         " (blog.example.com)");
  result_.reset();
  attempt = Connect(*loop_, "other.example", 80, {.name = "www.example.com", .resolver = &resolver},
                    Keep());
  Wait();
  EXPECT_EQ(Error(), "getaddrinfo ENOTFOUND other.example (www.example.com)");
}

TEST_F(ConnectorTest, ASlowNameServerTimesOut) {
  std::promise<void> answer;
  Resolver resolver([&](const std::string&) {
    answer.get_future().wait();
    return Resolver::Answer{"EAI_AGAIN", {}};
  });
  auto attempt =
      Connect(*loop_, "blog.example.com", 80, {.timeout_ms = 50, .resolver = &resolver}, Keep());
  Wait();
  EXPECT_EQ(Error(),
            "getaddrinfo ETIMEDOUT blog.example.com: no answer of the name server for 50 ms "
            "(limits.connect_timeout_ms)");
  attempt.reset();
  answer.set_value();
}

TEST_F(ConnectorTest, LeavesOutWhatTheFilterRefuses) {
  Port server(Port::kListening, "127.0.0.3");
  Resolver resolver = FakeResolver({"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  const RefusingFilter filter({"127.0.0.1", "127.0.0.2"});
  auto attempt = Connect(*loop_, "blog.example.com", server.port(),
                         {.filter = &filter, .resolver = &resolver}, Keep());
  Wait();
  ASSERT_TRUE(result_->ok()) << Error();
  EXPECT_EQ((*result_)->get()->peer_address(), "127.0.0.3");
  EXPECT_THAT(filter.asked,
              ::testing::ElementsAre("blog.example.com 127.0.0.1", "blog.example.com 127.0.0.2",
                                     "blog.example.com 127.0.0.3"));
  result_.reset();
}

TEST_F(ConnectorTest, SaysWhatTheFilterRefused) {
  Port server(Port::kListening);
  const std::string port = std::to_string(server.port());
  const RefusingFilter filter({"127.0.0.1", "127.0.0.2"});
  auto attempt = Connect(*loop_, "127.0.0.1", server.port(), {.filter = &filter}, Keep());
  EXPECT_FALSE(result_.has_value());
  Wait();
  EXPECT_EQ(Error(), "connect EACCES 127.0.0.1:" + port + ": no rule allows it");
  // What the other side says is told before what was refused here.
  result_.reset();
  Resolver resolver = FakeResolver({"127.0.0.2", "127.0.0.4"});
  attempt = Connect(*loop_, "blog.example.com", server.port(),
                    {.filter = &filter, .resolver = &resolver}, Keep());
  Wait();
  EXPECT_EQ(Error(), "connect ECONNREFUSED 127.0.0.4:" + port + " (blog.example.com)");
}

// A name that changes its meaning between two requests is refused when it does.
TEST_F(ConnectorTest, TheFilterSeesTheAddressOfEachConnection) {
  Port server(Port::kListening, "127.0.0.3");
  std::atomic<int> calls = 0;
  Resolver resolver([&](const std::string&) {
    return Resolver::Answer{"", {Address(++calls == 1 ? "127.0.0.3" : "127.0.0.1", 0)}};
  });
  const RefusingFilter filter({"127.0.0.1"});
  const ConnectOptions options = {.filter = &filter, .resolver = &resolver};
  auto attempt = Connect(*loop_, "rebind.example.com", server.port(), options, Keep());
  Wait();
  EXPECT_TRUE(result_->ok()) << Error();
  result_.reset();
  attempt = Connect(*loop_, "rebind.example.com", server.port(), options, Keep());
  Wait();
  EXPECT_EQ(Error(), "connect EACCES 127.0.0.1:" + std::to_string(server.port()) +
                         " (rebind.example.com): no rule allows it");
}

TEST_F(ConnectorTest, AsksAnewOrUsesWhatItKnows) {
  Port server(Port::kListening);
  std::atomic<int> calls = 0;
  Resolver resolver([&](const std::string&) {
    ++calls;
    return Resolver::Answer{"", {Address("127.0.0.1", 0)}};
  });
  for (const int64_t cache_ms : {0, 0, 60'000, 60'000}) {
    result_.reset();
    auto attempt = Connect(*loop_, "blog.example.com", server.port(),
                           {.dns_cache_ms = cache_ms, .resolver = &resolver}, Keep());
    EXPECT_FALSE(result_.has_value());
    Wait();
    EXPECT_TRUE(result_->ok()) << Error();
  }
  EXPECT_EQ(calls, 2);
  result_.reset();
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
