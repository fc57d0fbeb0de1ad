// SPDX-License-Identifier: Apache-2.0
// Readable: tells when a descriptor that is no stream of this folder (a terminal) has something to
// read. The loop's thread.
#pragma once

#include <functional>

#include "runtime/loop/loop.h"

namespace sedge::loop {

class Readable {
 public:
  // `fd` stays the caller's, who closes it after this is gone; it is made non-blocking. Does
  // nothing where the system cannot wait for such a descriptor.
  Readable(Loop& loop, int fd, std::function<void()> on_readable);
  ~Readable();
  Readable(const Readable&) = delete;
  Readable& operator=(const Readable&) = delete;

  // Calls on_readable, which reads what there is, again and again. False when it cannot.
  bool Start();
  void Stop();

 private:
  struct Handle;
  Handle* handle_;  // null: cannot wait
};

}  // namespace sedge::loop
