// SPDX-License-Identifier: Apache-2.0
// KeyTerminal: single keys from the terminal that the command runs on. It takes the terminal only
// while the command is in its foreground, and gives it back as it was on every exit: on return, on
// signals, on a crash. The loop's thread; one at a time.
#pragma once

#include <functional>
#include <memory>

#include "runtime/loop/loop.h"
#include "runtime/loop/readable.h"

namespace sedge::tools {

class KeyTerminal {
 public:
  // Somebody can press keys, and sees what they do.
  static bool IsThere();

  KeyTerminal(loop::Loop& loop, std::function<void(char key)> on_key);
  ~KeyTerminal();
  KeyTerminal(const KeyTerminal&) = delete;
  KeyTerminal& operator=(const KeyTerminal&) = delete;

  // Takes the terminal when the command has come to the foreground. To be called now and then, for
  // there is no signal for that.
  void TakeIfForeground();
  // Gives it back, before the command stops or ends.
  void GiveBack();

 private:
  void OnReadable();

  const std::function<void(char)> on_key_;
  int fd_ = -1;  // the terminal, opened anew: what is set on it is not set on the shell's
  std::unique_ptr<loop::Readable> readable_;
  bool reading_ = false;
};

}  // namespace sedge::tools
