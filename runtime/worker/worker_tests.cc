// SPDX-License-Identifier: Apache-2.0
// WorkerIsolate::RunTests: the native half of worker/test_api.js.
#include "runtime/script/entry_scope.h"
#include "runtime/script/error.h"
#include "runtime/worker/worker_isolate.h"

namespace sedge::worker {
namespace {

std::string TextOf(v8::Isolate* isolate, v8::Local<v8::Context> context, v8::Local<v8::Object> object,
                   std::string_view key) {
  v8::Local<v8::Value> value;
  if (!object->Get(context, script::Intern(isolate, key)).ToLocal(&value)) return "";
  return *v8::String::Utf8Value(isolate, value);
}

double NumberOf(v8::Local<v8::Context> context, v8::Local<v8::Object> object, std::string_view key) {
  v8::Local<v8::Value> value;
  v8::Isolate* isolate = context->GetIsolate();
  if (!object->Get(context, script::Intern(isolate, key)).ToLocal(&value)) return 0;
  return value->NumberValue(context).FromMaybe(0);
}

}  // namespace

void WorkerIsolate::RunTests(std::function<void(const TestResult&)> report,
                             std::function<void(int failed)> done) {
  test_report_ = std::move(report);
  tests_done_ = std::move(done);
  script::EntryScope scope(*isolate_);
  v8::Isolate* v8 = scope.v8();
  v8::Local<v8::Context> context = scope.context();
  v8::Local<v8::External> self = v8::External::New(v8, this);
  v8::Local<v8::Function> on_result, on_done, on_failure;
  v8::Local<v8::Value> promise;
  const bool made =
      v8::Function::New(context,
                        [](const v8::FunctionCallbackInfo<v8::Value>& info) {
                          auto* self = static_cast<WorkerIsolate*>(info.Data().As<v8::External>()->Value());
                          v8::Isolate* v8 = info.GetIsolate();
                          v8::Local<v8::Context> context = v8->GetCurrentContext();
                          v8::Local<v8::Object> result = info[0].As<v8::Object>();
                          self->test_report_({TextOf(v8, context, result, "name"),
                                              TextOf(v8, context, result, "status"),
                                              TextOf(v8, context, result, "message"),
                                              NumberOf(context, result, "durationMs")});
                        },
                        self)
          .ToLocal(&on_result) &&
      v8::Function::New(context,
                        [](const v8::FunctionCallbackInfo<v8::Value>& info) {
                          auto* self = static_cast<WorkerIsolate*>(info.Data().As<v8::External>()->Value());
                          v8::Local<v8::Context> context = info.GetIsolate()->GetCurrentContext();
                          self->tests_done_(static_cast<int>(
                              NumberOf(context, info[0].As<v8::Object>(), "failed")));
                        },
                        self)
          .ToLocal(&on_done) &&
      v8::Function::New(context,
                        [](const v8::FunctionCallbackInfo<v8::Value>& info) {
                          auto* self = static_cast<WorkerIsolate*>(info.Data().As<v8::External>()->Value());
                          v8::Isolate* v8 = info.GetIsolate();
                          self->test_report_({"the test runner", "fail",
                                              script::DescribeError(v8, v8->GetCurrentContext(), info[0])
                                                  .ToText(),
                                              0});
                          self->tests_done_(1);
                        },
                        self)
          .ToLocal(&on_failure);
  v8::Local<v8::Value> args[] = {on_result};
  if (!made ||
      !isolate_->Hook("runTests")->Call(context, v8::Undefined(v8), 1, args).ToLocal(&promise) ||
      promise.As<v8::Promise>()->Then(context, on_done, on_failure).IsEmpty()) {
    tests_done_(1);
  }
}

}  // namespace sedge::worker
