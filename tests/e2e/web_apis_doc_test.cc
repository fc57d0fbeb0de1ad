// SPDX-License-Identifier: Apache-2.0
// docs/web-apis.md lists what the binary has on its global object, no more and no less, and says of
// the web platform's tests what docs/conformance.md says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/worker.h"

namespace sedge::e2e {
namespace {

using ::testing::UnorderedElementsAreArray;

std::string ReadDoc(const std::string& name) {
  std::ifstream file(SEDGE_SOURCE_DIR "/docs/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The cells of the rows of tables whose first cell matches, without the blanks around them.
std::vector<std::vector<std::string>> Rows(const std::string& doc, const std::regex& first) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(doc);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| ")) continue;
    std::vector<std::string> cells;
    std::istringstream rest(line.substr(2));
    for (std::string cell; std::getline(rest, cell, '|');) {
      const size_t end = cell.find_last_not_of(' ');
      const size_t start = cell.find_first_not_of(' ');
      cells.push_back(start == std::string::npos ? "" : cell.substr(start, end - start + 1));
    }
    if (std::regex_match(cells[0], first)) rows.push_back(std::move(cells));
  }
  return rows;
}

std::vector<std::vector<std::string>> Table() {
  return Rows(ReadDoc("web-apis.md"), std::regex(R"(\[.*\]\(https://.*\))"));
}

TEST(WebApisDocTest, ListsWhatThereIsOnTheGlobalObject) {
  std::set<std::string> listed;
  for (const auto& row : Table()) {
    static const std::regex name("`([A-Za-z]+)`");
    for (std::sregex_iterator it(row[1].begin(), row[1].end(), name), end; it != end; ++it) {
      EXPECT_TRUE(listed.insert((*it)[1]).second) << (*it)[1] << " is there twice";
    }
  }
  // The language's own are left out, and event handlers, which the table names together.
  Worker worker(R"(
const language = new Set(`AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean
  DataView Date Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity
  Int16Array Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError
  ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint16Array
  Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet constructor decodeURI decodeURIComponent
  encodeURI encodeURIComponent escape eval globalThis isFinite isNaN parseFloat parseInt undefined unescape`
  .split(/\s+/));
export default { fetch() {
  const names = new Set();
  for (let object = globalThis; object !== Object.prototype; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) {
      if (!language.has(name) && !name.startsWith("on")) names.add(name);
    }
  }
  return new Response([...names].join("\n"));
} };)");
  std::set<std::string> there;
  std::istringstream lines(Get(worker.url()).body);
  for (std::string line; std::getline(lines, line);) there.insert(line);
  EXPECT_THAT(listed, UnorderedElementsAreArray(there));
}

TEST(WebApisDocTest, SaysOfTheSuiteWhatConformanceSays) {
  std::map<std::string, std::string> figures;
  for (const auto& row : Rows(ReadDoc("conformance.md"), std::regex(R"([A-Za-z-]+(/[a-z-]+)?)"))) {
    if (row.size() > 2 && row[2].ends_with("%")) figures[row[0]] = row[2];
  }
  size_t compared = 0;
  for (const auto& row : Table()) {
    const size_t of = row[2].find(" of ");
    if (of == std::string::npos) {
      EXPECT_EQ(row[2], "-") << row[0];
      continue;
    }
    EXPECT_EQ(row[2].substr(0, of), figures[row[2].substr(of + 4)]) << row[0];
    ++compared;
  }
  EXPECT_GT(compared, 15u);
}

}  // namespace
}  // namespace sedge::e2e
