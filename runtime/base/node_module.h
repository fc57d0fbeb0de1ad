// SPDX-License-Identifier: Apache-2.0
// The names of Node.js's own modules, which worker code imports by mistake or by way of a package.
#pragma once

#include <string_view>

namespace sedge {

// Whether Node.js has a module of this name, or of its first part ("fs/promises"), without "node:".
bool IsNodeModule(std::string_view name);

}  // namespace sedge
