// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/test_run.h"

#include <algorithm>
#include <utility>

#include "runtime/script/entry_scope.h"
#include "runtime/script/error.h"
#include "runtime/script/module_loader.h"
#include "runtime/script/result.h"

namespace sedge::test {
namespace {

constexpr int kLinesBefore = 2;  // of the failing one, in a code frame
constexpr int kLinesAfter = 2;
constexpr size_t kMaxColumns = 160;  // longer lines (minified code) are cut

// Reads members of an object that testing/runner.js made.
class Reader {
 public:
  Reader(script::Isolate& isolate, v8::Local<v8::Value> value)
      : isolate_(isolate.v8()), context_(isolate.context()), value_(value) {}

  v8::Local<v8::Value> Get(std::string_view key) const {
    v8::Local<v8::Value> member;
    if (!value_->IsObject() ||
        !value_.As<v8::Object>()->Get(context_, script::Intern(isolate_, key)).ToLocal(&member)) {
      return v8::Undefined(isolate_);
    }
    return member;
  }
  std::string Text(std::string_view key) const { return Utf8(Get(key)); }
  double Number(std::string_view key) const { return Get(key)->NumberValue(context_).FromMaybe(0); }
  size_t Count(std::string_view key) const { return static_cast<size_t>(Number(key)); }

  // Calls fn with each item of the array of that name.
  template <typename Fn>
  void Each(std::string_view key, Fn fn) const {
    v8::Local<v8::Value> list = Get(key);
    if (!list->IsArray()) return;
    for (uint32_t i = 0; i < list.As<v8::Array>()->Length(); ++i) {
      v8::Local<v8::Value> item;
      if (list.As<v8::Array>()->Get(context_, i).ToLocal(&item)) fn(item);
    }
  }
  std::string Utf8(v8::Local<v8::Value> value) const {
    if (!value->IsString()) return "";
    v8::String::Utf8Value text(isolate_, value);
    return *text ? std::string(*text, static_cast<size_t>(text.length())) : "";
  }

