// SPDX-License-Identifier: Apache-2.0
// The ops of crypto/*.js, on OpenSSL.
#pragma once

#include <span>

#include "runtime/script/op.h"

namespace sedge::web {

std::span<const script::OpDef> CryptoOps();

}  // namespace sedge::web
