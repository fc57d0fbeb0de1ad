// SPDX-License-Identifier: Apache-2.0
// What a running sedge holds, as it says itself (SIGUSR1) and as the kernel sees it. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/e2e/harness/child_process.h"

namespace sedge::e2e {

// By name: "connections", "requests", "bodies", "fetches", "client_connections" ...
using State = std::map<std::string, int64_t>;

// Asks for it; empty when no answer comes.
State StateOf(ChildProcess& process);

// Asks until all of `wanted` is so, for as long as the harness waits for anything. Gives "", or
// what it was at last.
std::string WaitForState(ChildProcess& process, const State& wanted);

// Open file descriptors that are sockets.
int SocketCount(const ChildProcess& process);

}  // namespace sedge::e2e
