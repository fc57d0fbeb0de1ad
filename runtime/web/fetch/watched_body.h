// SPDX-License-Identifier: Apache-2.0
// A response's body that says how its way to the client ended: for whoever wants to know of a
// client that leaves in the middle. One loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "runtime/http/body.h"

namespace sedge::web {

enum class BodyEnd : uint8_t {
  kNone,  // on its way
  kSent,  // read to its end
  kFailed,
  kClientGone,  // nobody reads it any more
};

// Shared by the body and the one who watches it; each may go first.
struct BodyWatch {
  BodyEnd end = BodyEnd::kNone;
  // Called once, perhaps while the body is destroyed; may be set while `end` is kNone. A body's
  // source hears of a client that is gone after this.
  std::function<void(BodyEnd)> ended;
};

std::unique_ptr<http::BodySource> WatchBody(std::unique_ptr<http::BodySource> body,
                                            std::shared_ptr<BodyWatch> watch);

}  // namespace sedge::web
