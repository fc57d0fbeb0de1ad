// SPDX-License-Identifier: Apache-2.0
// One command of a shell, and what it said. Any thread.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace sedge::e2e {

struct ShellOutcome {
  int status;          // -1: a signal ended it
  std::string output;  // of both streams, without line ends at its end
};

inline ShellOutcome RunShell(const std::string& command) {
  std::string output;
  FILE* pipe = popen(("exec 2>&1; " + command).c_str(), "r");
  std::array<char, 4096> buffer;
  while (const size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  while (output.ends_with('\n')) output.pop_back();
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

}  // namespace sedge::e2e
