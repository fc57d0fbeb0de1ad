// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/param.h"

#include <algorithm>

namespace sedge::script {

char* StringStorage::Reserve(size_t size) {
  if (size <= kInlineBytes) return inline_;
  heap_.resize(size);
  return heap_.data();
}

void StringStorage::LoadUtf8(v8::Isolate* isolate, v8::Local<v8::String> string) {
  const int length = string->Length();
  if (string->IsOneByte()) {
    char* out = Reserve(static_cast<size_t>(length));
    string->WriteOneByte(isolate, reinterpret_cast<uint8_t*>(out), 0, length,
                         v8::String::NO_NULL_TERMINATION);
    const bool ascii = std::all_of(out, out + length,
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii) {
      view_ = {out, static_cast<size_t>(length)};
      return;
    }
  }
  const size_t size = static_cast<size_t>(string->Utf8Length(isolate));
  char* out = Reserve(size);
  string->WriteUtf8(isolate, out, static_cast<int>(size), nullptr,
                    v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8);
  view_ = {out, size};
}

bool StringStorage::LoadLatin1(v8::Isolate* isolate, v8::Local<v8::String> string) {
  if (!string->IsOneByte() && !string->ContainsOnlyOneByte()) return false;
  const int length = string->Length();
  char* out = Reserve(static_cast<size_t>(length));
  string->WriteOneByte(isolate, reinterpret_cast<uint8_t*>(out), 0, length,
                       v8::String::NO_NULL_TERMINATION);
  view_ = {out, static_cast<size_t>(length)};
  return true;
}

}  // namespace sedge::script
