// SPDX-License-Identifier: Apache-2.0
// ParamTraits<T>: how one parameter of an op is made from JavaScript's argument. See op.h for the list.
// Builtins check what users pass; a failure here is a bug of a builtin and says so.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "runtime/script/buffers.h"
#include "runtime/script/deferred.h"
#include "runtime/script/isolate.h"
#include "runtime/script/v8_compat.h"

namespace sedge::script {

// A JavaScript string whose units are bytes (header values): no conversion to UTF-8.
struct Latin1View {
  std::string_view text;
};

using CallbackInfo = v8::FunctionCallbackInfo<v8::Value>;

inline Status BadArgument(int index, const char* wanted) {
  return InvalidArgument("op argument " + std::to_string(index) + " is not " + wanted);
}

// A service: any reference to a class type that nothing below takes.
template <typename T>
struct ParamTraits {
  static_assert(std::is_lvalue_reference_v<T> && std::is_class_v<std::remove_reference_t<T>>,
                "no conversion for this op parameter");
  static constexpr bool kTakesArgument = false;
  using Service = std::remove_reference_t<T>;
  ParamTraits(Isolate& isolate, const CallbackInfo&, int)
      : service_(isolate.FindService<Service>()) {}
  Status status() const {
    return service_ ? Status() : FailedPrecondition("this is not available while the runtime starts");
  }
  T get() { return *service_; }

 private:
  Service* service_;
};

template <>
struct ParamTraits<Isolate&> {
  static constexpr bool kTakesArgument = false;
  ParamTraits(Isolate& isolate, const CallbackInfo&, int) : isolate_(isolate) {}
  Status status() const { return {}; }
  Isolate& get() { return isolate_; }

 private:
  Isolate& isolate_;
};

template <>
struct ParamTraits<Deferred> {
  static constexpr bool kTakesArgument = false;
  ParamTraits(Isolate& isolate, const CallbackInfo& info, int)
      : deferred_(Deferred::Create(isolate)) {
    if (deferred_.valid()) info.GetReturnValue().Set(deferred_.promise(isolate));
  }
  Status status() const {
    return deferred_.valid() ? Status() : ResourceExhausted("too many operations are pending");
  }
  Deferred get() { return std::move(deferred_); }

 private:
  Deferred deferred_;
};

template <>
struct ParamTraits<bool> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate& isolate, const CallbackInfo& info, int index)
      : value_(info[index]->BooleanValue(isolate.v8())) {}
  Status status() const { return {}; }
  bool get() const { return value_; }

 private:
  bool value_;
};

template <typename T>
  requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
struct ParamTraits<T> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate&, const CallbackInfo& info, int index) : index_(index) {
    v8::Local<v8::Value> value = info[index];
    if (value->IsNumber()) {
      number_ = value.As<v8::Number>()->Value();
    } else {
      ok_ = false;
    }
  }
  Status status() const { return ok_ ? Status() : BadArgument(index_, "a number"); }
  T get() const { return static_cast<T>(number_); }

 private:
  double number_ = 0;
  int index_;
  bool ok_ = true;
};

// The text of a JavaScript string, without allocation when it is short.
class StringStorage {
 public:
  // UTF-8; lone surrogates become U+FFFD.
  void LoadUtf8(v8::Isolate* isolate, v8::Local<v8::String> string);
  // Latin-1. False when the string has a unit above 0xff.
  bool LoadLatin1(v8::Isolate* isolate, v8::Local<v8::String> string);
  std::string_view view() const { return view_; }

 private:
  char* Reserve(size_t size);
  static constexpr size_t kInlineBytes = 512;
  char inline_[kInlineBytes];
  std::string heap_;
  std::string_view view_;
};

template <>
struct ParamTraits<std::string_view> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate& isolate, const CallbackInfo& info, int index) : index_(index) {
    ok_ = info[index]->IsString();
    if (ok_) storage_.LoadUtf8(isolate.v8(), info[index].As<v8::String>());
  }
  Status status() const { return ok_ ? Status() : BadArgument(index_, "a string"); }
  std::string_view get() const { return storage_.view(); }

 private:
  StringStorage storage_;
  int index_;
  bool ok_;
};

template <>
struct ParamTraits<Latin1View> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate& isolate, const CallbackInfo& info, int index) : index_(index) {
    ok_ = info[index]->IsString() && storage_.LoadLatin1(isolate.v8(), info[index].As<v8::String>());
  }
  Status status() const { return ok_ ? Status() : BadArgument(index_, "a string of bytes"); }
  Latin1View get() const { return {storage_.view()}; }

 private:
  StringStorage storage_;
  int index_;
  bool ok_;
};

template <typename Byte>
  requires(std::is_same_v<std::remove_const_t<Byte>, uint8_t>)
struct ParamTraits<std::span<Byte>> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate&, const CallbackInfo& info, int index)
      : bytes_(BytesOf(info[index])), index_(index) {}
  Status status() const { return bytes_ ? Status() : BadArgument(index_, "a buffer"); }
  std::span<Byte> get() const { return *bytes_; }

 private:
  std::optional<std::span<uint8_t>> bytes_;
  int index_;
};

template <typename T>
struct ParamTraits<std::optional<T>> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate& isolate, const CallbackInfo& info, int index) {
    if (!info[index]->IsNullOrUndefined()) inner_.emplace(isolate, info, index);
  }
  Status status() const { return inner_ ? inner_->status() : Status(); }
  std::optional<T> get() { return inner_ ? std::optional<T>(inner_->get()) : std::nullopt; }

 private:
  std::optional<ParamTraits<T>> inner_;
};

template <typename T>
struct ParamTraits<v8::Local<T>> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate&, const CallbackInfo& info, int index) : value_(info[index]), index_(index) {}
  Status status() const {
    if constexpr (std::is_same_v<T, v8::Function>) {
      if (!value_->IsFunction()) return BadArgument(index_, "a function");
    } else if constexpr (std::is_same_v<T, v8::Promise>) {
      if (!value_->IsPromise()) return BadArgument(index_, "a promise");
    } else if constexpr (std::is_same_v<T, v8::Array>) {
      if (!value_->IsArray()) return BadArgument(index_, "an array");
    } else if constexpr (std::is_same_v<T, v8::String>) {
      if (!value_->IsString()) return BadArgument(index_, "a string");
    } else if constexpr (std::is_same_v<T, v8::Object>) {
      if (!value_->IsObject()) return BadArgument(index_, "an object");
    } else if constexpr (std::is_same_v<T, v8::ArrayBuffer>) {
      if (!value_->IsArrayBuffer()) return BadArgument(index_, "an ArrayBuffer");
    } else {
      static_assert(std::is_same_v<T, v8::Value>, "no check for this handle type");
    }
    return {};
  }
  v8::Local<T> get() const { return value_.template As<T>(); }

 private:
  v8::Local<v8::Value> value_;
  int index_;
};

}  // namespace sedge::script
