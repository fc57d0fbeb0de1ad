// SPDX-License-Identifier: Apache-2.0
// The reporter for TAP 14. A file is a subtest, written when the file is done, since files run at
// the same time; what went wrong is in YAML below its test.
#include <cstdio>
#include <map>

#include "tools/test/report_text.h"
#include "tools/test/reporters.h"

namespace sedge::tools {
namespace {

constexpr std::string_view kSubtest = "    ";

// A description: "#" would begin a directive, and "\" escapes.
std::string Description(std::string_view text) {
  std::string out;
  for (const char c : PlainLine(text)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// A value for YAML, in double quotes.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : PlainLine(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// `key: |-` with the text below it, as it is.
std::string Block(std::string_view key, std::string_view text) {
  std::string plain = PlainLines(text);
  while (!plain.empty() && plain.back() == '\n') plain.pop_back();
  if (plain.empty()) return "";
  // The digit says how far the text is indented: its own first line may begin with spaces.
  return std::string(key) + ": |2-\n" + Indented(plain, "  ") + "\n";
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

class TapReporter final : public Reporter {
 public:
  explicit TapReporter(std::ostream& out) : out_(out) {}

  void OnStart(size_t) override {
    files_.clear();
    number_ = 0;
    out_ << "TAP version 14\n" << std::flush;
    started_ = true;
  }

  void OnTest(const std::string& file, const test::TestRecord& record) override {
    File& state = files_[file];
    const bool failed = record.status == test::TestStatus::kFail;
    const bool todo = record.status == test::TestStatus::kTodo;
    std::string line = failed || todo ? "not ok " : "ok ";
    line += std::to_string(++state.count) + " - " + Description(record.FullName());
    if (record.status == test::TestStatus::kSkip) line += Directive("SKIP", record.message);
    if (todo) line += Directive("TODO", record.message);
    state.text += line + "\n";
    state.failed |= failed;
    state.text += Indented(Diagnostics(record), "  ");
  }

  void OnFileError(const std::string& file, const std::string& message) override {
    File& state = files_[file];
    state.failed = true;
    state.text += "not ok " + std::to_string(++state.count) + " - " + Description(file) + "\n";
    state.text += Indented("---\n" + Block("message", message) + "...\n", "  ");
  }

  void OnFileEnd(const std::string& file, double duration_ms) override {
    const auto found = files_.find(file);
    File state = found == files_.end() ? File() : std::move(found->second);
    if (found != files_.end()) files_.erase(found);
    out_ << "# Subtest: " << Description(file) << '\n'
         << Indented(state.text + "1.." + std::to_string(state.count) + "\n", kSubtest)
         << (state.failed ? "not ok " : "ok ") << ++number_ << " - " << Description(file)
         << (state.count == 0 ? " # SKIP there is no test in it" : "") << '\n'
         << Indented("---\nduration_ms: " + Number(duration_ms) + "\n...\n", "  ") << std::flush;
  }

  void OnEnd(const TestSummary& summary) override {
    if (!started_) out_ << "TAP version 14\n";
    while (!files_.empty()) OnFileEnd(std::string(files_.begin()->first), 0);
    if (summary.bailed) out_ << "Bail out! a test failed, and --bail was asked for\n";
    if (summary.interrupted) out_ << "Bail out! interrupted\n";
    out_ << "1.." << number_ << '\n'
         << "# tests " << summary.passed + summary.failed + summary.skipped + summary.todo << '\n'
         << "# pass " << summary.passed << "\n# fail " << summary.failed << "\n# skip "
         << summary.skipped << "\n# todo " << summary.todo << '\n'
         << std::flush;
  }

 private:
  struct File {
    std::string text;
    size_t count = 0;
    bool failed = false;
  };

  static std::string Directive(std::string_view word, std::string_view reason) {
    return " # " + std::string(word) + (reason.empty() ? "" : " ") + PlainLine(reason);
  }

  static std::string Diagnostics(const test::TestRecord& record) {
    std::string yaml = "---\nduration_ms: " + Number(record.duration_ms) + "\n";
    if (record.status == test::TestStatus::kFail) {
      yaml += Block("message", record.message) + "severity: fail\n";
      if (!record.error_name.empty()) yaml += "type: " + Quoted(record.error_name) + "\n";
      if (!record.file.empty()) {
        yaml += "at: " +
                Quoted(record.file + ":" + std::to_string(record.line) + ":" +
                       std::to_string(record.column)) +
                "\n";
      }
      yaml += Block("source", record.code_frame) + Block("stack", record.stack);
    }
    std::string output;
    for (const test::ConsoleLine& line : record.output)
      output += line.level + ": " + line.text + "\n";
    return yaml + Block("output", output) + "...\n";
  }

  std::ostream& out_;
  std::map<std::string, File> files_;
  size_t number_ = 0;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<Reporter> MakeTapReporter(std::ostream& out) {
  return std::make_unique<TapReporter>(out);
}

}  // namespace sedge::tools
