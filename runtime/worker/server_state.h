// SPDX-License-Identifier: Apache-2.0
// ServerState: what a server, or one of its threads, holds at a moment. All of it goes back to zero
// when nobody asks for anything, save for isolates and for connections that are kept open.
#pragma once

#include <cstddef>

namespace sedge::worker {

struct ServerState {
  size_t connections = 0;         // of clients
  size_t requests = 0;            // slots: not answered, or kept by waitUntil()
  size_t bodies = 0;              // that JavaScript reads or writes
  size_t fetches = 0;             // waiting for a response's head
  size_t client_connections = 0;  // to other servers, with those kept for the next request
  size_t isolates = 0;            // with those that were replaced and still finish
  size_t busy_threads = 0;        // that did not say in time what they hold

  void Add(const ServerState& other) {
    connections += other.connections;
    requests += other.requests;
    bodies += other.bodies;
    fetches += other.fetches;
    client_connections += other.client_connections;
    isolates += other.isolates;
    busy_threads += other.busy_threads;
  }
};

}  // namespace sedge::worker
