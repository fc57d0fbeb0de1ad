// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/test_filter.h"

#include <memory>
#include <string>

#include "runtime/script/entry_scope.h"
#include "runtime/script/error.h"
#include "runtime/script/isolate.h"
#include "runtime/script/result.h"
#include "runtime/worker/start_engine.h"

namespace sedge::test {
namespace {

// What JavaScript has as flags of regular expressions; "": none of them.
bool ReadFlags(std::string_view letters, int* flags) {
  constexpr std::string_view kLetters = "gimsuyd";
  constexpr v8::RegExp::Flags kFlags[] = {
      v8::RegExp::kGlobal,  v8::RegExp::kIgnoreCase, v8::RegExp::kMultiline, v8::RegExp::kDotAll,
      v8::RegExp::kUnicode, v8::RegExp::kSticky,     v8::RegExp::kHasIndices};
  *flags = 0;
  for (const char letter : letters) {
    const size_t at = kLetters.find(letter);
    if (at == std::string_view::npos || (*flags & kFlags[at]) != 0) return false;
    *flags |= kFlags[at];
  }
  return true;
}

}  // namespace

Status CheckFilter(std::string_view filter) {
  const size_t end = filter.rfind('/');
  int flags = 0;
  // As testing/selection.js reads it. Tests may be named by paths: "/api/users" is a text.
  if (!filter.starts_with('/') || end == 0 || !ReadFlags(filter.substr(end + 1), &flags)) {
    return OkStatus();
  }
  const std::string shown = "-t " + std::string(filter) + ": ";
  worker::StartEngine();
  SEDGE_ASSIGN_OR_RETURN(const std::unique_ptr<script::Isolate> isolate,
                         script::Isolate::Create({}));
  script::EntryScope scope(*isolate);
  v8::TryCatch caught(scope.v8());
  v8::Local<v8::Value> pattern;
  v8::Local<v8::RegExp> expression;
  if (!script::Utf8ToV8(scope.v8(), filter.substr(1, end - 1)).ToLocal(&pattern)) {
    return InvalidArgument(shown + "this is too long");
  }
  if (v8::RegExp::New(scope.context(), pattern.As<v8::String>(),
                      static_cast<v8::RegExp::Flags>(flags))
          .ToLocal(&expression)) {
    return OkStatus();
  }
  return InvalidArgument(shown + "this is no regular expression: " +
                         script::DescribeException(scope.v8(), scope.context(), caught).message +
                         "\n  Without the slashes it is a part of a name.");
}

}  // namespace sedge::test
