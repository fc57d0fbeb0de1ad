// SPDX-License-Identifier: Apache-2.0
// OpenInBrowser: shows a URL in the user's browser. The loop's thread.
#pragma once

#include <string>

#include "runtime/base/status.h"
#include "runtime/loop/loop.h"

namespace sedge::tools {

// Where a browser on this machine finds a server that listens at `url`; "" when none can (a Unix
// socket).
std::string BrowserUrl(const std::string& url);

// Starts the program that the system has for that and does not wait for it.
Status OpenInBrowser(loop::Loop& loop, const std::string& url);

}  // namespace sedge::tools
