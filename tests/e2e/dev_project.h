// SPDX-License-Identifier: Apache-2.0
// A folder of files that `sedge dev` serves for a test, and what tests of it ask again and again.
// One thread; the process is gone with the object.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {

// What a browser says that shows a page.
inline const std::vector<std::pair<std::string, std::string>> kPage = {
    {"Accept", "text/html,application/xhtml+xml"}, {"Sec-Fetch-Mode", "navigate"}};

class DevProject {
 public:
  DevProject(std::initializer_list<std::pair<std::string, std::string>> files) {
    for (const auto& [name, text] : files) Write(name, text);
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  void Write(const std::string& name, const std::string& text) const { folder_.Write(name, text); }
  // As many editors save: another file takes the place.
  void Replace(const std::string& name, const std::string& text) const {
    Write(name + ".tmp", text);
    std::filesystem::rename(Path(name + ".tmp"), Path(name));
  }

  // `sedge dev ARGS` in the folder, on a free port unless ARGS say otherwise. Gives the URL.
  std::string Start(std::vector<std::string> args = {}) {
    Run(std::move(args));
    const auto url = process_->WaitUntilListening();
    EXPECT_TRUE(url) << process_->err();
    url_ = url.value_or("http://127.0.0.1:1");
    return url_;
  }
  void Run(std::vector<std::string> args = {}) {
    process_.reset();
    args.insert(args.begin(), "dev");
    if (std::find(args.begin(), args.end(), "--port") == args.end()) {
      args.insert(args.end(), {"--port", "0"});
    }
    process_ = std::make_unique<SedgeProcess>(std::move(args), folder_.path());
  }

  SedgeProcess& process() { return *process_; }
  const std::string& url() const { return url_; }
  std::string Body(const std::string& path = "/") const { return Get(url_ + path).body; }

  // Asks until the answer is `body`; gives the last one.
  std::string WaitForBody(const std::string& body, const std::string& path = "/") const {
    std::string last;
    for (const auto end = Deadline(); std::chrono::steady_clock::now() < end;) {
      last = Body(path);
      if (last == body) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return last;
  }
  // Asks for a page until it has `status`; gives its text.
  std::string WaitForPage(int status, const std::string& path = "/") const {
    HttpResponse last;
    for (const auto end = Deadline(); std::chrono::steady_clock::now() < end;) {
      last = Get(url_ + path, kPage);
      if (last.status == status) return last.body;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return "the status is " + std::to_string(last.status) + " " + last.body;
  }
  // Waits until `text` was logged `count` times.
  bool WaitForLog(const std::string& text, int count = 1) {
    for (const auto end = Deadline(); std::chrono::steady_clock::now() < end;) {
      if (Count(process_->err(), text) >= count) return true;
      if (process_->WaitForExit(1)) break;
    }
    return Count(process_->err(), text) >= count;
  }

  static int Count(const std::string& text, const std::string& part) {
    int count = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
    return count;
  }

 private:
  static std::chrono::steady_clock::time_point Deadline() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(20);
  }

  TempFolder folder_;
  std::unique_ptr<SedgeProcess> process_;
  std::string url_;
};

// A worker that answers `text`.
inline std::string Answers(const std::string& text) {
  return "export default { fetch() { return new Response(\"" + text + "\"); } };\n";
}

}  // namespace sedge::e2e
