// SPDX-License-Identifier: Apache-2.0
// What became of one test: the record that an isolate makes and that reporters print. Plain data.
// The JavaScript half hands over an object with the same members by the names { path, status
// ("pass", "fail", "skip", "todo"), message, errorName, stack, file, line, column, durationMs,
// output: [{ level, text }], hook }; the code frame is added by who has the sources.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sedge::test {

enum class TestStatus {
  kPass,
  kFail,
  kSkip,  // not run: skip, only elsewhere, or its name is not asked for
  kTodo,  // not written yet
};

// Parts of a path as one string, between native code and an isolate.
inline constexpr char kPathSeparator = '\0';

struct ConsoleLine {
  std::string level;  // "debug", "log", "info", "warn" or "error"
  std::string text;
};

struct TestRecord {
  std::vector<std::string> path;  // the suites, outside in, then the test's own name
  TestStatus status = TestStatus::kPass;
  // Of a failure: what was expected, the matcher's claim and the lines that differ; no stack, no
  // colours. Of a skipped or todo test: why, or "".
  std::string message;
  std::string error_name;  // "AssertionError", "TypeError" ...; "" when what was thrown is no error
  std::string
      stack;  // frames of the user's files, one a line: "    at f (app.js:3:5)"; may be empty
  // Where it failed: the nearest frame in the test file, else in the worker. As stacks name files.
  std::string file;
  int line = 0;            // 1-based; 0: unknown
  int column = 0;          // 1-based
  std::string code_frame;  // the lines around that place with a caret below it; "" when unknown
  double duration_ms = 0;
  std::vector<ConsoleLine> output;  // what console printed while it ran
  bool hook = false;                // this is no test: beforeAll or afterAll of `path` failed

  // "suite > name"
  std::string FullName() const {
    std::string text;
    for (const std::string& part : path) {
      if (!text.empty()) text += " > ";
      text += part;
    }
    return text;
  }
};

inline std::string JoinPath(const std::vector<std::string>& path) {
  std::string joined;
  for (size_t i = 0; i < path.size(); ++i) {
    if (i > 0) joined += kPathSeparator;
    joined += path[i];
  }
  return joined;
}

inline std::vector<std::string> SplitPath(std::string_view joined) {
  std::vector<std::string> path;
  for (size_t end; (end = joined.find(kPathSeparator)) != std::string_view::npos;) {
    path.emplace_back(joined.substr(0, end));
    joined.remove_prefix(end + 1);
  }
  path.emplace_back(joined);
  return path;
}

}  // namespace sedge::test
