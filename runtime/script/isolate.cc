// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/isolate.h"

#include <algorithm>

#include "runtime/base/check.h"
#include "runtime/base/log.h"
#include "runtime/script/buffers.h"
#include "runtime/script/builtins.h"
#include "runtime/script/engine.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/foreground_tasks.h"
#include "runtime/script/module_loader.h"
#include "runtime/script/native.h"
#include "runtime/script/snapshot.h"

namespace sedge::script {
namespace {

// Room that an isolate at its limit gets to unwind in. V8 ends the process when the allocation at
// hand does not fit, so this is more than the largest object that it makes (2^27 elements of 8
// bytes).
constexpr size_t kUnwindHeapBytes = (size_t{1} << 30) + (64u << 20);
// How often an end for want of memory is put off to see where JavaScript is.
constexpr size_t kMaxPlaceWaits = 2;
// V8's default for 64 bits: three semi-spaces of 16 MiB. Less makes scavenges frequent under load.
constexpr size_t kYoungGenerationBytes = 48u << 20;
// Garbage is worth a collection from this part of the memory limit on.
constexpr size_t kWorthCollecting = 16;

void OnFatal(const char* location, const char* message) {
  LogError("V8 cannot go on", {{"where", location ? location : "?"}, {"why", message}});
  std::abort();
}

void OnPromiseReject(v8::PromiseRejectMessage message) {
  Isolate* isolate = Isolate::From(message.GetPromise()->GetIsolate());
  if (!isolate) return;  // while the snapshot is made
  isolate->note_rejection();
  v8::Isolate* v8 = isolate->v8();
  v8::Local<v8::Function> hook = isolate->Hook("promiseRejected");
  if (hook.IsEmpty()) return;
  v8::Local<v8::Value> reason = message.GetValue();
  if (reason.IsEmpty()) reason = v8::Undefined(v8);
  v8::Local<v8::Value> args[] = {message.GetPromise(), reason,
                                 v8::Integer::New(v8, message.GetEvent())};
  v8::TryCatch ignored(v8);
  hook->Call(isolate->context(), v8::Undefined(v8), 3, args).IsEmpty();
}

}  // namespace

size_t NextServiceIndex() {
  static std::atomic<size_t> next{0};
  return next++;
}

Isolate::Isolate() = default;

Result<std::unique_ptr<Isolate>> Isolate::Create(const IsolateOptions& options) {
  std::unique_ptr<Isolate> self(new Isolate);
  self->options_ = options;
  Isolate* raw = self.get();
  self->allocator_ = std::make_unique<CountingAllocator>(
      options.memory_bytes, [raw] { raw->v8()->LowMemoryNotification(); },
      [raw] {
        if (raw->v8()->InContext()) raw->TellMemoryEnd();
        raw->Terminate(Termination::kMemory);
      });
  v8::StartupData* snapshot = Engine::Get().snapshot();
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator = self->allocator_.get();
  params.constraints.set_max_old_generation_size_in_bytes(options.memory_bytes);
  params.constraints.set_max_young_generation_size_in_bytes(
      std::min(kYoungGenerationBytes, options.memory_bytes));
  params.allow_atomics_wait = false;  // it would stop the loop, and no CPU time would tell
  params.external_references = Engine::Get().external_references();
  if (snapshot) params.snapshot_blob = snapshot;
  self->isolate_ = v8::Isolate::New(params);
  self->tasks_ = Engine::Get().TasksOf(self->isolate_);
  self->life_ = std::make_shared<Isolate*>(raw);
  self->modules_ = std::make_unique<ModuleLoader>(*self);
  self->natives_ = std::make_unique<NativeCells>();
  self->ConfigureIsolate();
  SEDGE_RETURN_IF_ERROR(self->MakeContext(snapshot != nullptr));
  if (options.cpu_ms > 0) {
    self->watchdog_ = std::make_unique<WatchdogEntry>(self->mark_, options.cpu_ms,
                                                      [raw] { raw->Terminate(Termination::kCpu); });
  }
  return self;
}

void Isolate::ConfigureIsolate() {
  isolate_->SetData(kDataSlot, this);
  isolate_->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  isolate_->SetFatalErrorHandler(OnFatal);
  isolate_->AddNearHeapLimitCallback(OnNearHeapLimit, this);
  isolate_->SetPromiseRejectCallback(OnPromiseReject);
  isolate_->SetCaptureStackTraceForUncaughtExceptions(true, 20);
  isolate_->AddGCEpilogueCallback(
      [](v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
        // Heap and buffers share one limit; what is alive is only known after a collection.
        auto* self = static_cast<Isolate*>(data);
        self->live_after_collection_ = self->live_bytes();
        if (self->live_after_collection_ > self->options_.memory_bytes) {
          if (self->memory_ends_ == 0) self->EndForMemory();
        }
      },
      this, v8::kGCTypeMarkSweepCompact);
  modules_->ConfigureIsolate();
}

Status Isolate::MakeContext(bool from_snapshot) {
  v8::Isolate::Scope isolate_scope(isolate_);
  v8::HandleScope handles(isolate_);
  v8::Local<v8::Context> context = v8::Context::New(isolate_);
  context->AllowCodeGenerationFromStrings(false);
  context_.Reset(isolate_, context);
  v8::Context::Scope scope(context);
  v8::Local<v8::Object> hooks;
  if (from_snapshot) {
    SEDGE_CHECK(context->GetDataFromSnapshotOnce<v8::Object>(kSnapshotHooks).ToLocal(&hooks));
  } else {
    SEDGE_ASSIGN_OR_RETURN(hooks, EvaluateBuiltins(isolate_, context));
  }
  hook_table_.Reset(isolate_, hooks);
  return {};
}

Isolate::~Isolate() {
  if (life_) *life_ = nullptr;
  watchdog_.reset();
  if (!isolate_) return;
  {
    v8::Isolate::Scope scope(isolate_);
    v8::HandleScope handles(isolate_);
    inspector_.reset();
    modules_.reset();
    natives_.reset();
    resolvers_ = {};
    hooks_.clear();
    hook_table_.Reset();
    context_.Reset();
  }
  Engine::Get().NotifyShutdown(isolate_);
  isolate_->Dispose();
}

v8::Local<v8::Value> Isolate::HookValue(std::string_view name) {
  v8::Local<v8::Value> value;
  if (hook_table_.IsEmpty() ||
      !hook_table_.Get(isolate_)->Get(context(), Intern(isolate_, name)).ToLocal(&value)) {
    return v8::Undefined(isolate_);
  }
  return value;
}

v8::Local<v8::Function> Isolate::Hook(std::string_view name) {
  v8::Local<v8::Value> hook = HookValue(name);
  return hook->IsFunction() ? hook.As<v8::Function>() : v8::Local<v8::Function>();
}

v8::MaybeLocal<v8::Value> Isolate::CallHook(std::string_view name,
                                            std::initializer_list<v8::Local<v8::Value>> args) {
  v8::Local<v8::Function> hook = Hook(name);
  if (hook.IsEmpty()) return {};
  std::vector<v8::Local<v8::Value>> values(args);
  return hook->Call(context(), v8::Undefined(isolate_), static_cast<int>(values.size()),
                    values.data());
}

size_t Isolate::NewHook(std::string_view name) {
  v8::Local<v8::Function> function = Hook(name);
  SEDGE_CHECK(!function.IsEmpty());
  hooks_.emplace_back(isolate_, function);
  return hooks_.size() - 1;
}

void Isolate::set_current_request(uint64_t id) {
  v8::Local<v8::Value> number = v8::Undefined(isolate_);
  if (id != 0 || carries_no_request_) number = v8::Number::New(isolate_, static_cast<double>(id));
  set_current_request(id, context(), number);
}

uint64_t Isolate::continuation_request() {
  v8::Local<v8::Value> carried = context()->GetContinuationPreservedEmbedderData();
  if (carried.IsEmpty() || !carried->IsNumber()) return current_request_;
  return static_cast<uint64_t>(carried.As<v8::Number>()->Value());
}

void Isolate::Terminate(Termination why) {
  Termination none = Termination::kNone;
  // Without memory nothing can go on, whatever was first.
  if (why == Termination::kMemory) {
    termination_ = why;
  } else {
    termination_.compare_exchange_strong(none, why);
  }
  terminations_.fetch_add(1, std::memory_order_release);
  std::lock_guard lock(termination_mutex_);
  termination_pending_ = true;
  isolate_->TerminateExecution();
}

// During a collection, in which nothing can be looked at: that waits for the next interrupt, unless
// it does not come.
void Isolate::EndForMemory() {
  if (!before_memory_end_ || memory_ends_ == kMaxPlaceWaits) {
    return Terminate(Termination::kMemory);
  }
  if (++memory_ends_ > 1) return;
  termination_ = Termination::kMemory;
  terminations_.fetch_add(1, std::memory_order_release);
  isolate_->RequestInterrupt(
      [](v8::Isolate*, void* data) {
        auto* self = static_cast<Isolate*>(data);
        if (self->TellMemoryEnd()) self->Terminate(Termination::kMemory);
      },
      this);
}

// False when it was ended meanwhile.
bool Isolate::TellMemoryEnd() {
  if (!before_memory_end_ || std::exchange(told_memory_end_, true)) return false;
  before_memory_end_();
  return true;
}

void Isolate::SettleTermination() {
  std::lock_guard lock(termination_mutex_);
  if (!termination_pending_.exchange(false)) return;
  isolate_->CancelTerminateExecution();
  terminated_requests_.push_back(current_request_);
}

void Isolate::PumpTasks() {
  Engine& engine = Engine::Get();
  if (!tasks_->TakeDue(*engine.platform())) return;
  EntryScope scope(*this);
  engine.PumpTasks(isolate_);
}

size_t Isolate::heap_bytes() {
  v8::HeapStatistics statistics;
  isolate_->GetHeapStatistics(&statistics);
  return statistics.used_heap_size();
}

size_t Isolate::live_bytes() {
  v8::HeapStatistics statistics;
  isolate_->GetHeapStatistics(&statistics);
  // V8 counts the memories of WebAssembly, and not those shared between threads; the allocator the
  // other way round.
  return statistics.used_heap_size() + native_bytes_ +
         std::max(array_buffer_bytes(), statistics.external_memory());
}

void Isolate::CollectIfWorthwhile(size_t wanted_bytes) {
  // What came since the last collection bounds what another one can free. Near the limit, every
  // little bit would else cost a whole collection, in which the thread's other workers stand still.
  const size_t live = live_bytes();
  const size_t garbage = live - std::min(live, live_after_collection_);
  if (garbage < std::max(wanted_bytes, options_.memory_bytes / kWorthCollecting)) return;
  v8::Isolate::Scope scope(isolate_);
  // One collection or two; LowMemoryNotification() makes up to seven.
  isolate_->MemoryPressureNotification(v8::MemoryPressureLevel::kCritical);
  isolate_->MemoryPressureNotification(v8::MemoryPressureLevel::kNone);
}

size_t Isolate::array_buffer_bytes() const { return allocator_->used_bytes(); }

size_t Isolate::OnNearHeapLimit(void* data, size_t current, size_t) {
  auto* self = static_cast<Isolate*>(data);
  self->EndForMemory();
  // One native call (split, join) may have gone far past the limit before it can be ended: the new
  // limit must lie above what is used, or V8 ends the process. That it does when such a call goes
  // on without end: better this process alone than the machine's memory.
  const size_t wanted = std::max(current, self->heap_bytes()) + kUnwindHeapBytes;
  const size_t unwinds = 2 + (self->before_memory_end_ ? kMaxPlaceWaits : 0);
  return std::min(wanted,
                  std::max(current, self->options_.memory_bytes + unwinds * kUnwindHeapBytes));
}

}  // namespace sedge::script
