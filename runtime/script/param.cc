// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/param.h"

#include "runtime/script/utf8_text.h"

namespace sedge::script {

char* StringStorage::Reserve(size_t size) {
  if (size <= kInlineBytes) return inline_;
  heap_.resize(size);
  return heap_.data();
}

void StringStorage::LoadUtf8(v8::Isolate* isolate, v8::Local<v8::String> string) {
  char* out = nullptr;
  const size_t size = EncodeUtf8(isolate, string, [&](size_t size) { return out = Reserve(size); });
  view_ = {out, size};
}

bool StringStorage::LoadLatin1(v8::Isolate* isolate, v8::Local<v8::String> string) {
  const int length = string->Length();
  if (length == 0) return true;
  if (!string->IsOneByte() && !string->ContainsOnlyOneByte()) return false;
  char* out = Reserve(static_cast<size_t>(length));
  string->WriteOneByte(isolate, reinterpret_cast<uint8_t*>(out), 0, length,
                       v8::String::NO_NULL_TERMINATION);
  view_ = {out, static_cast<size_t>(length)};
  return true;
}

}  // namespace sedge::script
