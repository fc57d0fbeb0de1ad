// SPDX-License-Identifier: Apache-2.0
// CollectedBytes: what was read natively so far of a body that JavaScript waits for as a whole. It
// counts against the isolate's memory, as a few bytes may decompress to a great many. The isolate's
// thread.
#pragma once

#include <cstddef>
#include <utility>

#include "runtime/base/status.h"
#include "runtime/script/deferred.h"

namespace sedge::web {

class CollectedBytes {
 public:
  // `waiting`: the promise of the whole. `unchecked`: shared by all bodies of an isolate: what was
  // added since the isolate's memory was looked at, which is too dear to do for every small body.
  CollectedBytes(script::Deferred waiting, size_t& unchecked)
      : waiting_(std::move(waiting)), unchecked_(unchecked) {}
  ~CollectedBytes() { Drop(); }
  CollectedBytes(const CollectedBytes&) = delete;
  CollectedBytes& operator=(const CollectedBytes&) = delete;

  // Fails, and counts nothing, when the isolate has no room for them, even without its garbage.
  Status Add(size_t bytes);
  // They are freed, or counted elsewhere.
  void Drop();

 private:
  const script::Deferred waiting_;
  size_t& unchecked_;
  size_t counted_ = 0;
};

}  // namespace sedge::web
