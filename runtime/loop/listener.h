// SPDX-License-Identifier: Apache-2.0
// Listener: a listening TCP or Unix socket. Several listeners (of several loops) may share one port
// (SO_REUSEPORT) or one Unix socket. The loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/loop/stream.h"

namespace sedge::loop {

class Listener {
 public:
  using AcceptCallback = std::function<void(std::unique_ptr<Stream>)>;
  virtual ~Listener() = default;
  // The port, also when 0 was asked for; 0 of a Unix socket.
  virtual uint16_t port() const = 0;
  // Of a Unix socket, for others that share it; else -1.
  virtual int unix_fd() const = 0;
  // Accepts no more; connections go on. The accept callback may call it, but not destroy this.
  virtual void Stop() = 0;
};

struct ListenOptions {
  std::string host = "127.0.0.1";  // an address, or a name of this machine
  uint16_t port = 0;
  // Shares the port with other listeners of this process. The first one of a process is made with
  // `probe`, which fails when anything else listens there (else the kernel would share it
  // silently).
  bool probe = true;
  // When not empty: a Unix socket there, instead of host and port. Its file goes when the listener
  // stops.
  std::string unix_path = {};
  unsigned unix_mode = 0777;  // of its file, less the umask: who may connect
  // The unix_fd of another listener of this process for the same path, or -1.
  int shared_unix_fd = -1;
};

// Fails with a message that names address and reason: "listen EADDRINUSE 127.0.0.1:8787: ...".
// For Unix sockets see unix_socket.h. `accept` gets streams that read nothing yet. When file
// descriptors run out, waiting connections are closed by means of a reserve descriptor (one log
// line, no spin) until there are some again.
Result<std::unique_ptr<Listener>> Listen(Loop& loop, const ListenOptions& options,
                                         Listener::AcceptCallback accept);

}  // namespace sedge::loop
