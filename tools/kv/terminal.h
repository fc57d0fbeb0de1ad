// SPDX-License-Identifier: Apache-2.0
// What `sedge kv` has to do with whoever sits in front of it: progress, questions, and Ctrl-C. The
// main thread; one of each kind at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace sedge::tools {

// Shown on standard error while work goes on, and only on a terminal.
class Progress {
 public:
  // `verb` such as "Imported"; `total_bytes` 0: not known.
  explicit Progress(std::string verb, uint64_t total_bytes = 0);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(uint64_t entries, uint64_t bytes);
  // Before anything else is printed.
  void Clear();

  // "Imported 12,345 entries, 45% (1,234/s)"
  static std::string Line(const std::string& verb, uint64_t entries, uint64_t bytes,
                          uint64_t total_bytes, double seconds);

 private:
  const std::string verb_;
  const uint64_t total_bytes_;
  const bool shown_;
  bool drawn_ = false;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point next_;
};

// "1,234,567"
std::string Grouped(uint64_t number);

// Asks on the terminal and waits for an answer; only "y" and "yes" are one that agrees. True
// without a question when standard input or standard error is no terminal.
bool Confirm(const std::string& question);

// While it lives SIGINT and SIGTERM only set a flag, so that work ends where all is whole.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool pending();
  // Ends the process by the signal that came, as its parent expects; returns when none did.
  static void EndIfPending();
};

}  // namespace sedge::tools
