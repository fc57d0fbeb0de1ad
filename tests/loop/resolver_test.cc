// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <set>

#include "tests/loop/run_until.h"

namespace sedge::loop {
namespace {

Resolver::Answer Loopback() {
  sockaddr_storage address = {};
  uv_ip4_addr("127.0.0.1", 0, reinterpret_cast<sockaddr_in*>(&address));
  return {"", {address}};
}

class ResolverTest : public ::testing::Test {
 protected:
  ResolverTest() : loop_(Loop::Create().value()) {}

  std::function<void(const Resolver::Answer&)> Count() {
    return [this](const Resolver::Answer& answer) {
      ++answers_;
      last_error_ = answer.error;
    };
  }
  bool Until(const std::function<bool()>& done) { return RunUntil(*loop_, done); }

  std::unique_ptr<Loop> loop_;
  int answers_ = 0;
  std::string last_error_;
};

// A name server that says nothing until it is told to.
class Gate {
 public:
  ~Gate() { Open(); }
  void Wait() { opened_.wait(); }
  void Open() {
    if (!std::exchange(is_open_, true)) promise_.set_value();
  }

 private:
  std::promise<void> promise_;
  std::shared_future<void> opened_ = promise_.get_future().share();
  bool is_open_ = false;
};

TEST_F(ResolverTest, TheSystemKnowsLocalhost) {
  auto lookup = Resolver::System().Start(*loop_, "localhost", Count());
  EXPECT_EQ(answers_, 0);
  ASSERT_TRUE(Until([this] { return answers_ == 1; }));
  EXPECT_EQ(last_error_, "");
}

TEST_F(ResolverTest, LookupsOfOneNameShareACall) {
  Gate gate;
  std::atomic<int> calls = 0;
  Resolver resolver([&](const std::string&) {
    ++calls;
    gate.Wait();
    return Loopback();
  });
  std::vector<std::unique_ptr<Resolver::Lookup>> lookups;
  for (int i = 0; i < 5; ++i) lookups.push_back(resolver.Start(*loop_, "a.example", Count()));
  ASSERT_TRUE(Until([&] { return calls == 1; }));
  lookups.push_back(resolver.Start(*loop_, "a.example", Count()));
  gate.Open();
  ASSERT_TRUE(Until([this] { return answers_ == 6; }));
  EXPECT_EQ(calls, 1);
}

TEST_F(ResolverTest, AFailureIsNotKept) {
  std::atomic<int> calls = 0;
  Resolver resolver([&](const std::string&) {
    return ++calls == 1 ? Resolver::Answer{"EAI_AGAIN", {}} : Loopback();
  });
  auto lookup = resolver.Start(*loop_, "a.example", Count());
  ASSERT_TRUE(Until([this] { return answers_ == 1; }));
  EXPECT_EQ(last_error_, "EAI_AGAIN");
  EXPECT_FALSE(resolver.Cached("a.example", 60'000));
  lookup = resolver.Start(*loop_, "a.example", Count());
  ASSERT_TRUE(Until([this] { return answers_ == 2; }));
  EXPECT_EQ(last_error_, "");
  EXPECT_EQ(resolver.Cached("a.example", 60'000)->size(), 1u);
  EXPECT_FALSE(resolver.Cached("a.example", 0));
  EXPECT_FALSE(resolver.Cached("b.example", 60'000));
}

TEST_F(ResolverTest, AnAnswerGetsTooOld) {
  Resolver resolver([](const std::string&) { return Loopback(); });
  auto lookup = resolver.Start(*loop_, "a.example", Count());
  ASSERT_TRUE(Until([this] { return answers_ == 1; }));
  EXPECT_TRUE(Until([&] { return !resolver.Cached("a.example", 5).has_value(); }));
  EXPECT_TRUE(resolver.Cached("a.example", 60'000));
}

TEST_F(ResolverTest, GivingUpDropsTheCallback) {
  Gate gate;
  std::mutex mutex;
  std::set<std::string> asked;
  Resolver resolver([&](const std::string& host) {
    {
      const std::lock_guard lock(mutex);
      asked.insert(host);
    }
    gate.Wait();
    return Loopback();
  });
  std::vector<std::unique_ptr<Resolver::Lookup>> busy;
  for (size_t i = 0; i < Resolver::kMaxThreads; ++i) {
    busy.push_back(resolver.Start(*loop_, std::to_string(i) + ".example", Count()));
  }
  ASSERT_TRUE(Until([&] {
    const std::lock_guard lock(mutex);
    return asked.size() == Resolver::kMaxThreads;
  }));
  // One that waits for a thread, and one that has had its turn.
  auto waiting = resolver.Start(*loop_, "waiting.example", Count());
  waiting.reset();
  busy.pop_back();
  auto last = resolver.Start(*loop_, "last.example", Count());
  gate.Open();
  ASSERT_TRUE(Until([&] { return answers_ == static_cast<int>(Resolver::kMaxThreads); }));
  EXPECT_FALSE(asked.contains("waiting.example")) << "nobody wants to know any more";
  EXPECT_TRUE(asked.contains("last.example"));
}

// The pool of threads that files and cryptography use is another one.
TEST_F(ResolverTest, ASlowNameServerHoldsUpNothingElse) {
  Gate gate;
  std::atomic<int> running = 0, most = 0;
  Resolver resolver([&](const std::string&) {
    const int now = ++running;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    gate.Wait();
    --running;
    return Loopback();
  });
  constexpr int kNames = 40;
  std::vector<std::unique_ptr<Resolver::Lookup>> lookups;
  for (int i = 0; i < kNames; ++i) {
    lookups.push_back(resolver.Start(*loop_, std::to_string(i) + ".example", Count()));
  }
  ASSERT_TRUE(Until([&] { return running == static_cast<int>(Resolver::kMaxThreads); }));
  int worked = 0;
  for (int i = 0; i < 8; ++i) loop_->RunBlocking([] {}, [&] { ++worked; });
  EXPECT_TRUE(Until([&] { return worked == 8; }));
  EXPECT_EQ(answers_, 0);
  gate.Open();
  EXPECT_TRUE(Until([&] { return answers_ == kNames; }));
  EXPECT_EQ(most, static_cast<int>(Resolver::kMaxThreads));
}

TEST_F(ResolverTest, TheLoopMayGoWhileACallRuns) {
  Gate gate;
  std::atomic<bool> running = false;
  Resolver resolver([&](const std::string&) {
    running = true;
    gate.Wait();
    return Loopback();
  });
  auto lookup = resolver.Start(*loop_, "a.example", Count());
  ASSERT_TRUE(Until([&] { return running.load(); }));
  lookup.reset();
  loop_.reset();
  gate.Open();
}

}  // namespace
}  // namespace sedge::loop
