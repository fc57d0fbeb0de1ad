// SPDX-License-Identifier: Apache-2.0
// SplitResponses: what a careful client makes of the bytes that a server sent. None of the code
// under test is in it. Pure; one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/http/connection_run.h"

namespace sedge::http {

// Appends the responses in `bytes`; `to_head` says of each request in turn whether it was HEAD.
// Interim responses are left out. Gives what no server may send, or "".
std::string SplitResponses(std::string_view bytes, const std::vector<bool>& to_head,
                           std::vector<ConnectionRun::Response>* responses);

}  // namespace sedge::http
