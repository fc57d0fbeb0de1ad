// SPDX-License-Identifier: Apache-2.0
// The server's pipes, https://web-platform-tests.org/writing-tests/server-pipes.html, as far as the
// selected tests use them: header() and status(). Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "tests/e2e/harness/local_server.h"

namespace sedge::wpt {

// The response with what `pipes` ("header(a,1)|status(404)") makes of it. Others are passed over.
e2e::ServerResponse Piped(e2e::ServerResponse response, std::string_view pipes);

}  // namespace sedge::wpt
