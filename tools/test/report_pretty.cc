// SPDX-License-Identifier: Apache-2.0
// The reporter for people. With one file, each test's line comes when the test is done; with
// several, each file's when the file is, with the tests that failed below it. All failures in full,
// with what they printed, and the sums, come at the end, where one looks.
#include <map>
#include <vector>

#include "tools/test/report_text.h"
#include "tools/test/reporters.h"

namespace sedge::tools {
namespace {

using test::TestRecord;
using test::TestStatus;

constexpr double kSlowMs = 300;  // tests and files that take longer say how long

// Escape sequences, or nothing without colours.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string Green(std::string_view text) const { return In("32", text); }
  std::string Red(std::string_view text) const { return In("31", text); }
  std::string Yellow(std::string_view text) const { return In("33", text); }
  std::string Cyan(std::string_view text) const { return In("36", text); }
  std::string Dim(std::string_view text) const { return In("2", text); }
  std::string Bold(std::string_view text) const { return In("1", text); }
  std::string Badge(std::string_view text) const {
    return on_ ? In("1;41;97", " " + std::string(text) + " ") : std::string(text);
  }

 private:
  std::string In(std::string_view code, std::string_view text) const {
    if (!on_ || text.empty()) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
  }
  bool on_;
};

class PrettyReporter final : public Reporter {
 public:
  PrettyReporter(std::ostream& out, bool color) : out_(out), paint_(color) {}

  void OnStart(size_t files) override {
    single_ = files == 1;
    files_.clear();
    failures_.clear();
  }

  void OnTest(const std::string& file, const TestRecord& record) override {
    File& state = files_[file];
    ++state.counts[static_cast<size_t>(record.status)];
    const bool failed = record.status == TestStatus::kFail;
    std::string text = failed ? "" : Output(record);  // that of failures is with them
    if (single_ || failed) text += "   " + Line(record) + "\n";
    if (single_) {
      out_ << text << std::flush;
    } else {
      state.text += text;
    }
    if (failed) failures_.push_back(Failure(file, record));
  }

  void OnFileError(const std::string& file, const std::string& message) override {
    files_[file].broken = true;
    failures_.push_back(paint_.Badge("ERROR") + " " + paint_.Bold(PlainLine(file)) + "\n" +
                        Indented(PlainLines(message), "  ") + "\n");
  }

  void OnFileEnd(const std::string& file, double duration_ms) override {
    const File state = std::move(files_[file]);
    files_.erase(file);
    out_ << FileLine(file, state, duration_ms) << '\n' << state.text << std::flush;
  }

  void OnEnd(const TestSummary& summary) override {
    for (const std::string& failure : failures_) out_ << '\n' << failure;
    out_ << '\n';
    if (summary.files_passed + summary.files_failed + summary.files_skipped != 1) {
      out_ << paint_.Dim(" Files ")
           << Sums({{summary.files_failed, "failed"},
                    {summary.files_passed, "passed"},
                    {summary.files_skipped, "skipped"}})
           << '\n';
    }
    out_ << paint_.Dim(" Tests ")
         << Sums({{summary.failed, "failed"},
                  {summary.passed, "passed"},
                  {summary.skipped, "skipped"},
                  {summary.todo, "todo"}})
         << '\n';
    if (summary.errors > 0) {
      out_ << paint_.Dim("Errors ") << paint_.Red(std::to_string(summary.errors)) << '\n';
    }
    out_ << paint_.Dim("  Time ") << Duration(summary.duration_ms) << '\n';
    if (summary.bailed)
      out_ << paint_.Yellow("Ended at the first failure, as --bail asks.") << '\n';
    if (summary.interrupted) out_ << paint_.Yellow("Interrupted.") << '\n';
    out_ << std::flush;
  }

 private:
  struct File {
    size_t counts[4] = {};  // by TestStatus
    bool broken = false;
    std::string text;  // below its line
  };

  static size_t Count(const File& file, TestStatus status) {
    return file.counts[static_cast<size_t>(status)];
  }

  std::string Mark(TestStatus status) const {
    switch (status) {
      case TestStatus::kPass: return paint_.Green("\u2713");
      case TestStatus::kFail: return paint_.Red("\u2717");
      case TestStatus::kSkip: return paint_.Dim("\u2193");
      case TestStatus::kTodo: return paint_.Dim("\u25a1");
    }
    return "";
  }

  std::string Line(const TestRecord& record) const {
    const std::string name = PlainLine(record.FullName());
    const bool run = record.status == TestStatus::kPass || record.status == TestStatus::kFail;
    std::string line = Mark(record.status) + " " + (run ? name : paint_.Dim(name));
    if (record.status == TestStatus::kTodo) line += paint_.Dim(" (todo)");
    if (!run && !record.message.empty()) line += paint_.Dim(" (" + PlainLine(record.message) + ")");
    if (record.duration_ms > kSlowMs) line += " " + paint_.Yellow(Duration(record.duration_ms));
    return line;
  }

