// SPDX-License-Identifier: Apache-2.0
// ShouldStop: what work of seconds asks now and then: true when nobody waits for its result any
// more. Called on the thread that works; empty for work that is always finished.
#pragma once

#include <functional>

namespace sedge::web {

using ShouldStop = std::function<bool()>;

}  // namespace sedge::web
