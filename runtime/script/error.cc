// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/error.h"

#include <cstdlib>

#include "runtime/script/isolate.h"
#include "runtime/script/module_loader.h"

namespace sedge::script {
namespace {

constexpr size_t kMaxFrameColumns = 160;  // longer source lines (minified code) are cut

std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  v8::TryCatch ignored(isolate);
  v8::String::Utf8Value text(isolate, value);
  return *text ? std::string(*text, static_cast<size_t>(text.length())) : std::string();
}

// Drops the lines that point into builtins ("sedge:..."): a user's stack shows the user's files.
std::string UserFrames(const std::string& stack) {
  std::string kept;
  size_t start = 0;
  while (start < stack.size()) {
    size_t end = stack.find('\n', start);
    if (end == std::string::npos) end = stack.size();
    const std::string_view line(stack.data() + start, end - start);
    const bool frame = line.starts_with("    at ");
    if (!frame || line.find("sedge:") == std::string_view::npos) {
      if (!kept.empty()) kept += '\n';
      kept += line;
    }
    start = end + 1;
  }
  return kept;
}

bool IsOfUser(const std::string& file) {
  return !file.empty() && file != "undefined" && !file.starts_with("sedge:");
}

// What V8 says of a value without running code of the worker.
std::string PlainText(v8::Isolate* isolate, v8::Local<v8::Value> thrown) {
  constexpr std::string_view kPrefix = "Uncaught ";
  v8::Local<v8::Message> message = v8::Exception::CreateMessage(isolate, thrown);
  if (message.IsEmpty()) return "";
  const std::string text = ToUtf8(isolate, message->Get());
  return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
}

void DescribeThrown(v8::Isolate* isolate, v8::Local<v8::Context> context,
                    v8::Local<v8::Value> thrown, ScriptError& error) {
  v8::TryCatch ignored(isolate);
  if (thrown->IsNativeError()) {
    v8::Local<v8::Value> stack;
    v8::Local<v8::Object> object = thrown.As<v8::Object>();
    if (object->Get(context, Intern(isolate, "stack")).ToLocal(&stack) && stack->IsString()) {
      error.stack = UserFrames(ToUtf8(isolate, stack));
    }
    error.message = ToUtf8(isolate, thrown);
    if (error.message.empty()) error.message = PlainText(isolate, thrown);
    return;
  }
  if (thrown->IsString()) {
    error.message = ToUtf8(isolate, thrown);
    return;
  }
  v8::Local<v8::String> json;
  error.message = ToUtf8(isolate, thrown);
  if (error.message.empty()) {  // its toString threw
    error.message = "a value was thrown that is no error: " + PlainText(isolate, thrown);
  } else if (thrown->IsObject() && error.message == "[object Object]" &&
      v8::JSON::Stringify(context, thrown).ToLocal(&json)) {
    error.message = ToUtf8(isolate, json);
  }
}

void DescribePlace(v8::Isolate* isolate, v8::Local<v8::Context> context,
                   v8::Local<v8::Message> message, ScriptError& error) {
  const std::string file = ToUtf8(isolate, message->GetScriptResourceName());
  if (!IsOfUser(file)) {
    // The place is inside a builtin; the user's nearest frame is in the stack trace.
    v8::Local<v8::StackTrace> trace = message->GetStackTrace();
    for (int i = 0; !trace.IsEmpty() && i < trace->GetFrameCount(); ++i) {
      v8::Local<v8::StackFrame> frame = trace->GetFrame(isolate, static_cast<uint32_t>(i));
      const std::string name = ToUtf8(isolate, frame->GetScriptName());
      if (!IsOfUser(name)) continue;
      error.file = name;
      error.line = frame->GetLineNumber();
      error.column = frame->GetColumn();
      if (Isolate* self = Isolate::From(isolate)) {
        error.source_line = self->modules().SourceLine(error.file, error.line);
      }
      return;
    }
    return;
  }
  error.file = file;
  error.line = message->GetLineNumber(context).FromMaybe(0);
  error.column = message->GetStartColumn(context).FromMaybe(-1) + 1;
  v8::Local<v8::String> line;
  if (message->GetSourceLine(context).ToLocal(&line)) error.source_line = ToUtf8(isolate, line);
}

// The place in a line of a stack, "    at async f (worker.js:2:13)".
bool ReadFrame(std::string_view line, ScriptError& error) {
  if (const size_t open = line.rfind('('); open != std::string_view::npos) line.remove_prefix(open + 1);
  if (line.starts_with("async ")) line.remove_prefix(6);
  if (line.ends_with(')')) line.remove_suffix(1);
  const size_t column = line.rfind(':');
  const size_t row = column == std::string_view::npos ? column : line.rfind(':', column - 1);
  if (row == std::string_view::npos || row == 0) return false;
  const int number = std::atoi(std::string(line.substr(row + 1, column - row - 1)).c_str());
  if (number <= 0) return false;
  error.line = number;
  error.column = std::atoi(std::string(line.substr(column + 1)).c_str());
  error.file = line.substr(0, row);
  return true;
}

// The place of the first frame in a stack's text that has one: asynchronous frames are in the text
// alone, and functions of the language ("at parse (<anonymous>)") are nowhere.
void PlaceFromStack(v8::Isolate* isolate, ScriptError& error) {
  constexpr std::string_view kFrame = "\n    at ";
  const std::string_view stack = error.stack;
  for (size_t at = 0; (at = stack.find(kFrame, at)) != std::string_view::npos;) {
    at += kFrame.size();
    if (!ReadFrame(stack.substr(at, stack.find('\n', at) - at), error)) continue;
    if (Isolate* self = Isolate::From(isolate)) {
      error.source_line = self->modules().SourceLine(error.file, error.line);
    }
    return;
  }
}

// Places in what a bundler made become those in what the author wrote.
void ToOriginal(v8::Isolate* isolate, ScriptError& error) {
  Isolate* self = Isolate::From(isolate);
  if (!self) return;
  error.stack = self->modules().OriginalStack(error.stack);
  if (error.line == 0) return;
  StackPlace place{error.file, error.line, error.column};
  std::string source_line;
  if (!self->modules().ToOriginal(place, &source_line)) return;
  error.file = std::move(place.file);
  error.line = place.line;
  error.column = place.column;
  error.source_line = std::move(source_line);
}

}  // namespace