  std::string FileLine(const std::string& file, const File& state, double duration_ms) const {
    const size_t failed = Count(state, TestStatus::kFail);
    const size_t skipped = Count(state, TestStatus::kSkip);
    const size_t todo = Count(state, TestStatus::kTodo);
    const size_t all = Count(state, TestStatus::kPass) + failed + skipped + todo;
    std::string inside = Counted(all, "test");
    if (failed > 0) inside += " | " + paint_.Red(std::to_string(failed) + " failed");
    if (skipped > 0) inside += " | " + paint_.Yellow(std::to_string(skipped) + " skipped");
    if (todo > 0) inside += " | " + std::to_string(todo) + " todo";
    if (state.broken) inside = paint_.Red("could not be run");
    const bool bad = failed > 0 || state.broken;
    const TestStatus status = bad                     ? TestStatus::kFail
                              : skipped + todo == all ? TestStatus::kSkip
                                                      : TestStatus::kPass;
    const std::string duration = Duration(duration_ms);
    return " " + Mark(status) + " " + PlainLine(file) + " " + paint_.Dim("(") + inside +
           paint_.Dim(")") + " " +
           (duration_ms > kSlowMs ? paint_.Yellow(duration) : paint_.Dim(duration));
  }

  // What the console printed during a test: as it is, since it may have colours of its own.
  std::string Output(const TestRecord& record) const {
    if (record.output.empty()) return "";
    std::string text = "   " + paint_.Dim("console of " + PlainLine(record.FullName())) + "\n";
    for (const test::ConsoleLine& line : record.output) {
      const bool loud = line.level == "warn" || line.level == "error";
      const std::string shown = Indented(line.text, "     ");
      text += (loud ? paint_.Yellow(shown) : shown) + "\n";
    }
    return text;
  }

  std::string Failure(const std::string& file, const TestRecord& record) const {
    std::string text = paint_.Badge("FAIL") + " " + paint_.Dim(PlainLine(file) + " >") + " " +
                       paint_.Bold(PlainLine(record.FullName())) + "\n";
    text += Indented(PaintMessage(PlainLines(record.message)), "  ") + "\n";
    if (!record.code_frame.empty())
      text += "\n" + Indented(PaintFrame(PlainLines(record.code_frame)), "  ") + "\n";
    if (!record.stack.empty()) {
      text += paint_.Dim(Indented(PlainLines(record.stack), ""));
      if (text.back() != '\n') text += '\n';
    } else if (!record.file.empty()) {
      text += paint_.Dim("    at " + PlainLine(record.file) + ":" + std::to_string(record.line) +
                         ":" + std::to_string(record.column)) +
              "\n";
    }
    const std::string output = Output(record);
    return text + (output.empty() ? "" : "\n" + output);
  }

  // The lines of a diff in their colours: what was expected green, what came red.
  std::string PaintMessage(const std::string& message) const {
    return EachLine(message, [this](std::string_view line) {
      if (line.starts_with("- ") || line == "-" || line.starts_with("Expected"))
        return paint_.Green(line);
      if (line.starts_with("+ ") || line == "+" || line.starts_with("Received"))
        return paint_.Red(line);
      if (line.starts_with("@@ ")) return paint_.Cyan(line);
      if (line.starts_with("    at ")) return paint_.Dim(line);
      return std::string(line);
    });
  }

  std::string PaintFrame(const std::string& frame) const {
    return EachLine(frame, [this](std::string_view line) {
      if (line.starts_with("> ")) return paint_.Red(">") + std::string(line.substr(1));
      if (line.ends_with("^"))
        return std::string(line.substr(0, line.size() - 1)) + paint_.Red("^");
      return paint_.Dim(line);
    });
  }

  template <typename Fn>
  static std::string EachLine(std::string_view text, Fn paint) {
    std::string out;
    while (true) {
      const size_t end = text.find('\n');
      out += paint(text.substr(0, end));
      if (end == std::string_view::npos) return out;
      out += '\n';
      text.remove_prefix(end + 1);
    }
  }

  // "1 failed, 14 passed (15)"
  std::string Sums(std::initializer_list<std::pair<size_t, std::string_view>> parts) const {
    std::string text;
    size_t all = 0;
    for (const auto& [count, word] : parts) {
      all += count;
      if (count == 0) continue;
      if (!text.empty()) text += ", ";
      const std::string part = std::to_string(count) + " " + std::string(word);
      text += word == "failed"   ? paint_.Red(part)
              : word == "passed" ? paint_.Green(part)
                                 : paint_.Yellow(part);
    }
    if (all == 0) return paint_.Yellow("none");
    return text + paint_.Dim(" (" + std::to_string(all) + ")");
  }

  std::ostream& out_;
  const Paint paint_;
  bool single_ = false;
  std::map<std::string, File> files_;
  std::vector<std::string> failures_;
};

}  // namespace

std::unique_ptr<Reporter> MakePrettyReporter(std::ostream& out, bool color) {
  return std::make_unique<PrettyReporter>(out, color);
}

}  // namespace sedge::tools
