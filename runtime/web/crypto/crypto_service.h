// SPDX-License-Identifier: Apache-2.0
// CryptoService: what the ops of crypto/*.js share in one isolate: its limits, and the work that
// would keep the loop waiting (derivation from passwords, RSA's private operations, new key pairs,
// long data), which runs on the loop's pool. A few such jobs run at once, of one isolate and of all
// (see PoolShare), so that storage gets its turn; the others wait in line. The isolate's thread;
// outlives the isolate.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "runtime/base/bytes.h"
#include "runtime/script/deferred.h"
#include "runtime/script/isolate.h"
#include "runtime/script/result.h"
#include "runtime/web/crypto/openssl.h"
#include "runtime/web/crypto/pool_share.h"
#include "runtime/web/crypto/secret_bytes.h"
#include "runtime/web/crypto/should_stop.h"

namespace sedge::web {

// What an op gives JavaScript for an operation: its value, or as a string why it failed;
// crypto/outcome.js makes a DOMException of that. Empty when V8 could not make the value.
template <typename T>
v8::Local<v8::Value> Tell(script::Isolate& isolate, Result<T> result) {
  v8::Local<v8::Value> value;
  const bool made = result.ok()
                        ? script::ToV8(isolate, *std::move(result)).ToLocal(&value)
                        : script::Utf8ToV8(isolate.v8(), result.status().message()).ToLocal(&value);
  return made ? value : v8::Local<v8::Value>();
}

// Found by script::ToV8: the script's bytes are wiped when they are collected.
inline v8::MaybeLocal<v8::Value> NativeToV8(script::Isolate& isolate, SecretBytes& bytes) {
  return script::BytesToV8(isolate, bytes.Release(), true);
}

// An op's input for work that runs now or later: JavaScript may change or detach its buffers
// meanwhile.
class Input {
 public:
  Input(ByteSpan bytes, bool at_once) : view_(bytes) {
    if (at_once) return;
    copy_ = std::make_shared<const Bytes>(Bytes::Copy(bytes));
    view_ = copy_->span();
  }
  ByteSpan bytes() const { return view_; }

 private:
  std::shared_ptr<const Bytes> copy_;
  ByteSpan view_;
};

class CryptoService {
 public:
  // Runs the first on a pool, then the second on the isolate's thread; as loop::Loop::RunBlocking.
  using RunBlocking = std::function<void(std::function<void()>, std::function<void()>)>;
  // Runs it on the isolate's thread; called on any. As loop::Loop::Post.
  using Post = std::function<void(std::function<void()>)>;

  // Input up to here is worked on at once: the hop to the pool and back costs more.
  static constexpr size_t kAtOnceBytes = 256u << 10;
  // Of all that the work goes through: data, key, salt, label.
  template <typename... Inputs>
  static bool IsShort(const Inputs&... inputs) {
    return (inputs.size() + ...) <= kAtOnceBytes;
  }

  // What a job that waits or runs takes besides its data: closures and a promise.
  static constexpr size_t kJobBytes = 1024;

  CryptoService(RunBlocking run_blocking, Post post, int64_t max_pbkdf2_iterations,
                PoolShare& share = PoolShare::Process());
  ~CryptoService();
  CryptoService(const CryptoService&) = delete;
  CryptoService& operator=(const CryptoService&) = delete;

  int64_t max_pbkdf2_iterations() const { return max_pbkdf2_iterations_; }
  // For work that takes seconds: whether this service is gone.
  ShouldStop should_stop() const {
    return [closed = queue_->closed] { return closed->load(std::memory_order_relaxed); };
  }

  // Runs `work` (-> Result<T>) now, or on the pool. What the op returns: the outcome (see Tell), or
  // [promise], whose value is { value: the outcome }. `bytes`: what the work holds meanwhile.
  template <typename Work>
  v8::Local<v8::Value> Run(script::Isolate& isolate, bool at_once, size_t bytes, Work work);

 private:
  // Of one isolate at once.
  static constexpr int kMaxRunning = 2;

  struct Job {
    std::function<void()> work;
    std::function<void()> done;
    std::shared_ptr<script::Isolate*> life;  // see script::Isolate::life()
  };
  // Outlives the service while jobs run.
  struct Queue {
    RunBlocking run_blocking;
    PoolShare& share;
    std::optional<PoolShare::Waiter> waiter;  // while the service lives
    std::deque<Job> waiting;
    int running = 0;
    std::shared_ptr<std::atomic<bool>> closed = std::make_shared<std::atomic<bool>>(false);
  };
  void Add(script::Isolate& isolate, size_t bytes, Job job);
  static void StartWaiting(const std::shared_ptr<Queue>& queue);
  static void Start(const std::shared_ptr<Queue>& queue, Job job);

  int64_t max_pbkdf2_iterations_;
  std::shared_ptr<Queue> queue_;
};

// [value]: an op's sign for JavaScript that a promise, not a value, was returned.
v8::Local<v8::Value> AsList(script::Isolate& isolate, v8::Local<v8::Value> value);
// { value }, without a prototype: a promise that is resolved with it looks up no `then` of a
// worker's, who would see what is inside.
v8::Local<v8::Value> InBox(script::Isolate& isolate, v8::Local<v8::Value> value);

template <typename Work>
v8::Local<v8::Value> CryptoService::Run(script::Isolate& isolate, bool at_once, size_t bytes,
                                        Work work) {
  if (at_once) {
    ErrorScope errors;
    return Tell(isolate, work());
  }
  script::Deferred deferred = script::Deferred::Create(isolate);
  if (!deferred.valid()) {
    script::ThrowStatus(isolate, ResourceExhausted("too many operations are pending"));
    return {};
  }
  struct State {
    explicit State(Work w) : work(std::move(w)) {}
    Work work;
    std::optional<decltype(work())> outcome;
  };
  auto state = std::make_shared<State>(std::move(work));
  Add(isolate, bytes,
      {[state] {
         ErrorScope errors;
         state->outcome.emplace(state->work());
       },
       [state, deferred] {
         deferred.ResolveWith([&](script::Isolate& own) -> v8::MaybeLocal<v8::Value> {
           v8::Local<v8::Value> told = Tell(own, *std::move(state->outcome));
           if (told.IsEmpty()) return {};
           return InBox(own, told);
         });
       },
       isolate.life()});
  return AsList(isolate, deferred.promise(isolate));
}

}  // namespace sedge::web
