// SPDX-License-Identifier: Apache-2.0
// Makes one worker of a test: testharness.js, the scripts that the test asks for and the test
// itself, which run when the worker is asked for anything; the answer is the results as JSON.
#pragma once

#include <cstdint>
#include <string>

#include "tests/wpt/test_file.h"

namespace sedge::wpt {

// What stands for wptserve's substitutions:
// https://web-platform-tests.org/writing-tests/server-pipes.html#sub
struct ServerPorts {
  uint16_t first = 0;
  uint16_t second = 0;  // another origin
  uint16_t tls = 0;     // https, two more
  uint16_t second_tls = 0;
};

// Replaces "{{...}}" in a file whose name has ".sub.".
std::string Substitute(std::string text, const ServerPorts& ports, const std::string& path);

// The other way round for ports, which differ from run to run: "localhost:{{ports[http][0]}}".
std::string NamePorts(std::string text, const ServerPorts& ports);

// The statements that run one test and call `report(json)` at their end.
std::string TestBody(const std::string& checkout, const TestCase& test, const ServerPorts& ports,
                     int timeout_ms);

}  // namespace sedge::wpt
