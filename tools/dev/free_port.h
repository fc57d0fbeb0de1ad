// SPDX-License-Identifier: Apache-2.0
// FindFreePort: a port where nothing listens yet. Any thread.
#pragma once

#include <cstdint>
#include <string>

namespace sedge::tools {

// So many ports are tried one after the other; then the kernel chooses.
constexpr int kPortsToTry = 10;

// `port` when it is free, else one of those after it that is, else 0 (any). `port` too when it
// cannot be known: then listening says why.
uint16_t FindFreePort(const std::string& host, uint16_t port);

}  // namespace sedge::tools
