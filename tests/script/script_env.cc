// SPDX-License-Identifier: Apache-2.0
#include "tests/script/script_env.h"

#include "runtime/script/engine.h"
#include "runtime/script/error.h"
#include "runtime/script/native.h"
#include "runtime/script/op.h"

namespace sedge::script {
namespace {

Deferred g_last;

bool Not(bool value) { return !value; }
double Add(double a, double b) { return a + b; }
std::string Shout(std::string_view text) { return std::string(text) + "!"; }
Latin1String Latin1(Latin1View view) { return {std::string(view.text)}; }
uint32_t SumBytes(std::span<const uint8_t> bytes) {
  uint32_t sum = 0;
  for (const uint8_t byte : bytes) sum += byte;
  return sum;
}
Result<double> Divide(double a, double b) {
  if (b == 0) return OutOfRange("division by zero");
  return a / b;
}
std::optional<std::string> Maybe(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}
std::vector<std::string> Twice(std::string_view text) {
  return {std::string(text), std::string(text)};
}
Bytes MakeBytes() { return Bytes::Copy("\x01\x02\x03"); }
int32_t CountCall(TestService& service) { return ++service.calls; }
Status Later(Deferred deferred, bool fail) {
  g_last = std::move(deferred);
  return fail ? InvalidArgument("not now") : Status();
}

Native<Counter> NewCounter(double bytes) {
  return Native<Counter>::Make(static_cast<size_t>(bytes));
}
int32_t Bump(Native<Counter> counter) { return ++counter->value; }
void GrowCounter(Native<Counter> counter, double bytes) {
  counter.SetBytes(static_cast<size_t>(bytes));
}
void EndCounter(Native<Counter> counter) { counter.Release(); }
int32_t UseOther(Native<TestService> other) { return other->calls; }

constexpr BuiltinSource kBuiltins[] = {
    {"script/primordials", "primordials.marker = 7;"},
    {"worker/main",
     "exports.ops = ops; globalThis.ops = ops; globalThis.lib = require('test/lib');"
     "exports.promiseRejected = (p, reason, kind) => { globalThis.rejected = String(reason); };"},
    {"test/lib", "exports.same = require; exports.marker = primordials.marker;"},
};

class EngineEnvironment : public testing::Environment {
 public:
  void SetUp() override {
    EngineOptions options;
    options.builtins = kBuiltins;
    options.ops = {Op<Not>("not"),
                   Op<Add>("add"),
                   Op<Shout>("shout"),
                   Op<Latin1>("latin1"),
                   Op<SumBytes>("sumBytes"),
                   Op<Divide>("divide"),
                   Op<Maybe>("maybe"),
                   Op<Twice>("twice"),
                   Op<MakeBytes>("makeBytes"),
                   Op<CountCall>("count"),
                   Op<Later>("later"),
                   Op<NewCounter>("newCounter"),
                   Op<Bump>("bump"),
                   Op<EndCounter>("endCounter"),
                   Op<GrowCounter>("growCounter"),
                   Op<UseOther>("useOther")};
    Engine::Initialize(std::move(options));
  }
};

const auto* const g_environment = testing::AddGlobalTestEnvironment(new EngineEnvironment);

}  // namespace

int Counter::alive = 0;

Deferred& LastDeferred() { return g_last; }

void ScriptTest::Start(const IsolateOptions& options) {
  isolate_.reset();
  Result<std::unique_ptr<Isolate>> isolate = Isolate::Create(options);
  ASSERT_TRUE(isolate.ok()) << isolate.status().ToString();
  isolate_ = std::move(*isolate);
  isolate_->SetService(&service_);
}

std::string ScriptTest::Eval(const std::string& source, uint64_t request) {
  EntryScope scope(*isolate_, request);
  v8::TryCatch caught(scope.v8());
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> value;
  v8::Local<v8::String> text = v8::String::NewFromUtf8(scope.v8(), source.c_str()).ToLocalChecked();
  if (v8::Script::Compile(scope.context(), text).ToLocal(&script) &&
      script->Run(scope.context()).ToLocal(&value)) {
    return *v8::String::Utf8Value(scope.v8(), value);
  }
  const ScriptError error = DescribeException(scope.v8(), scope.context(), caught);
  return error.terminated ? "terminated" : "throws: " + error.message;
}

}  // namespace sedge::script
