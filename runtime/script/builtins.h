// SPDX-License-Identifier: Apache-2.0
// Evaluates the builtins in a context: primordials first, then the main builtin, which requires the
// others. Used when the snapshot is made, and at start when there is no usable snapshot.
#pragma once

#include "runtime/base/status.h"
#include "runtime/script/v8_compat.h"

namespace sedge::script {

// The builtin whose exports are the hooks that C++ calls.
inline constexpr std::string_view kMainBuiltin = "worker/main";

// Gives the main builtin's exports. Fails with the error's text and place: a bug of a builtin.
// REQUIRES: the context is entered.
Result<v8::Local<v8::Object>> EvaluateBuiltins(v8::Isolate* isolate,
                                               v8::Local<v8::Context> context);

// The native function behind `require`, for the table of external references.
v8::FunctionCallback RequireCallback();

}  // namespace sedge::script
