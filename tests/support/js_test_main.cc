// SPDX-License-Identifier: Apache-2.0
// js_test FILE...: runs *_test.js files inside the runtime, each in an isolate of its own with
// env's KV on a fresh store; prints TAP. Exit status 0 when everything passed.
#include <cstdio>
#include <filesystem>

#include "tests/support/file_run.h"

namespace sedge::worker {
namespace {

std::string Indented(const std::string& text) {
  std::string out = "    ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

void Print(const std::string& file, int number, const test::TestRecord& record) {
  const bool failed = record.status == test::TestStatus::kFail;
  const char* directive = record.status == test::TestStatus::kSkip   ? " # SKIP"
                          : record.status == test::TestStatus::kTodo ? " # TODO"
                                                                     : "";
  std::printf("%s %d - %s: %s%s\n", failed ? "not ok" : "ok", number, file.c_str(),
              record.FullName().c_str(), directive);
  for (const std::string* text : {&record.message, &record.code_frame, &record.stack}) {
    if (!text->empty()) std::printf("%s\n", Indented(*text).c_str());
  }
  for (const test::ConsoleLine& line : record.output) {
    if (failed) std::printf("%s\n", Indented(line.level + ": " + line.text).c_str());
  }
}

int Main(int argc, char** argv) {
  InitializeEngine();
  int number = 0;
  size_t failures = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string file = std::filesystem::path(argv[i]).stem();
    const auto print = [&](const test::TestRecord& record) { Print(file, ++number, record); };
    const Result<test::TestTotals> totals = FileRun().Run(argv[i], print);
    if (!totals.ok()) {
      const std::string why(totals.status().message());
      std::printf("not ok %d - %s\n%s\n", ++number, argv[i], Indented(why).c_str());
    }
    failures += totals.ok() ? totals->failed : 1;
  }
  std::printf("1..%d\n", number);
  if (number == 0) std::printf("# no test ran\n");
  return failures == 0 && number > 0 ? 0 : 1;
}

}  // namespace
}  // namespace sedge::worker

int main(int argc, char** argv) { return sedge::worker::Main(argc, argv); }
