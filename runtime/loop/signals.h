// SPDX-License-Identifier: Apache-2.0
// Signals: signals as callbacks of a loop; their default effect is back when it goes. The loop's
// thread.
#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

#include "runtime/loop/loop.h"

namespace sedge::loop {

class Signals {
 public:
  Signals(Loop& loop, std::initializer_list<int> numbers,
          std::function<void(int number)> on_signal);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Gives the default effect back at once.
  void Stop();

 private:
  struct Handle;
  const std::function<void(int)> on_signal_;
  std::vector<Handle*> handles_;
};

}  // namespace sedge::loop
