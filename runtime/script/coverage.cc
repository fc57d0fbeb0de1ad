// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/coverage.h"

#include <v8-inspector.h>

#include <utility>

#include "runtime/script/entry_scope.h"
#include "runtime/script/module_loader.h"

namespace sedge::script {
namespace {

constexpr int kContextGroup = 1;

v8_inspector::StringView View(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

v8::MaybeLocal<v8::String> ToV8(v8::Isolate* isolate, const v8_inspector::StringView& text) {
  const auto length = static_cast<int>(text.length());
  if (text.is8Bit()) {
    return v8::String::NewFromOneByte(isolate, text.characters8(), v8::NewStringType::kNormal,
                                      length);
  }
  return v8::String::NewFromTwoByte(isolate, text.characters16(), v8::NewStringType::kNormal,
                                    length);
}

// Reads the plain data that the inspector's JSON is.
class Json {
 public:
  Json(Isolate& isolate, v8::Local<v8::Value> value)
      : isolate_(isolate), context_(isolate.context()), value_(value) {}

  Json operator[](const char* key) const {
    v8::Local<v8::Value> member;
    if (!value_->IsObject() ||
        !value_.As<v8::Object>()->Get(context_, Intern(isolate_.v8(), key)).ToLocal(&member)) {
      member = v8::Undefined(isolate_.v8());
    }
    return {isolate_, member};
  }
  uint32_t size() const { return value_->IsArray() ? value_.As<v8::Array>()->Length() : 0; }
  Json at(uint32_t i) const {
    v8::Local<v8::Value> item;
    if (!value_.As<v8::Array>()->Get(context_, i).ToLocal(&item))
      item = v8::Undefined(isolate_.v8());
    return {isolate_, item};
  }
  double number() const { return value_->NumberValue(context_).FromMaybe(0); }
  std::string text() const {
    v8::String::Utf8Value utf8(isolate_.v8(), value_);
    return value_->IsString() && *utf8 ? std::string(*utf8, static_cast<size_t>(utf8.length()))
                                       : "";
  }
  v8::Local<v8::Value> value() const { return value_; }

 private:
  Isolate& isolate_;
  v8::Local<v8::Context> context_;
  v8::Local<v8::Value> value_;
};

}  // namespace

// The inspector of an isolate with one session, and the response that came last.
class Coverage::Inspector final : public v8_inspector::V8InspectorClient,
                                  public v8_inspector::V8Inspector::Channel {
 public:
  explicit Inspector(Isolate& isolate) : isolate_(isolate) {
    inspector_ = v8_inspector::V8Inspector::create(isolate.v8(), this);
    inspector_->contextCreated(
        v8_inspector::V8ContextInfo(isolate.context(), kContextGroup, View("sedge")));
#if V8_MAJOR_VERSION < 11
    session_ = inspector_->connect(kContextGroup, this, View(""));
#else
    session_ = inspector_->connect(kContextGroup, this, View(""),
                                   v8_inspector::V8Inspector::kFullyTrusted);
#endif
  }
  ~Inspector() override {
    session_.reset();
    inspector_->contextDestroyed(isolate_.context());
  }

  // The response is there when this returns: the methods of the profiler answer at once.
  std::unique_ptr<v8_inspector::StringBuffer> Call(const std::string& message) {
    response_.reset();
    session_->dispatchProtocolMessage(View(message));
    return std::move(response_);
  }

 private:
  void sendResponse(int, std::unique_ptr<v8_inspector::StringBuffer> message) override {
    response_ = std::move(message);
  }
  void sendNotification(std::unique_ptr<v8_inspector::StringBuffer>) override {}
  void flushProtocolNotifications() override {}

  Isolate& isolate_;
  std::unique_ptr<v8_inspector::V8Inspector> inspector_;
  std::unique_ptr<v8_inspector::V8InspectorSession> session_;
  std::unique_ptr<v8_inspector::StringBuffer> response_;
};

Coverage::~Coverage() {
  if (!*life_) return;
  EntryScope scope(isolate_);
  isolate_.set_inspector(nullptr);
}

Result<std::unique_ptr<Coverage>> Coverage::Start(Isolate& isolate) {
  EntryScope scope(isolate);
  std::unique_ptr<Coverage> self(new Coverage(isolate));
  const auto inspector = std::make_shared<Inspector>(isolate);
  self->inspector_ = inspector;
  isolate.set_inspector(inspector);
  for (const auto& [method, params] :
       {std::pair{"Profiler.enable", "{}"},
        std::pair{"Profiler.startPreciseCoverage", R"({"callCount":true,"detailed":true})"}}) {
    Result<v8::Local<v8::Object>> result = self->Call(method, params);
    if (!result.ok()) return result.status();
  }
  return self;
}

Result<v8::Local<v8::Object>> Coverage::Call(const char* method, const char* params) {
  v8::Isolate* v8 = isolate_.v8();
  v8::TryCatch caught(v8);
  const std::string message =
      std::string(R"({"id":1,"method":")") + method + R"(","params":)" + params + "}";
  const std::unique_ptr<v8_inspector::StringBuffer> response = inspector_.lock()->Call(message);
  v8::Local<v8::String> json;
  v8::Local<v8::Value> parsed;
  if (!response || !ToV8(v8, response->string()).ToLocal(&json) ||
      !v8::JSON::Parse(isolate_.context(), json).ToLocal(&parsed)) {
    return Internal(std::string(method) + ": V8's inspector gave no answer that can be read");
  }
  const Json answer(isolate_, parsed);
  if (const std::string why = answer["error"]["message"].text(); !why.empty()) {
    return Internal(std::string(method) + ": " + why);
  }
  return answer["result"].value().As<v8::Object>();
}

Result<std::vector<ScriptCoverage>> Coverage::Take() {
  if (!*life_) return Internal("the isolate is gone whose coverage was counted");
  EntryScope scope(isolate_);
  Result<v8::Local<v8::Object>> taken = Call("Profiler.takePreciseCoverage", "{}");
  if (!taken.ok()) return taken.status();
  const Json scripts = Json(isolate_, *taken)["result"];
  std::vector<ScriptCoverage> result;
  for (uint32_t i = 0; i < scripts.size(); ++i) {
    const Json given = scripts.at(i);
    ScriptCoverage script;
    // Builtins and synthetic modules are no files that were loaded.
    if (!isolate_.modules().LoadedFile(given["url"].text(), &script.path, &script.text)) continue;
    const Json functions = given["functions"];
    for (uint32_t f = 0; f < functions.size(); ++f) {
      FunctionCoverage function;
      function.name = functions.at(f)["functionName"].text();
      const Json ranges = functions.at(f)["ranges"];
      for (uint32_t r = 0; r < ranges.size(); ++r) {
        const Json range = ranges.at(r);
        function.ranges.push_back({static_cast<uint32_t>(range["startOffset"].number()),
                                   static_cast<uint32_t>(range["endOffset"].number()),
                                   static_cast<uint64_t>(range["count"].number())});
      }
      script.functions.push_back(std::move(function));
    }
    result.push_back(std::move(script));
  }
  return result;
}

}  // namespace sedge::script
