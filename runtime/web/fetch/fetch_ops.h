// SPDX-License-Identifier: Apache-2.0
// The ops of fetch/*.js: bodies, pipes, incoming requests, outgoing requests.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "runtime/base/slot_map.h"
#include "runtime/script/op.h"

namespace sedge::web {

// What request.cf is made of.
struct CfService {
  std::string json;
  // What is one request's own; "": nothing. May be empty.
  std::function<std::string(SlotId)> of_request;
};

std::span<const script::OpDef> FetchOps();

}  // namespace sedge::web
