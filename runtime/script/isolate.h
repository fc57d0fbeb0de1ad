// SPDX-License-Identifier: Apache-2.0
// Isolate: one V8 isolate with its one context, the builtins in it, and what ops need. Belongs to
// the thread that made it. Upper layers give it services; ops ask for them by type.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/slot_map.h"
#include "runtime/base/status.h"
#include "runtime/script/run_mark.h"
#include "runtime/script/v8_compat.h"
#include "runtime/script/watchdog.h"

namespace sedge::script {

class CountingAllocator;
class ForegroundTasks;
class ModuleLoader;
class NativeCells;

// Numbers types at run time; see Isolate::SetService.
size_t NextServiceIndex();
template <typename T>
size_t ServiceIndex() {
  static const size_t index = NextServiceIndex();
  return index;
}

struct IsolateOptions {
  size_t memory_bytes = 128u << 20;  // heap, ArrayBuffers and native_bytes() together
  // The watchdog ends one uninterrupted run of JavaScript that uses more CPU time. 0: none.
  int64_t cpu_ms = 0;
};

// Why JavaScript was ended by force.
enum class Termination : uint8_t { kNone, kCpu, kMemory, kShutdown };

class Isolate {
 public:
  static Result<std::unique_ptr<Isolate>> Create(const IsolateOptions& options);
  ~Isolate();
  Isolate(const Isolate&) = delete;
  Isolate& operator=(const Isolate&) = delete;

  static Isolate* From(v8::Isolate* isolate) {
    return static_cast<Isolate*>(isolate->GetData(kDataSlot));
  }

  v8::Isolate* v8() { return isolate_; }
  // REQUIRES: a handle scope.
  v8::Local<v8::Context> context() { return context_.Get(isolate_); }

  // A service is found by its type; the isolate does not own it, and it outlives the isolate.
  template <typename T>
  void SetService(T* service) {
    const size_t index = ServiceIndex<T>();
    if (services_.size() <= index) services_.resize(index + 1);
    services_[index] = service;
  }
  // Null when it was not set.
  template <typename T>
  T* FindService() {
    const size_t index = ServiceIndex<T>();
    return index < services_.size() ? static_cast<T*>(services_[index]) : nullptr;
  }

  // The function that runtime/worker/main.js exports under that name; empty when there is none, and
  // while JavaScript is being ended by force.
  v8::Local<v8::Function> Hook(std::string_view name);
  // Calls it. Empty after an exception, and while JavaScript is being ended by force.
  v8::MaybeLocal<v8::Value> CallHook(std::string_view name,
                                     std::initializer_list<v8::Local<v8::Value>> args = {});
  // Whatever the main builtin exports under that name.
  v8::Local<v8::Value> HookValue(std::string_view name);
  // The same by a number that NewHook gave, for the path of a request.
  v8::Local<v8::Function> HookAt(size_t index) { return hooks_[index].Get(isolate_); }
  size_t NewHook(std::string_view name);

  // Which request JavaScript works for now; 0 when for none. Ops that wait remember it.
  uint64_t current_request() const { return current_request_; }
  // REQUIRES: an EntryScope.
  void set_current_request(uint64_t id);
  // The same where its number is made already.
  void set_current_request(uint64_t id, v8::Local<v8::Context> context,
                           v8::Local<v8::Value> number) {
    current_request_ = id;
    mark_.set_request(id);
    context->SetContinuationPreservedEmbedderData(number);
  }
  // The request whose code runs now. Unlike current_request(), which is that of the entry, V8
  // carries it across `await` and then(): a promise that two requests wait for resumes each of them
  // as itself.
  uint64_t continuation_request();
  // From now on V8 carries "for no request" as well. Otherwise code from outside of all requests
  // that goes on in the entry of one works for that: of a worker, such code is a request's for want
  // of another; a test's never is.
  void CarryNoRequest() { carries_no_request_ = true; }
  bool carries_no_request() const { return carries_no_request_; }
  // The requests whose JavaScript was ended by force since it was last asked; see termination().
  std::vector<uint64_t> TakeTerminatedRequests() { return std::exchange(terminated_requests_, {}); }
  // For EntryScope: notes that the current request was ended, when there was a Terminate() since.
  void SettleTermination();