 private:
  v8::Isolate* isolate_;
  v8::Local<v8::Context> context_;
  v8::Local<v8::Value> value_;
};

TestStatus StatusOf(const std::string& word) {
  if (word == "pass") return TestStatus::kPass;
  if (word == "skip") return TestStatus::kSkip;
  if (word == "todo") return TestStatus::kTodo;
  return TestStatus::kFail;
}

// The lines of a stack that are frames.
std::string FramesOf(const std::string& stack) {
  const size_t first = stack.starts_with("    at ") ? 0 : stack.find("\n    at ");
  if (first == std::string::npos) return "";
  return stack.substr(first == 0 ? 0 : first + 1);
}

bool IsInside(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The byte at a column (1-based, UTF-16 code units) of a line in UTF-8.
size_t OffsetOf(std::string_view line, int column) {
  size_t at = 0;
  for (int units = 1; at < line.size() && units < column;) {
    units += static_cast<unsigned char>(line[at]) >= 0xF0 ? 2 : 1;
    do ++at;
    while (at < line.size() && IsInside(line[at]));
  }
  return at;
}

// A line as a code frame shows it, and where in that the place is.
struct Excerpt {
  std::string text;
  size_t place = 0;
};

Excerpt CutLine(std::string_view line, size_t place) {
  size_t from = line.size() > kMaxColumns && place > kMaxColumns / 2 ? place - kMaxColumns / 2 : 0;
  while (from > 0 && IsInside(line[from])) --from;
  size_t to = std::min(line.size(), from + kMaxColumns);
  while (to < line.size() && IsInside(line[to])) ++to;
  const std::string dots = "\u2026";
  return {(from > 0 ? dots : "") + std::string(line.substr(from, to - from)) +
              (to < line.size() ? dots : ""),
          place - from + (from > 0 ? dots.size() : 0)};
}

// As wide as the text before the place.
std::string Blank(const Excerpt& shown) {
  std::string blank;
  for (size_t i = 0; i < shown.place && i < shown.text.size(); ++i) {
    if (!IsInside(shown.text[i])) blank += shown.text[i] == '\t' ? '\t' : ' ';
  }
  return blank;
}

}  // namespace

TestRun::TestRun(script::Isolate& isolate, TestOptions options,
                 std::function<void(TestRecord)> on_record, std::function<void(TestTotals)> on_done)
    : isolate_(isolate),
      options_(std::move(options)),
      on_record_(std::move(on_record)),
      on_done_(std::move(on_done)) {}

TestRun& TestRun::From(const v8::FunctionCallbackInfo<v8::Value>& info) {
  return *static_cast<TestRun*>(info.Data().As<v8::External>()->Value());
}

void TestRun::Start() {
  script::EntryScope scope(isolate_);
  v8::Isolate* v8 = scope.v8();
  v8::Local<v8::Context> context = scope.context();
  v8::Local<v8::External> self = v8::External::New(v8, this);
  v8::Local<v8::Object> options = v8::Object::New(v8);
  v8::Local<v8::Value> filter, promise;
  v8::Local<v8::Function> on_record, on_done, on_failure;
  const bool made =
      script::Utf8ToV8(v8, options_.filter).ToLocal(&filter) &&
      options->Set(context, script::Intern(v8, "filter"), filter).FromMaybe(false) &&
      options
          ->Set(context, script::Intern(v8, "timeoutMs"), v8::Number::New(v8, options_.timeout_ms))
          .FromMaybe(false) &&
      options->Set(context, script::Intern(v8, "bail"), v8::Boolean::New(v8, options_.bail))
          .FromMaybe(false) &&
      v8::Function::New(
          context, [](const auto& info) { From(info).Record(info[0]); }, self)
          .ToLocal(&on_record) &&
      v8::Function::New(
          context, [](const auto& info) { From(info).Done(info[0]); }, self)
          .ToLocal(&on_done) &&
      v8::Function::New(
          context, [](const auto& info) { From(info).Fail(info[0]); }, self)
          .ToLocal(&on_failure);
  if (!made || !isolate_.CallHook("runTests", {on_record, options}).ToLocal(&promise) ||
      promise.As<v8::Promise>()->Then(context, on_done, on_failure).IsEmpty()) {
    on_done_({.failed = 1});
  }
}

void TestRun::Record(v8::Local<v8::Value> value) {
  const Reader reader(isolate_, value);
  TestRecord record;
  reader.Each("path", [&](v8::Local<v8::Value> part) { record.path.push_back(reader.Utf8(part)); });
  record.status = StatusOf(reader.Text("status"));
  record.message = reader.Text("message");
  record.error_name = reader.Text("errorName");
  record.duration_ms = reader.Number("durationMs");
  record.hook = reader.Get("hook")->IsTrue();
  reader.Each("output", [&](v8::Local<v8::Value> line) {
    const Reader part(isolate_, line);
    record.output.push_back({part.Text("level"), part.Text("text")});
  });
  if (record.status == TestStatus::kFail) DescribePlace(reader.Get("error"), record);
  on_record_(std::move(record));
}

void TestRun::DescribePlace(v8::Local<v8::Value> error, TestRecord& record) {
  const script::ScriptError described =
      script::DescribeError(isolate_.v8(), isolate_.context(), error);
  record.stack = FramesOf(described.stack);
  record.file = described.file;
  record.line = described.line;
  record.column = described.column;
  record.code_frame = CodeFrame(record);
  // The source of a source map may be in no file that can be read.
  if (record.code_frame.empty()) record.code_frame = described.CodeFrame();
}

std::string TestRun::CodeFrame(const TestRecord& record) {
  if (record.line <= 0) return "";
  std::string frame;
  const size_t width = std::to_string(record.line + kLinesAfter).size();
  for (int line = record.line - kLinesBefore; line <= record.line + kLinesAfter; ++line) {
    const std::string text = isolate_.modules().SourceLine(record.file, line);
    if (line == record.line && text.empty()) return "";
    if (line < 1 || (text.empty() && line > record.line)) continue;
    const size_t place = line == record.line ? OffsetOf(text, record.column) : 0;
    const Excerpt shown = CutLine(text, place);
    const std::string number = std::to_string(line);
    frame += line == record.line ? "> " : "  ";
    frame += std::string(width - number.size(), ' ') + number + " | " + shown.text;
    while (frame.ends_with(' ')) frame.pop_back();
    frame += '\n';
    if (line == record.line) frame += "  " + std::string(width, ' ') + " | " + Blank(shown) + "^\n";
  }
  frame.pop_back();
  return frame;
}

void TestRun::Done(v8::Local<v8::Value> totals) {
  const Reader reader(isolate_, totals);
  on_done_({reader.Count("passed"), reader.Count("failed"), reader.Count("skipped"),
            reader.Count("todo")});
}

void TestRun::Fail(v8::Local<v8::Value> error) {
  TestRecord record;
  record.path = {"the test runner"};
  record.status = TestStatus::kFail;
  record.hook = true;
  record.message = script::DescribeError(isolate_.v8(), isolate_.context(), error).ToText();
  on_record_(std::move(record));
  on_done_({.failed = 1});
}

}  // namespace sedge::test
