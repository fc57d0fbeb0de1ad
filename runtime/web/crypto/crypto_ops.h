// SPDX-License-Identifier: Apache-2.0
// The ops of crypto/*.js, on OpenSSL, from the files *_ops.cc of this folder.
#pragma once

#include <vector>

#include "runtime/script/op.h"

namespace sedge::web {

std::vector<script::OpDef> CryptoOps();

}  // namespace sedge::web
