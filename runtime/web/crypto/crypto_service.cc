// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/crypto_service.h"

namespace sedge::web {
namespace {

void CountHeld(script::Isolate& isolate, int64_t change) {
  isolate.CountNativeBytes(change);
  isolate.v8()->AdjustAmountOfExternalAllocatedMemory(change);  // may collect garbage
}

}  // namespace

CryptoService::CryptoService(RunBlocking run_blocking, Post post, int64_t max_pbkdf2_iterations,
                             PoolShare& share)
    : max_pbkdf2_iterations_(max_pbkdf2_iterations),
      queue_(new Queue{std::move(run_blocking), share, {}, {}}) {
  queue_->waiter.emplace(share, [post = std::move(post), weak = std::weak_ptr(queue_)] {
    post([weak] {
      const std::shared_ptr<Queue> queue = weak.lock();
      if (queue && queue->waiter) StartWaiting(queue);
    });
  });
}

CryptoService::~CryptoService() {
  queue_->closed->store(true, std::memory_order_relaxed);
  queue_->waiter.reset();
  queue_->waiting.clear();
}

void CryptoService::Add(script::Isolate& isolate, size_t bytes, Job job) {
  // What waits counts against the worker's memory: a script may start more than the pool gets done.
  const auto held = static_cast<int64_t>(kJobBytes + bytes);
  CountHeld(isolate, held);
  job.done = [held, life = job.life, done = std::move(job.done)] {
    if (*life) CountHeld(**life, -held);
    done();
  };
  queue_->waiting.push_back(std::move(job));
  StartWaiting(queue_);
}

void CryptoService::StartWaiting(const std::shared_ptr<Queue>& queue) {
  std::deque<Job>& waiting = queue->waiting;
  while (queue->running < kMaxRunning) {
    while (!waiting.empty() && !*waiting.front().life) waiting.pop_front();  // its isolate is gone
    if (waiting.empty()) {
      queue->waiter->Leave();
      return;
    }
    if (!queue->waiter->Take()) return;
    Job next = std::move(waiting.front());
    waiting.pop_front();
    Start(queue, std::move(next));
  }
}

void CryptoService::Start(const std::shared_ptr<Queue>& queue, Job job) {
  ++queue->running;
  // The thread is given back where the work ends: nothing says that the isolate's runs again.
  queue->run_blocking(
      [work = std::move(job.work), &share = queue->share] {
        work();
        share.GiveBack();
      },
      [queue, done = std::move(job.done)] {
        --queue->running;
        if (!queue->waiter) return;  // the service is gone
        StartWaiting(queue);
        done();
      });
}

v8::Local<v8::Value> AsList(script::Isolate& isolate, v8::Local<v8::Value> value) {
  return v8::Array::New(isolate.v8(), &value, 1);
}

v8::Local<v8::Value> InBox(script::Isolate& isolate, v8::Local<v8::Value> value) {
  v8::Isolate* v8 = isolate.v8();
  v8::Local<v8::Name> name = script::Intern(v8, "value");
  return v8::Object::New(v8, v8::Null(v8), &name, &value, 1);
}

}  // namespace sedge::web
