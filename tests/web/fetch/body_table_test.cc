// SPDX-License-Identifier: Apache-2.0
// Bodies by their handles, on a real isolate: what becomes of one that was handed on to native code
// while JavaScript watches it, and how failures read.
#include "runtime/web/fetch/body_table.h"

#include <gtest/gtest.h>

#include "runtime/script/engine.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/op.h"

namespace sedge::web {
namespace {

constexpr script::BuiltinSource kBuiltins[] = {{"script/primordials", ""}, {"worker/main", ""}};

class EngineEnvironment : public testing::Environment {
 public:
  void SetUp() override {
    script::EngineOptions options;
    options.builtins = kBuiltins;
    script::Engine::Initialize(std::move(options));
  }
};

const auto* const g_environment = testing::AddGlobalTestEnvironment(new EngineEnvironment);

class BodyTableTest : public testing::Test {
 protected:
  void SetUp() override {
    auto isolate = script::Isolate::Create({});
    ASSERT_TRUE(isolate.ok()) << isolate.status().ToString();
    isolate_ = std::move(*isolate);
    bodies_ = std::make_unique<BodyTable>();
  }
  void TearDown() override {
    promise_.Reset();
    isolate_.reset();
  }

  // For an op's promise, whose state Promised() tells.
  script::Deferred Promise() {
    script::EntryScope scope(*isolate_);
    const script::Deferred deferred = script::Deferred::Create(*isolate_);
    promise_.Reset(scope.v8(), deferred.promise(*isolate_));
    return deferred;
  }
  std::string Promised() {
    script::EntryScope scope(*isolate_);
    const v8::Local<v8::Promise> promise = promise_.Get(scope.v8());
    if (promise->State() == v8::Promise::kPending) return "pending";
    if (promise->State() == v8::Promise::kFulfilled) return "fulfilled";
    return *v8::String::Utf8Value(scope.v8(), promise->Result());
  }

  // A new body, with `pipe_` to write it.
  SlotId Add() {
    auto [pipe, source] = http::BodyPipe::Make(std::nullopt);
    pipe_ = std::move(pipe);
    return bodies_->Add(std::move(source));
  }

  static std::string ReadNow(http::BodySource& source) {
    auto read = std::make_shared<std::string>("pending");
    source.Read([read](Result<Bytes> chunk) {
      *read = chunk.ok() ? std::string(chunk->text()) : chunk.status().ToString();
    });
    return *read;
  }

  std::unique_ptr<script::Isolate> isolate_;
  std::unique_ptr<BodyTable> bodies_;
  v8::Global<v8::Promise> promise_;
  std::unique_ptr<http::BodyPipe> pipe_;
};

TEST_F(BodyTableTest, AWatchLastsUntilWhoGotTheBodyIsDoneWithIt) {
  for (const bool coded : {false, true}) {
    for (const bool reads : {true, false}) {
      const SlotId id = Add();
      bodies_->WatchEnd(Promise(), id);
      auto source = coded ? bodies_->TakeCoded(id).source : bodies_->Take(id);
      EXPECT_EQ(bodies_->Take(id), nullptr);
      pipe_->Write(Bytes::Copy("text"));
      pipe_->Close();
      EXPECT_EQ(ReadNow(*source), "text");
      bodies_->Abandon(id);  // its request is over
      EXPECT_EQ(Promised(), "pending");
      if (reads) {
        EXPECT_EQ(ReadNow(*source), "");
      } else {
        source.reset();
      }
      EXPECT_EQ(Promised(), "fulfilled");
    }
  }
}

TEST_F(BodyTableTest, ABodyThatWasHandedOnCanBeAborted) {
  const SlotId id = Add();
  bodies_->WatchEnd(Promise(), id);
  const auto source = bodies_->Take(id);
  pipe_->Write(Bytes::Copy("text"));
  bodies_->Cancel(id);  // is for those who have it
  EXPECT_EQ(ReadNow(*source), "text");
  bodies_->Abort(id, "enough");
  EXPECT_EQ(ReadNow(*source), "cancelled: enough");
  EXPECT_TRUE(pipe_->cancelled());
  EXPECT_EQ(Promised(), "fulfilled");
  bodies_->Abort(id, "again");
}

TEST_F(BodyTableTest, ABodyThatWasNotHandedOnIsCancelled) {
  const SlotId id = Add();
  bodies_->Read(Promise(), id);
  bodies_->Abort(id, "enough");
  EXPECT_EQ(Promised(), "fulfilled");
  EXPECT_TRUE(pipe_->cancelled());
}

TEST_F(BodyTableTest, NobodyIsBetweenTheEndsOfABodyThatNobodyWatches) {
  auto [pipe, source] = http::BodyPipe::Make(std::nullopt);
  const http::BodySource* const given = source.get();
  const SlotId id = bodies_->Add(std::move(source));
  EXPECT_EQ(bodies_->Take(id).get(), given);
}

TEST_F(BodyTableTest, ABodyOutlivesTheTableThatHandedItOn) {
  const SlotId id = Add();
  bodies_->WatchEnd(Promise(), id);
  const auto source = bodies_->Take(id);
  bodies_.reset();
  pipe_->Write(Bytes::Copy("text"));
  pipe_->Close();
  EXPECT_EQ(ReadNow(*source), "text");
  EXPECT_EQ(ReadNow(*source), "");
}

TEST_F(BodyTableTest, WhatTheNetworkFailedIsATypeError) {
  for (const bool whole : {false, true}) {
    for (const Status& why : {IoError("why"), Unavailable("why"), DeadlineExceeded("why"),
                              Cancelled("why"), ResourceExhausted("why")}) {
      const SlotId id = Add();
      if (whole) {
        bodies_->ReadAll(Promise(), id, 100);
      } else {
        bodies_->Read(Promise(), id);
      }
      pipe_->Fail(why);
      EXPECT_EQ(Promised(), "TypeError: why") << why.ToString();
    }
  }
  bodies_->ReadAll(Promise(), Add(), 3);
  pipe_->Write(Bytes::Copy("text"));
  EXPECT_EQ(Promised(), "RangeError: the body is longer than 3 bytes");
}

}  // namespace
}  // namespace sedge::web
