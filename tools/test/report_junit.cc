// SPDX-License-Identifier: Apache-2.0
// The reporter for JUnit's XML. The root has the sums, so all is written at the end; a file is a
// <testsuite>, in the order of their names, so that two runs can be compared.
#include <cstdio>
#include <map>

#include "tools/test/report_text.h"
#include "tools/test/reporters.h"

namespace sedge::tools {
namespace {

std::string Seconds(double milliseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", milliseconds / 1000);
  return text;
}

std::string Attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + XmlAttribute(value) + "\"";
}

std::string Attribute(std::string_view name, size_t value) {
  return Attribute(name, std::to_string(value));
}

class JunitReporter final : public Reporter {
 public:
  explicit JunitReporter(std::ostream& out) : out_(out) {}

  void OnStart(size_t) override { files_.clear(); }
  void OnFileStart(const std::string& file) override { files_[file]; }

  void OnTest(const std::string& file, const test::TestRecord& record) override {
    File& state = files_[file];
    ++state.tests;
    std::string suites = file;
    for (size_t i = 0; i + 1 < record.path.size(); ++i) suites += " > " + record.path[i];
    state.xml += "    <testcase" +
                 Attribute("name", record.path.empty() ? "" : record.path.back()) +
                 Attribute("classname", suites) + Attribute("file", file) +
                 Attribute("time", Seconds(record.duration_ms));
    if (record.line > 0) state.xml += Attribute("line", static_cast<size_t>(record.line));
    const std::string inside = Inside(record, state);
    state.xml += inside.empty() ? "/>\n" : ">\n" + inside + "    </testcase>\n";
  }

  void OnFileError(const std::string& file, const std::string& message) override {
    File& state = files_[file];
    ++state.tests;
    ++state.errors;
    state.xml += "    <testcase" + Attribute("name", "the file itself") +
                 Attribute("classname", file) + Attribute("file", file) +
                 Attribute("time", Seconds(0)) + ">\n      <error" +
                 Attribute("message", FirstLine(message)) + ">" + XmlText(message) +
                 "</error>\n    </testcase>\n";
  }

  void OnFileEnd(const std::string& file, double duration_ms) override {
    files_[file].duration_ms = duration_ms;
  }

  void OnEnd(const TestSummary& summary) override {
    File all;
    for (const auto& [name, file] : files_) {
      all.tests += file.tests;
      all.failures += file.failures;
      all.errors += file.errors;
      all.skipped += file.skipped;
    }
    out_ << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites"
         << Attribute("name", "sedge test") << Sums(all)
         << Attribute("time", Seconds(summary.duration_ms)) << ">\n";
    for (const auto& [name, file] : files_) {
      out_ << "  <testsuite" << Attribute("name", name) << Sums(file)
           << Attribute("time", Seconds(file.duration_ms)) << ">\n"
           << file.xml << "  </testsuite>\n";
    }
    out_ << "</testsuites>\n" << std::flush;
  }

 private:
  struct File {
    std::string xml;
    size_t tests = 0;
    size_t failures = 0;
    size_t errors = 0;
    size_t skipped = 0;
    double duration_ms = 0;
  };

  static std::string Sums(const File& file) {
    return Attribute("tests", file.tests) + Attribute("failures", file.failures) +
           Attribute("errors", file.errors) + Attribute("skipped", file.skipped);
  }

  // What is in a <testcase>; counts it.
  static std::string Inside(const test::TestRecord& record, File& file) {
    std::string xml;
    if (record.status == test::TestStatus::kFail) {
      ++file.failures;
      std::string text = record.message;
      if (!record.code_frame.empty()) text += "\n\n" + record.code_frame;
      if (!record.stack.empty()) text += "\n" + record.stack;
      xml += "      <failure" + Attribute("message", FirstLine(record.message)) +
             Attribute("type", record.error_name.empty() ? "Error" : record.error_name) + ">" +
             XmlText(text) + "</failure>\n";
    } else if (record.status != test::TestStatus::kPass) {
      ++file.skipped;
      const bool todo = record.status == test::TestStatus::kTodo;
      const std::string reason = todo && record.message.empty() ? "todo" : record.message;
      xml += "      <skipped" + (reason.empty() ? "" : Attribute("message", reason)) + "/>\n";
    }
    std::string out, err;
    for (const test::ConsoleLine& line : record.output) {
      (line.level == "warn" || line.level == "error" ? err : out) += line.text + "\n";
    }
    if (!out.empty()) xml += "      <system-out>" + XmlText(out) + "</system-out>\n";
    if (!err.empty()) xml += "      <system-err>" + XmlText(err) + "</system-err>\n";
    return xml;
  }

  std::ostream& out_;
  std::map<std::string, File> files_;
};

}  // namespace

std::unique_ptr<Reporter> MakeJunitReporter(std::ostream& out) {
  return std::make_unique<JunitReporter>(out);
}

}  // namespace sedge::tools
