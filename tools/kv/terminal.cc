// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/terminal.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <utility>

namespace sedge::tools {
namespace {

constexpr auto kDrawEvery = std::chrono::milliseconds(100);

volatile sig_atomic_t g_signal = 0;  // set by the handler, which knows no object
struct sigaction g_old_int, g_old_term, g_old_hup;

}  // namespace

std::string Grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t i = text.size(); i > 3;) text.insert(i -= 3, ",");
  return text;
}

std::string Progress::Line(const std::string& verb, uint64_t entries, uint64_t bytes,
                           uint64_t total_bytes, double seconds) {
  std::string line = verb + " " + Grouped(entries) + (entries == 1 ? " entry" : " entries");
  if (total_bytes > 0) {
    const uint64_t percent = bytes >= total_bytes ? 100 : bytes * 100 / total_bytes;
    line += ", " + std::to_string(percent) + "%";
  }
  if (seconds >= 1) {
    line += " (" + Grouped(static_cast<uint64_t>(static_cast<double>(entries) / seconds)) + "/s)";
  }
  return line;
}

Progress::Progress(std::string verb, uint64_t total_bytes)
    : verb_(std::move(verb)),
      total_bytes_(total_bytes),
      shown_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      next_(start_ + kDrawEvery) {}

void Progress::Update(uint64_t entries, uint64_t bytes) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kDrawEvery;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::fprintf(stderr, "\r%s\x1b[K", Line(verb_, entries, bytes, total_bytes_, seconds).c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::Clear() {
  if (!std::exchange(drawn_, false)) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

bool Confirm(const std::string& question) {
  if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) return true;
  std::fprintf(stderr, "%s (y/N) ", question.c_str());
  std::fflush(stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

Interrupt::Interrupt() {
  struct sigaction action = {};
  action.sa_handler = [](int number) {
    // The second one is meant for a process that does not come to its next halt.
    if (g_signal != 0) {
      signal(number, SIG_DFL);
      raise(number);
    }
    g_signal = number;
  };
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &g_old_int);  // without SA_RESTART: a read of a pipe comes back
  sigaction(SIGTERM, &action, &g_old_term);
  sigaction(SIGHUP, &action, &g_old_hup);
  if (g_old_hup.sa_handler == SIG_IGN) sigaction(SIGHUP, &g_old_hup, nullptr);  // nohup
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &g_old_int, nullptr);
  sigaction(SIGTERM, &g_old_term, nullptr);
  sigaction(SIGHUP, &g_old_hup, nullptr);
}

bool Interrupt::pending() { return g_signal != 0; }

void Interrupt::EndIfPending() {
  const int number = g_signal;
  if (number == 0) return;
  signal(number, SIG_DFL);
  raise(number);
}

}  // namespace sedge::tools
