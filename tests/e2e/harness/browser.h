// SPDX-License-Identifier: Apache-2.0
// A headless Chromium as a child process, driven over --remote-debugging-pipe (Chrome DevTools
// Protocol: JSON messages that end with a NUL). One page, one thread; blocking calls with a
// deadline. The browser ends with the object, and when the test program dies.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {

class Browser {
 public:
  static constexpr int kDeadlineMs = 30'000;

  // The path of an installed Chromium; empty when there is none.
  static std::string Find();

  explicit Browser(const std::string& path);
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  // What is wrong, once something is; empty while all is well. Calls then return null.
  const std::string& error() const { return error_; }

  void Resize(int width, int height, bool is_phone);
  void ReduceMotion();
  void PreferDark();
  void Open(const std::string& url);
  // The value of a JavaScript expression, awaited.
  nlohmann::json Evaluate(const std::string& expression);
  // Until the expression is true; false when the deadline passes.
  bool WaitUntil(const std::string& expression);
  // A PNG.
  std::string Screenshot();
  // Keys such as "Tab", "ArrowRight".
  void Press(const std::string& key, int key_code);

 private:
  nlohmann::json Call(const std::string& method, nlohmann::json params);
  void SendMessage(const std::string& text);
  // The next message; empty after the deadline or when the browser is gone.
  std::string ReadMessage(int64_t deadline_ms);

  TempFolder profile_;
  pid_t pid_ = -1;
  int to_browser_ = -1;
  int from_browser_ = -1;
  int last_id_ = 0;
  std::string session_;
  std::string received_;
  std::string error_;
};

}  // namespace sedge::e2e
