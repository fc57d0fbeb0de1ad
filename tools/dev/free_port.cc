// SPDX-License-Identifier: Apache-2.0
#include "tools/dev/free_port.h"

#include <memory>

#include "runtime/loop/listener.h"
#include "runtime/loop/loop.h"

namespace sedge::tools {

uint16_t FindFreePort(const std::string& host, uint16_t port) {
  const auto loop = loop::Loop::Create();
  if (!loop.ok() || port == 0) return port;
  for (int i = 0; i <= kPortsToTry && port + i <= 65535; ++i) {
    loop::ListenOptions options;
    options.host = host;
    options.port = static_cast<uint16_t>(port + i);
    const auto listener = loop::Listen(**loop, options, [](std::unique_ptr<loop::Stream>) {});
    if (listener.ok()) return options.port;
    if (listener.status().message().find("EADDRINUSE") == std::string_view::npos) return port;
  }
  return 0;
}

}  // namespace sedge::tools
