// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/builtins.h"

#include <string>

#include "runtime/script/engine.h"
#include "runtime/script/error.h"
#include "runtime/script/op.h"

namespace sedge::script {
namespace {

// What `require` needs, as an object that survives in the snapshot: {modules, ops, primordials,
// require}. modules[id] is undefined, true while the builtin runs, then its exports.
constexpr std::string_view kModules = "modules";
constexpr std::string_view kOps = "ops";
constexpr std::string_view kPrimordials = "primordials";
constexpr std::string_view kRequire = "require";
// Where the context keeps it. Not as data of the function `require`: function templates are in the
// snapshot of the isolate, which would hold all that hangs from there a second time, with a context
// of its own.
constexpr int kStateIndex = 1;

// Builtins on the path of a request: all their functions are compiled when the snapshot is made.
// The others' are compiled when they are first called; their bytecode would double the time that an
// isolate takes to start.
constexpr std::string_view kHot[] = {"bindings/",
                                     "fetch/",
                                     "script/",
                                     "url/",
                                     "wasm/",
                                     "webidl/",
                                     "worker/dispatch",
                                     "worker/environment",
                                     "worker/execution_context"};

v8::ScriptCompiler::CompileOptions CompileOptionsFor(std::string_view id) {
  for (const std::string_view prefix : kHot) {
    if (id.starts_with(prefix)) return v8::ScriptCompiler::kEagerCompile;
  }
  return v8::ScriptCompiler::kNoCompileOptions;
}

void Throw(v8::Isolate* isolate, const std::string& text) {
  isolate->ThrowException(
      v8::Exception::Error(v8::String::NewFromUtf8(isolate, text.c_str()).ToLocalChecked()));
}

v8::MaybeLocal<v8::Value> CallBody(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                   BuiltinText& source, size_t count, v8::Local<v8::String> names[],
                                   v8::Local<v8::Value> values[]) {
  v8::Local<v8::String> text;
  if (!v8::String::NewExternalOneByte(isolate, &source).ToLocal(&text)) return {};
  const std::string name = "sedge:" + std::string(source.id());
  v8::ScriptOrigin origin = MakeOrigin(isolate, Intern(isolate, name), false);
  v8::ScriptCompiler::Source compiled(text, origin);
  v8::Local<v8::Function> body;
  if (!v8::ScriptCompiler::CompileFunction(context, &compiled, count, names, 0, nullptr,
                                           CompileOptionsFor(source.id()))
           .ToLocal(&body)) {
    return {};
  }
  return body->Call(context, v8::Undefined(isolate), static_cast<int>(count), values);
}

v8::MaybeLocal<v8::Value> Require(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                  v8::Local<v8::Object> state, v8::Local<v8::String> id) {
  auto get = [&](std::string_view name) {
    return state->Get(context, Intern(isolate, name)).ToLocalChecked().As<v8::Object>();
  };
  v8::Local<v8::Object> modules = get(kModules);
  v8::Local<v8::Value> known = modules->Get(context, id).ToLocalChecked();
  const std::string name = *v8::String::Utf8Value(isolate, id);
  if (known->IsTrue()) {
    Throw(isolate, "require cycle at builtin \"" + name + "\"");
    return {};
  }
  if (!known->IsUndefined()) return known;
  BuiltinText* source = Engine::Get().FindBuiltin(name);
  if (!source) {
    Throw(isolate, "there is no builtin \"" + name + "\"");
    return {};
  }
  modules->Set(context, id, v8::True(isolate)).Check();
  // Without a prototype: builtins that run late would set off a worker's accessors on
  // Object.prototype.
  v8::Local<v8::Object> exports = v8::Object::New(isolate);
  exports->SetPrototype(context, v8::Null(isolate)).Check();
  v8::Local<v8::String> names[] = {Intern(isolate, "exports"), Intern(isolate, kRequire),
                                   Intern(isolate, kOps), Intern(isolate, kPrimordials)};
  v8::Local<v8::Value> values[] = {exports, get(kRequire), get(kOps), get(kPrimordials)};
  if (CallBody(isolate, context, *source, 4, names, values).IsEmpty()) {
    // A late one may fail for reasons that pass (the stack was full): the next require tries again.
    modules->Set(context, id, v8::Undefined(isolate)).IsNothing();
    return {};
  }
  modules->Set(context, id, exports).Check();
  return exports;
}

void RequireFunction(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  if (!info[0]->IsString()) {
    Throw(isolate, "require needs a builtin's id");
    return;
  }
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Object> state = context->GetEmbedderData(kStateIndex).As<v8::Object>();
  v8::Local<v8::Value> exports;
  if (Require(isolate, context, state, info[0].As<v8::String>()).ToLocal(&exports)) {
    info.GetReturnValue().Set(exports);
  }
}

v8::MaybeLocal<v8::Value> EvaluateAll(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  v8::Local<v8::Object> ops = v8::Object::New(isolate);
  for (const OpDef& op : Engine::Get().ops()) {
    v8::Local<v8::Function> function;
    if (!v8::Function::New(context, op.callback, {}, 0, v8::ConstructorBehavior::kThrow)
             .ToLocal(&function)) {
      return {};
    }
    function->SetName(Intern(isolate, op.name));
    ops->Set(context, Intern(isolate, op.name), function).Check();
  }
  // An object that got so many properties by name is a hash table. As somebody's prototype it is
  // one with fixed places again, so that compiled code knows what is in them.
  if (v8::Object::New(isolate)->SetPrototype(context, ops).IsNothing()) return {};
  v8::Local<v8::Object> primordials = v8::Object::New(isolate);
  primordials->SetPrototype(context, v8::Null(isolate)).Check();
  BuiltinText* source = Engine::Get().FindBuiltin("script/primordials");
  if (!source) {
    Throw(isolate, "there is no builtin \"script/primordials\"");
    return {};
  }
  v8::Local<v8::String> names[] = {Intern(isolate, kPrimordials)};
  v8::Local<v8::Value> values[] = {primordials};
  if (CallBody(isolate, context, *source, 1, names, values).IsEmpty()) return {};

  v8::Local<v8::Object> state = v8::Object::New(isolate);
  v8::Local<v8::Object> modules = v8::Object::New(isolate);
  modules->SetPrototype(context, v8::Null(isolate)).Check();
  state->Set(context, Intern(isolate, kModules), modules).Check();
  state->Set(context, Intern(isolate, kOps), ops).Check();
  state->Set(context, Intern(isolate, kPrimordials), primordials).Check();
  v8::Local<v8::Function> require;
  if (!v8::Function::New(context, RequireCallback(), {}, 1, v8::ConstructorBehavior::kThrow)
           .ToLocal(&require)) {
    return {};
  }
  state->Set(context, Intern(isolate, kRequire), require).Check();
  context->SetEmbedderData(kStateIndex, state);
  return Require(isolate, context, state, Intern(isolate, kMainBuiltin));
}

}  // namespace

v8::FunctionCallback RequireCallback() { return &RequireFunction; }

Result<v8::Local<v8::Object>> EvaluateBuiltins(v8::Isolate* isolate,
                                               v8::Local<v8::Context> context) {
  v8::TryCatch caught(isolate);
  v8::Local<v8::Value> exports;
  if (!EvaluateAll(isolate, context).ToLocal(&exports)) {
    return Internal("a builtin failed: " + DescribeException(isolate, context, caught).ToText());
  }
  return exports.As<v8::Object>();
}

}  // namespace sedge::script
