// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/collected_bytes.h"

#include <string>

namespace sedge::web {
namespace {

constexpr size_t kCheckBytes = 256u << 10;
// Kept free for what is added until the next check, and for the script to hear of its failure: a
// collection that finds the limit passed ends the isolate.
constexpr size_t kReserveBytes = 1u << 20;

bool HasRoom(script::Isolate& isolate, size_t bytes) {
  const size_t limit = isolate.options().memory_bytes;
  const size_t wanted = bytes + kReserveBytes;
  const auto missing = [&] {
    const size_t live = isolate.live_bytes();
    return live + wanted <= limit ? 0 : live + wanted - limit;
  };
  const size_t lacking = missing();
  if (lacking == 0) return true;
  isolate.CollectIfWorthwhile(lacking);
  return missing() == 0;
}

}  // namespace

Status CollectedBytes::Add(size_t bytes) {
  script::Isolate* isolate = waiting_.isolate();
  if (!isolate) return {};
  unchecked_ += bytes;
  if (unchecked_ >= kCheckBytes) {
    // After a failure the next ones are looked at at once: many bodies would else pass the limit
    // together.
    if (!HasRoom(*isolate, bytes)) {
      return OutOfRange("the body does not fit into what is left of the memory limit of " +
                        std::to_string(isolate->options().memory_bytes >> 20) +
                        " MB (limits.memory_mb): read it as a stream, or fewer bodies at once");
    }
    unchecked_ = 0;
  }
  isolate->CountNativeBytes(static_cast<int64_t>(bytes));
  counted_ += bytes;
  return {};
}

void CollectedBytes::Drop() {
  if (script::Isolate* isolate = waiting_.isolate()) {
    isolate->CountNativeBytes(-static_cast<int64_t>(counted_));
  }
  counted_ = 0;
}

}  // namespace sedge::web
