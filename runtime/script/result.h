// SPDX-License-Identifier: Apache-2.0
// How results of C++ become JavaScript values, for ops and for Deferred. See op.h for the list.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "runtime/script/isolate.h"
#include "runtime/script/v8_compat.h"

namespace sedge::script {

// Bytes that become a string one unit each.
struct Latin1String {
  std::string text;
};

// Converters need a handle scope and the entered context. They fail only when V8's heap or string
// limits do; the exception is then pending and the result empty.
v8::MaybeLocal<v8::Value> Utf8ToV8(v8::Isolate* isolate, std::string_view text);
v8::MaybeLocal<v8::Value> Latin1ToV8(v8::Isolate* isolate, std::string_view text);
// `wipe`: before the memory is freed, at the latest with the isolate.
v8::MaybeLocal<v8::Value> BytesToV8(Isolate& isolate, Bytes bytes, bool wipe = false);

// The JavaScript error for a failure, not thrown.
v8::Local<v8::Value> StatusToError(Isolate& isolate, const Status& status);
void ThrowStatus(Isolate& isolate, const Status& status);

template <typename T>
struct IsResult : std::false_type {};
template <typename T>
struct IsResult<Result<T>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsLocal : std::false_type {};
template <typename T>
struct IsLocal<v8::Local<T>> : std::true_type {};

template <typename T>
v8::MaybeLocal<v8::Value> ToV8(Isolate& isolate, T&& value) {
  using V = std::remove_cvref_t<T>;
  v8::Isolate* v8 = isolate.v8();
  if constexpr (std::is_same_v<V, bool>) {
    return v8::Boolean::New(v8, value);
  } else if constexpr (std::is_arithmetic_v<V>) {
    return v8::Number::New(v8, static_cast<double>(value));
  } else if constexpr (std::is_same_v<V, Latin1String>) {
    return Latin1ToV8(v8, value.text);
  } else if constexpr (std::is_same_v<V, Bytes>) {
    return BytesToV8(isolate, std::forward<T>(value));
  } else if constexpr (std::is_convertible_v<V, std::string_view>) {
    return Utf8ToV8(v8, value);
  } else if constexpr (IsOptional<V>::value) {
    if (!value) return v8::Null(v8);
    return ToV8(isolate, *std::forward<T>(value));
  } else if constexpr (IsVector<V>::value) {
    std::vector<v8::Local<v8::Value>> elements;
    elements.reserve(value.size());
    for (auto&& item : value) {
      v8::Local<v8::Value> element;
      if (!ToV8(isolate, std::move(item)).ToLocal(&element)) return {};
      elements.push_back(element);
    }
    return v8::Array::New(v8, elements.data(), elements.size());
  } else if constexpr (requires { NativeToV8(isolate, value); }) {
    return NativeToV8(isolate, value);
  } else {
    static_assert(IsLocal<V>::value, "no conversion for this op result");
    return value;
  }
}

template <typename T>
void ReturnValue(Isolate& isolate, const v8::FunctionCallbackInfo<v8::Value>& info, T&& value) {
  using V = std::remove_cvref_t<T>;
  if constexpr (IsResult<V>::value) {
    if (!value.ok()) {
      ThrowStatus(isolate, value.status());
      return;
    }
    ReturnValue(isolate, info, *std::forward<T>(value));
  } else if constexpr (std::is_same_v<V, Status>) {
    if (!value.ok()) ThrowStatus(isolate, value);
  } else if constexpr (std::is_same_v<V, bool> || std::is_same_v<V, int32_t> ||
                       std::is_same_v<V, uint32_t> || std::is_same_v<V, double>) {
    info.GetReturnValue().Set(value);
  } else {
    v8::Local<v8::Value> converted;
    if (ToV8(isolate, std::forward<T>(value)).ToLocal(&converted)) {
      info.GetReturnValue().Set(converted);
    }
  }
}

}  // namespace sedge::script
