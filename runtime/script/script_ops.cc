// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/script_ops.h"

namespace sedge::script {
namespace {

// The numbers of value_kind.js, in its order.
int32_t ValueKind(v8::Local<v8::Value> value) {
  using Test = bool (v8::Value::*)() const;
  struct Kind {
    int32_t number;
    Test test;
  };
  // Proxies come first: tests of what is behind them would look through.
  static constexpr Kind kKinds[] = {
      {3, &v8::Value::IsProxy},
      {1, &v8::Value::IsArray},
      {2, &v8::Value::IsFunction},
      {4, &v8::Value::IsNativeError},
      {5, &v8::Value::IsDate},
      {6, &v8::Value::IsRegExp},
      {7, &v8::Value::IsMap},
      {8, &v8::Value::IsSet},
      {9, &v8::Value::IsWeakMap},
      {10, &v8::Value::IsWeakSet},
      {11, &v8::Value::IsPromise},
      {12, &v8::Value::IsArrayBuffer},
      {13, &v8::Value::IsSharedArrayBuffer},
      {14, &v8::Value::IsTypedArray},
      {15, &v8::Value::IsDataView},
      {16, &v8::Value::IsBooleanObject},
      {17, &v8::Value::IsNumberObject},
      {18, &v8::Value::IsStringObject},
      {19, &v8::Value::IsSymbolObject},
      {20, &v8::Value::IsBigIntObject},
      {21, &v8::Value::IsArgumentsObject},
      {22, &v8::Value::IsGeneratorObject},
      {23, &v8::Value::IsMapIterator},
      {24, &v8::Value::IsSetIterator},
      {25, &v8::Value::IsModuleNamespaceObject},
      {26, &v8::Value::IsWasmModuleObject},
      {26, &v8::Value::IsWasmMemoryObject},
      {26, &v8::Value::IsExternal},
  };
  if (!value->IsObject() && !value->IsExternal()) return 0;
  for (const Kind& kind : kKinds) {
    if (((*value)->*kind.test)()) return kind.number;
  }
  return 0;
}

// [state, value]: 0 pending, 1 fulfilled, 2 rejected.
v8::Local<v8::Value> PromiseState(Isolate& isolate, v8::Local<v8::Promise> promise) {
  v8::Isolate* v8 = isolate.v8();
  v8::Local<v8::Value> parts[] = {v8::Integer::New(v8, promise->State()), v8::Undefined(v8)};
  if (promise->State() != v8::Promise::kPending) parts[1] = promise->Result();
  return v8::Array::New(v8, parts, 2);
}

// What a promise was fulfilled with; undefined for one that was not, and for what is no promise.
v8::Local<v8::Value> FulfilledValue(Isolate& isolate, v8::Local<v8::Value> value) {
  if (value->IsPromise() && value.As<v8::Promise>()->State() == v8::Promise::kFulfilled) {
    return value.As<v8::Promise>()->Result();
  }
  return v8::Undefined(isolate.v8());
}

// [target, handler] without running a trap; null when it is no proxy.
v8::Local<v8::Value> ProxyDetails(Isolate& isolate, v8::Local<v8::Value> value) {
  if (!value->IsProxy()) return v8::Null(isolate.v8());
  v8::Local<v8::Proxy> proxy = value.As<v8::Proxy>();
  v8::Local<v8::Value> parts[] = {proxy->GetTarget(), proxy->GetHandler()};
  return v8::Array::New(isolate.v8(), parts, 2);
}

// [file, line, column] of the script that called the builtin; null when no script did.
v8::Local<v8::Value> CallerPlace(Isolate& isolate) {
  constexpr int kMaxFrames = 16;  // of builtins above it
  v8::Isolate* v8 = isolate.v8();
  v8::Local<v8::StackTrace> trace = v8::StackTrace::CurrentStackTrace(v8, kMaxFrames);
  for (int i = 0; i < trace->GetFrameCount(); ++i) {
    v8::Local<v8::StackFrame> frame = trace->GetFrame(v8, static_cast<uint32_t>(i));
    v8::Local<v8::String> name = frame->GetScriptNameOrSourceURL();
    if (name.IsEmpty() || name->Length() == 0) continue;
    if (std::string_view(*v8::String::Utf8Value(v8, name)).starts_with("sedge:")) continue;
    v8::Local<v8::Value> parts[] = {name, v8::Integer::New(v8, frame->GetLineNumber()),
                                    v8::Integer::New(v8, frame->GetColumn())};
    return v8::Array::New(v8, parts, 3);
  }
  return v8::Null(v8);
}

// "file:line:column" of where a function is written; null for what is none, and for V8's own.
v8::Local<v8::Value> FunctionPlace(Isolate& isolate, v8::Local<v8::Value> value) {
  v8::Isolate* v8 = isolate.v8();
  while (value->IsFunction()) {
    v8::Local<v8::Function> function = value.As<v8::Function>();
    v8::Local<v8::Value> bound = function->GetBoundFunction();
    if (!bound->IsUndefined()) {
      value = bound;
      continue;
    }
    v8::Local<v8::Value> name = function->GetScriptOrigin().ResourceName();
    if (function->GetScriptLineNumber() < 0 || name.IsEmpty() || !name->IsString()) break;
    const std::string place = std::string(*v8::String::Utf8Value(v8, name)) + ":" +
                              std::to_string(function->GetScriptLineNumber() + 1) + ":" +
                              std::to_string(function->GetScriptColumnNumber() + 1);
    v8::Local<v8::Value> text;
    if (place.starts_with("sedge:") || !Utf8ToV8(v8, place).ToLocal(&text)) break;
    return text;
  }
  return v8::Null(v8);
}

// The own keys, strings and symbols, without those that are indices: an array may have millions.
v8::Local<v8::Value> NamedKeys(Isolate& isolate, v8::Local<v8::Object> object) {
  v8::Local<v8::Array> keys;
  if (!object
           ->GetPropertyNames(isolate.context(), v8::KeyCollectionMode::kOwnOnly,
                              v8::ALL_PROPERTIES, v8::IndexFilter::kSkipIndices)
           .ToLocal(&keys)) {
    return v8::Array::New(isolate.v8());
  }
  return keys;
}

// The flags that a regular expression was made with, in alphabetical order. RegExp.prototype.flags
// would ask for each of them, which scripts can change.
Result<std::string> RegExpFlags(v8::Local<v8::Value> value) {
  if (!value->IsRegExp()) return InvalidArgument("this is no regular expression");
  struct Letter {
    int flag;
    char letter;
  };
  // The last one, "v", is younger than the oldest V8 that this is built with.
  static constexpr Letter kLetters[] = {
      {v8::RegExp::kHasIndices, 'd'},
      {v8::RegExp::kGlobal, 'g'},
      {v8::RegExp::kIgnoreCase, 'i'},
      {v8::RegExp::kMultiline, 'm'},
      {v8::RegExp::kDotAll, 's'},
      {v8::RegExp::kUnicode, 'u'},
      {1 << 8, 'v'},
      {v8::RegExp::kSticky, 'y'},
  };
  const int flags = value.As<v8::RegExp>()->GetFlags();
  std::string text;
  for (const Letter& letter : kLetters) {
    if (flags & letter.flag) text += letter.letter;
  }
  return text;
}

// Detaches the buffer and gives a new one that owns its memory.
Result<v8::Local<v8::Value>> ArrayBufferDetach(Isolate& isolate,
                                               v8::Local<v8::ArrayBuffer> buffer) {
  if (!buffer->IsDetachable()) {
    return InvalidArgument("this ArrayBuffer cannot be transferred");
  }
  std::shared_ptr<v8::BackingStore> store = buffer->GetBackingStore();
  buffer->Detach();
  return v8::ArrayBuffer::New(isolate.v8(), std::move(store)).As<v8::Value>();
}

bool ArrayBufferDetached(v8::Local<v8::ArrayBuffer> buffer) { return buffer->WasDetached(); }

// Asks the hook "lateValue" for it; V8 then keeps what that gives.
void ReadLateValue(v8::Local<v8::Name> name, const v8::PropertyCallbackInfo<v8::Value>& info) {
  v8::Local<v8::Value> value;
  // Inside of V8's call: whoever reads the property gets what the hook throws.
  if (Isolate::From(info.GetIsolate())->CallHook("lateValue", {name}).ToLocal(&value)) {
    info.GetReturnValue().Set(value);
  }
}

// defineLate(target, name, enumerable): a property like any other, whose value is made when it is
// first read. It may not lead to the hook itself: such accessors are in the isolate's
// part of the snapshot, which has no functions. Not made by Op<>, which needs an Isolate: this one
// is called while the snapshot is made.
void DefineLate(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Local<v8::Context> context = info.GetIsolate()->GetCurrentContext();
  const bool defined = info[0]
                           .As<v8::Object>()
                           ->SetLazyDataProperty(context, info[1].As<v8::Name>(), ReadLateValue, {},
                                                 info[2]->IsTrue() ? v8::None : v8::DontEnum)
                           .FromMaybe(false);
  info.GetReturnValue().Set(defined);
}

constexpr OpDef kOps[] = {
    OpDef{"defineLate", DefineLate},
    Op<ValueKind>("valueKind"),
    Op<PromiseState>("promiseState"),
    Op<FulfilledValue>("fulfilledValue"),
    Op<ProxyDetails>("proxyDetails"),
    Op<CallerPlace>("callerPlace"),
    Op<FunctionPlace>("functionPlace"),
    Op<NamedKeys>("namedKeys"),
    Op<RegExpFlags>("regExpFlags"),
    Op<ArrayBufferDetach>("arrayBufferDetach"),
    Op<ArrayBufferDetach>("transferArrayBuffer"),
    Op<ArrayBufferDetached>("arrayBufferDetached"),
};

}  // namespace

std::span<const OpDef> ScriptOps() { return kOps; }

intptr_t LateValueReference() { return reinterpret_cast<intptr_t>(&ReadLateValue); }

}  // namespace sedge::script
