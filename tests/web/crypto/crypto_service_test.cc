// SPDX-License-Identifier: Apache-2.0
// CryptoService: what runs at once, what waits for the pool, and what becomes of it when the
// isolate goes.
#include "runtime/web/crypto/crypto_service.h"

#include <gtest/gtest.h>

#include <thread>

#include "runtime/script/engine.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/op.h"

namespace sedge::web {
namespace {

using script::Isolate;

int g_runs = 0;

v8::Local<v8::Value> Work(Isolate& isolate, CryptoService& crypto, bool at_once, double bytes,
                          bool fail) {
  return crypto.Run(isolate, at_once, static_cast<size_t>(bytes), [fail]() -> Result<double> {
    ++g_runs;
    if (fail) return CryptoFailure("no luck");
    return 7.0;
  });
}

constexpr script::BuiltinSource kBuiltins[] = {
    {"script/primordials", ""},
    {"worker/main", R"js(
        globalThis.results = [];
        globalThis.show = (returned) => {
          if (!Array.isArray(returned)) return `now ${returned}`;
          returned[0].then((box) => results.push(`${Object.getPrototypeOf(box)} ${box.value}`));
          return "later";
        };
        globalThis.work = (...args) => show(ops.work(...args));
    )js"},
};

class EngineEnvironment : public testing::Environment {
 public:
  void SetUp() override {
    script::EngineOptions options;
    options.builtins = kBuiltins;
    options.ops = {script::Op<Work>("work")};
    script::Engine::Initialize(std::move(options));
  }
};

const auto* const g_environment = testing::AddGlobalTestEnvironment(new EngineEnvironment);

class CryptoServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    g_runs = 0;
    crypto_ = std::make_unique<CryptoService>(
        [this](std::function<void()> work, std::function<void()> done) {
          pool_.push_back({std::move(work), std::move(done)});
        },
        [this](std::function<void()> task) { posted_.push_back(std::move(task)); }, 1000, share_);
    auto isolate = Isolate::Create({});
    ASSERT_TRUE(isolate.ok());
    isolate_ = std::move(*isolate);
    isolate_->SetService(crypto_.get());
  }

  std::string Eval(const std::string& source) {
    script::EntryScope scope(*isolate_);
    v8::Local<v8::Script> script;
    v8::Local<v8::Value> value;
    v8::Local<v8::String> text =
        v8::String::NewFromUtf8(scope.v8(), source.c_str()).ToLocalChecked();
    if (!v8::Script::Compile(scope.context(), text).ToLocal(&script) ||
        !script->Run(scope.context()).ToLocal(&value)) {
      return "throws";
    }
    return *v8::String::Utf8Value(scope.v8(), value);
  }

  void RunOne() {
    Task task = std::move(pool_.front());
    pool_.erase(pool_.begin());
    std::thread(task.work).join();
    task.done();
    RunPosted();
  }

  void RunPosted() {
    for (const std::function<void()>& run : std::exchange(posted_, {})) run();
  }

  struct Task {
    std::function<void()> work;
    std::function<void()> done;
  };
  std::vector<Task> pool_;
  std::vector<std::function<void()>> posted_;
  PoolShare share_{3};
  std::unique_ptr<CryptoService> crypto_;
  std::unique_ptr<Isolate> isolate_;
};

TEST_F(CryptoServiceTest, ShortWorkIsDoneAtOnce) {
  EXPECT_EQ(Eval("work(true, 0, false)"), "now 7");
  EXPECT_EQ(Eval("work(true, 0, true)"), "now no luck");
  EXPECT_TRUE(pool_.empty());
}

TEST_F(CryptoServiceTest, LongWorkIsDoneOnThePool) {
  EXPECT_EQ(Eval("work(false, 0, false)"), "later");
  EXPECT_EQ(g_runs, 0);
  RunOne();
  EXPECT_EQ(Eval("results.join()"), "null 7");
  EXPECT_EQ(Eval("work(false, 0, true)"), "later");
  RunOne();
  EXPECT_EQ(Eval("results.pop()"), "null no luck");
}

TEST_F(CryptoServiceTest, AFewRunAndTheOthersWait) {
  Eval("for (let i = 0; i < 5; ++i) work(false, 0, false)");
  EXPECT_EQ(pool_.size(), 2u);
  RunOne();
  EXPECT_EQ(pool_.size(), 2u);
  while (!pool_.empty()) RunOne();
  EXPECT_EQ(g_runs, 5);
  EXPECT_EQ(Eval("results.length"), "5");
}

TEST_F(CryptoServiceTest, WhatWaitsCountsAgainstTheIsolatesMemory) {
  const size_t before = isolate_->native_bytes();
  Eval("for (let i = 0; i < 5; ++i) work(false, 1000000, false)");
  EXPECT_EQ(isolate_->native_bytes(), before + 5 * (1'000'000 + CryptoService::kJobBytes));
  while (!pool_.empty()) RunOne();
  EXPECT_EQ(isolate_->native_bytes(), before);
}

TEST_F(CryptoServiceTest, WorkMayOutliveTheIsolate) {
  Eval("for (let i = 0; i < 3; ++i) work(false, 10, false)");
  isolate_.reset();
  RunOne();
  EXPECT_EQ(pool_.size(), 1u);  // what waited is dropped
  crypto_.reset();
  while (!pool_.empty()) RunOne();
  EXPECT_EQ(g_runs, 2);
}

TEST_F(CryptoServiceTest, AllIsolatesTogetherLeaveTheRestOfThePool) {
  PoolShare::Waiter other(share_, [] {});
  ASSERT_TRUE(other.Take());
  ASSERT_TRUE(other.Take());
  Eval("for (let i = 0; i < 3; ++i) work(false, 0, false)");
  EXPECT_EQ(pool_.size(), 1u);
  share_.GiveBack();
  EXPECT_EQ(pool_.size(), 1u);
  RunPosted();
  EXPECT_EQ(pool_.size(), 2u);
  while (!pool_.empty()) RunOne();
  EXPECT_EQ(g_runs, 3);
  share_.GiveBack();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(other.Take());
  EXPECT_FALSE(other.Take());
}

TEST_F(CryptoServiceTest, LongWorkIsToldThatTheServiceIsGone) {
  const ShouldStop should_stop = crypto_->should_stop();
  EXPECT_FALSE(should_stop());
  isolate_.reset();
  crypto_.reset();
  EXPECT_TRUE(should_stop());
}

TEST_F(CryptoServiceTest, WhatWaitsGoesWithTheService) {
  Eval("for (let i = 0; i < 5; ++i) work(false, 10, false)");
  isolate_.reset();
  crypto_.reset();
  while (!pool_.empty()) RunOne();
  EXPECT_EQ(g_runs, 2);
}

}  // namespace
}  // namespace sedge::web