std::string ScriptError::CodeFrame() const {
  if (line == 0 || source_line.empty()) return "";
  std::string text = source_line;
  size_t caret = column > 0 ? static_cast<size_t>(column - 1) : 0;
  if (text.size() > kMaxFrameColumns) {
    const size_t from = caret > kMaxFrameColumns / 2 ? caret - kMaxFrameColumns / 2 : 0;
    text = text.substr(from, kMaxFrameColumns);
    caret -= from;
  }
  const std::string number = std::to_string(line);
  std::string frame = "  " + number + " | " + text + "\n  " + std::string(number.size(), ' ') + " | ";
  for (size_t i = 0; i < caret && i < text.size(); ++i) frame += text[i] == '\t' ? '\t' : ' ';
  return frame + "^";
}

std::string ScriptError::ToText() const {
  std::string text;
  if (!file.empty()) {
    text = file;
    if (line > 0) text += ":" + std::to_string(line) + ":" + std::to_string(column);
    text += ": ";
  }
  text += message;
  const std::string frame = CodeFrame();
  if (!frame.empty()) text += "\n" + frame;
  if (!hint.empty()) text += "\n  " + hint;
  return text;
}

ScriptError DescribeException(v8::Isolate* isolate, v8::Local<v8::Context> context,
                              v8::TryCatch& caught) {
  ScriptError error;
  if (caught.HasTerminated()) {
    error.terminated = true;
    return error;
  }
  if (!caught.HasCaught()) return error;
  DescribeThrown(isolate, context, caught.Exception(), error);
  if (!caught.Message().IsEmpty()) DescribePlace(isolate, context, caught.Message(), error);
  ToOriginal(isolate, error);
  return error;
}

ScriptError DescribeError(v8::Isolate* isolate, v8::Local<v8::Context> context,
                          v8::Local<v8::Value> thrown) {
  ScriptError error;
  DescribeThrown(isolate, context, thrown, error);
  v8::Local<v8::Message> message = v8::Exception::CreateMessage(isolate, thrown);
  if (!message.IsEmpty() && thrown->IsNativeError()) DescribePlace(isolate, context, message, error);
  if (error.file.empty()) PlaceFromStack(isolate, error);
  ToOriginal(isolate, error);
  return error;
}

ScriptError DescribeNow(v8::Isolate* isolate) {
  constexpr int kMaxFrames = 20;
  v8::HandleScope handles(isolate);
  ScriptError error;
  v8::Local<v8::StackTrace> trace = v8::StackTrace::CurrentStackTrace(isolate, kMaxFrames);
  for (int i = 0; i < trace->GetFrameCount(); ++i) {
    v8::Local<v8::StackFrame> frame = trace->GetFrame(isolate, static_cast<uint32_t>(i));
    const std::string file = ToUtf8(isolate, frame->GetScriptName());
    if (!IsOfUser(file)) continue;
    const std::string place = file + ":" + std::to_string(frame->GetLineNumber()) + ":" +
                              std::to_string(frame->GetColumn());
    const std::string function = ToUtf8(isolate, frame->GetFunctionName());
    if (!error.stack.empty()) error.stack += '\n';
    error.stack += "    at " + (function.empty() ? place : function + " (" + place + ")");
    if (!error.file.empty()) continue;
    error.file = file;
    error.line = frame->GetLineNumber();
    error.column = frame->GetColumn();
    if (Isolate* self = Isolate::From(isolate)) {
      error.source_line = self->modules().SourceLine(file, error.line);
    }
  }
  ToOriginal(isolate, error);
  return error;
}

}  // namespace sedge::script
