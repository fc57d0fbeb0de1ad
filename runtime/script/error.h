// SPDX-License-Identifier: Apache-2.0
// JavaScript errors as plain data: what went wrong, where, and the source line, for logs, pages and
// messages of the command line.
#pragma once

#include <string>

#include "runtime/script/v8_compat.h"

namespace sedge::script {

struct ScriptError {
  std::string message;      // "TypeError: x is not a function"
  std::string stack;        // V8's stack without the frames of builtins; may be empty
  std::string file;         // of the place, or ""
  int line = 0;             // 1-based; 0: unknown
  int column = 0;           // 1-based
  std::string source_line;  // the text of that line, or ""
  std::string hint;         // what to do, where that is known
  bool terminated = false;  // ended by force; there is no message

  // "worker.js:3:5: TypeError: x is not a function", then a code frame when the line is known,
  // and the hint.
  std::string ToText() const;
  // The code frame alone: the line with its number, and a caret under the column. "" when unknown.
  std::string CodeFrame() const;
};

ScriptError DescribeException(v8::Isolate* isolate, v8::Local<v8::Context> context,
                              v8::TryCatch& caught);
// For a value that was thrown or rejected with.
ScriptError DescribeError(v8::Isolate* isolate, v8::Local<v8::Context> context,
                          v8::Local<v8::Value> thrown);

// Where JavaScript is at this moment, with no message. Runs no JavaScript: for interrupts.
ScriptError DescribeNow(v8::Isolate* isolate);

}  // namespace sedge::script
