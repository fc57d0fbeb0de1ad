// SPDX-License-Identifier: Apache-2.0
// <v8.h>, and every difference between the V8 versions that we build against (10.2, 11.3 and newer) in
// one place.
#pragma once

#include <v8-version.h>
#include <v8.h>

#include <string_view>

namespace sedge::script {

// One microtask checkpoint on the context's queue.
inline void RunMicrotasks(v8::Isolate* isolate) { isolate->PerformMicrotaskCheckpoint(); }

// A string that lives as long as the isolate's heap keeps it: for property names and the like.
inline v8::Local<v8::String> Intern(v8::Isolate* isolate, std::string_view text) {
  return v8::String::NewFromOneByte(isolate, reinterpret_cast<const uint8_t*>(text.data()),
                                    v8::NewStringType::kInternalized,
                                    static_cast<int>(text.size()))
      .ToLocalChecked();
}

// Where a script comes from, as its stack traces show it. V8 12 dropped the first parameter.
inline v8::ScriptOrigin MakeOrigin(v8::Isolate* isolate, v8::Local<v8::String> name, bool is_module) {
#if V8_MAJOR_VERSION < 12
  return v8::ScriptOrigin(isolate, name, 0, 0, false, -1, {}, false, false, is_module);
#else
  return v8::ScriptOrigin(name, 0, 0, false, -1, {}, false, false, is_module);
#endif
}

}  // namespace sedge::script
