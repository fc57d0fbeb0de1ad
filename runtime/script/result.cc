// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/result.h"

#include "runtime/base/ascii.h"
#include "runtime/script/buffers.h"

namespace sedge::script {

v8::MaybeLocal<v8::Value> Latin1ToV8(v8::Isolate* isolate, std::string_view text) {
  if (text.size() > v8::String::kMaxLength) {
    isolate->ThrowException(v8::Exception::RangeError(Intern(isolate, "Invalid string length")));
    return {};
  }
  v8::Local<v8::String> string;
  if (!v8::String::NewFromOneByte(isolate, reinterpret_cast<const uint8_t*>(text.data()),
                                  v8::NewStringType::kNormal, static_cast<int>(text.size()))
           .ToLocal(&string)) {
    return {};
  }
  return string;
}

v8::MaybeLocal<v8::Value> Utf8ToV8(v8::Isolate* isolate, std::string_view text) {
  if (IsAscii(text)) return Latin1ToV8(isolate, text);
  if (text.size() > v8::String::kMaxLength) {
    isolate->ThrowException(v8::Exception::RangeError(Intern(isolate, "Invalid string length")));
    return {};
  }
  v8::Local<v8::String> string;
  if (!v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal,
                               static_cast<int>(text.size()))
           .ToLocal(&string)) {
    return {};
  }
  return string;
}

v8::MaybeLocal<v8::Value> BytesToV8(Isolate& isolate, Bytes bytes, bool wipe) {
  return ToUint8Array(isolate.v8(), isolate.allocator(), std::move(bytes), wipe);
}

v8::Local<v8::Value> StatusToError(Isolate& isolate, const Status& status) {
  v8::Local<v8::Value> text;
  if (!Utf8ToV8(isolate.v8(), status.message()).ToLocal(&text))
    text = v8::String::Empty(isolate.v8());
  v8::Local<v8::String> message = text.As<v8::String>();
  switch (status.code()) {
    case StatusCode::kInvalidArgument: return v8::Exception::TypeError(message);
    case StatusCode::kOutOfRange: return v8::Exception::RangeError(message);
    default: return v8::Exception::Error(message);
  }
}

void ThrowStatus(Isolate& isolate, const Status& status) {
  isolate.v8()->ThrowException(StatusToError(isolate, status));
}

}  // namespace sedge::script
