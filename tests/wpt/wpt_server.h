// SPDX-License-Identifier: Apache-2.0
// The server that tests talk to: the files of the checkout with their ".headers" files, and the
// handlers of wpt_handlers.h. Two origins of the same content.
#pragma once

#include <string>

#include "tests/e2e/harness/local_server.h"
#include "tests/wpt/script_builder.h"
#include "tests/wpt/wpt_handlers.h"

namespace sedge::wpt {

class WptServer {
 public:
  explicit WptServer(std::string checkout);
  ServerPorts ports() const { return {first_.port(), second_.port()}; }

 private:
  e2e::ServerResponse Answer(const e2e::ServerRequest& request);
  e2e::ServerResponse File(const std::string& path);

  const std::string checkout_;
  HandlerState state_;
  e2e::LocalServer first_;
  e2e::LocalServer second_;
};

}  // namespace sedge::wpt