  // Ended by force: the next scope that leaves JavaScript sees it. The isolate must be replaced.
  Termination termination() const { return termination_.load(std::memory_order_relaxed); }
  // Any thread.
  void Terminate(Termination why);
  // Called once, where JavaScript is when it is about to be ended for want of memory. It runs no
  // JavaScript.
  void set_before_memory_end(std::function<void()> hook) { before_memory_end_ = std::move(hook); }
  // How often any isolate was: who has many looks at them when this has changed.
  static uint64_t terminations() { return terminations_.load(std::memory_order_acquire); }
  // There was a Terminate() for what runs now: it is about to end.
  bool terminating() const { return termination_pending_.load(std::memory_order_relaxed); }
  const IsolateOptions& options() const { return options_; }

  size_t heap_bytes();  // used by V8's heap
  size_t array_buffer_bytes() const;
  // What JavaScript owns, or waits for, outside of V8: see native.h.
  size_t native_bytes() const { return native_bytes_; }
  void CountNativeBytes(int64_t change) {
    native_bytes_ = static_cast<size_t>(static_cast<int64_t>(native_bytes_) + change);
  }
  // All that counts against memory_bytes; exact after a collection.
  size_t live_bytes();
  // Collects garbage if that may free as many bytes as are wanted. Call it outside of an entry.
  void CollectIfWorthwhile(size_t wanted_bytes);
  CountingAllocator& allocator() { return *allocator_; }

  // Deferred's table: promises that C++ settles later.
  SlotMap<v8::Global<v8::Promise::Resolver>>& resolvers() { return resolvers_; }
  // Null once the isolate is gone: what outlives it (callbacks of a loop) holds this.
  std::shared_ptr<Isolate*> life() { return life_; }

  ModuleLoader& modules() { return *modules_; }
  // What JavaScript objects own of C++; see native.h.
  NativeCells& natives() { return *natives_; }

  // V8's inspector, with whoever asked for it; it goes with the isolate at the latest, before V8's
  // does.
  void set_inspector(std::shared_ptr<void> inspector) { inspector_ = std::move(inspector); }

  // For EntryScope.
  int& entry_depth() { return entry_depth_; }
  RunMark& mark() { return mark_; }
  // Runs what V8 posted for this thread, if anything was: steps of garbage collection, finished
  // compilations of WebAssembly. Call it outside of an entry.
  void PumpTasks();
  // True when promises were rejected, or their rejections handled, since it was last asked.
  bool take_rejections() { return std::exchange(has_rejections_, false); }
  void note_rejection() { has_rejections_ = true; }
  void set_after_microtasks(std::function<void()> hook) { after_microtasks_ = std::move(hook); }
  const std::function<void()>& after_microtasks() const { return after_microtasks_; }

 private:
  static constexpr uint32_t kDataSlot = 0;
  Isolate();
  void ConfigureIsolate();
  Status MakeContext(bool from_snapshot);
  void EndForMemory();
  bool TellMemoryEnd();
  static size_t OnNearHeapLimit(void* self, size_t current, size_t initial);

  IsolateOptions options_;
  std::unique_ptr<CountingAllocator> allocator_;
  v8::Isolate* isolate_ = nullptr;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Object> hook_table_;
  std::vector<v8::Global<v8::Function>> hooks_;
  std::vector<void*> services_;
  SlotMap<v8::Global<v8::Promise::Resolver>> resolvers_;
  std::shared_ptr<Isolate*> life_;
  std::unique_ptr<ModuleLoader> modules_;
  std::unique_ptr<NativeCells> natives_;
  std::shared_ptr<void> inspector_;
  RunMark mark_;
  std::unique_ptr<WatchdogEntry> watchdog_;  // looks at mark_
  std::shared_ptr<ForegroundTasks> tasks_;
  std::function<void()> after_microtasks_;
  std::function<void()> before_memory_end_;
  bool told_memory_end_ = false;
  size_t memory_ends_ = 0;  // how often the end was put off to the next interrupt
  size_t native_bytes_ = 0;
  size_t live_after_collection_ = 0;
  uint64_t current_request_ = 0;
  bool carries_no_request_ = false;
  std::vector<uint64_t> terminated_requests_;
  int entry_depth_ = 0;
  bool has_rejections_ = false;
  std::atomic<Termination> termination_{Termination::kNone};
  static inline std::atomic<uint64_t> terminations_{0};
  // Set by Terminate(), taken by SettleTermination(). V8 itself forgets a termination when the last
  // frame of JavaScript is gone.
  std::atomic<bool> termination_pending_{false};
  std::mutex termination_mutex_;  // keeps the flag and V8's own state together
};

}  // namespace sedge::script
