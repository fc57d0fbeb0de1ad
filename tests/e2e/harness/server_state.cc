// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/harness/server_state.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <thread>

namespace sedge::e2e {
namespace {

constexpr std::string_view kStart = "state connections=";

size_t CountOf(const std::string& text) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(kStart, at)) != std::string::npos; ++at) ++count;
  return count;
}

std::string ToText(const State& state) {
  std::string text;
  for (const auto& [name, value] : state) text += name + "=" + std::to_string(value) + " ";
  return text.empty() ? "no state" : text;
}

bool Has(const State& state, const State& wanted) {
  for (const auto& [name, value] : wanted) {
    const auto found = state.find(name);
    if (found == state.end() || found->second != value) return false;
  }
  return true;
}

}  // namespace

State StateOf(ChildProcess& process) {
  using Clock = std::chrono::steady_clock;
  const size_t before = CountOf(process.err());
  process.Signal(SIGUSR1);
  const auto end = Clock::now() + std::chrono::milliseconds(ChildProcess::kDeadlineMs);
  while (CountOf(process.err()) == before || !process.err().ends_with('\n')) {
    if (Clock::now() > end) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const std::string log = process.err();
  std::istringstream line(log.substr(log.rfind(kStart)));
  State state;
  for (std::string word; line >> word && word.find(':') == std::string::npos;) {
    const size_t equals = word.find('=');
    if (equals != std::string::npos)
      state[word.substr(0, equals)] = std::stoll(word.substr(equals + 1));
  }
  return state;
}

std::string WaitForState(ChildProcess& process, const State& wanted) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(ChildProcess::kDeadlineMs);
  for (;;) {
    const State state = StateOf(process);
    if (Has(state, wanted)) return "";
    if (Clock::now() > end) return ToText(state);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

int SocketCount(const ChildProcess& process) {
  int count = 0;
  const std::string folder = "/proc/" + std::to_string(process.pid()) + "/fd";
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    count += std::filesystem::read_symlink(entry.path(), ignored).string().starts_with("socket:");
  }
  return count;
}

}  // namespace sedge::e2e
