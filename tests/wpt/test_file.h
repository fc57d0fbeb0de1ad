// SPDX-License-Identifier: Apache-2.0
// The tests of a checkout of web-platform-tests that run without a browser, and what their heads
// ask for: https://web-platform-tests.org/writing-tests/testharness.html#multi-global-tests
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sedge::wpt {

// One run of one file.
struct TestCase {
  std::string path;                  // "url/url-constructor.any.js", relative to the checkout
  std::string variant;               // "?include=file", or ""
  std::vector<std::string> scripts;  // relative to the checkout, in order
  bool long_timeout = false;
  bool is_worker_script = false;  // a .worker.js, which names its scripts by importScripts()
  bool tentative = false;

  std::string id() const { return path + variant; }
};

// What the "// META:" lines at the head of `text` ask for; a case for each variant.
std::vector<TestCase> ParseTestFile(const std::string& path, std::string_view text);

// All cases below a folder of the checkout, sorted. `folder` may be a file.
std::vector<TestCase> FindTests(const std::string& checkout, const std::string& folder);

// Resolves what a file names ("resources/x.js", "/common/y.js") to a path relative to the checkout.
std::string ResolvePath(const std::string& from, std::string_view name);

// The file's bytes; "" when there is none.
std::string ReadFile(const std::string& path);

}  // namespace sedge::wpt
