// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/crypto/crypto_service.h"

namespace sedge::web {
namespace {

void CountHeld(script::Isolate& isolate, int64_t change) {
  isolate.CountNativeBytes(change);
  isolate.v8()->AdjustAmountOfExternalAllocatedMemory(change);  // may collect garbage
}

}  // namespace

CryptoService::CryptoService(RunBlocking run_blocking, int64_t max_pbkdf2_iterations)
    : max_pbkdf2_iterations_(max_pbkdf2_iterations), queue_(std::make_shared<Queue>()) {
  queue_->run_blocking = std::move(run_blocking);
}

CryptoService::~CryptoService() {
  queue_->closed = true;
  queue_->waiting.clear();
}

void CryptoService::Add(script::Isolate& isolate, size_t bytes, Job job) {
  // What waits counts against the worker's memory: a script may start more than the pool gets done.
  const auto held = static_cast<int64_t>(bytes);
  CountHeld(isolate, held);
  job.done = [held, life = isolate.life(), done = std::move(job.done)] {
    if (*life) CountHeld(**life, -held);
    done();
  };
  if (queue_->running < kMaxRunning) {
    Start(queue_, std::move(job));
  } else {
    queue_->waiting.push_back(std::move(job));
  }
}

void CryptoService::Start(const std::shared_ptr<Queue>& queue, Job job) {
  ++queue->running;
  queue->run_blocking(std::move(job.work), [queue, done = std::move(job.done)] {
    --queue->running;
    if (queue->closed) return;
    if (!queue->waiting.empty()) {
      Job next = std::move(queue->waiting.front());
      queue->waiting.pop_front();
      Start(queue, std::move(next));
    }
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
