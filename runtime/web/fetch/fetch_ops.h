// SPDX-License-Identifier: Apache-2.0
// The ops of fetch/*.js: bodies, pipes, incoming requests, outgoing requests.
#pragma once

#include <span>
#include <string>

#include "runtime/script/op.h"

namespace sedge::web {

// What request.cf is made of.
struct CfService {
  std::string json;
};

std::span<const script::OpDef> FetchOps();

}  // namespace sedge::web
