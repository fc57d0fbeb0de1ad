// SPDX-License-Identifier: Apache-2.0
// The server that tests talk to: the files of the checkout with their ".headers" files, and the
// handlers of wpt_handlers.h. Four origins of the same content, two of them over TLS.
#pragma once

#include <string>

#include "tests/e2e/harness/local_server.h"
#include "tests/loop/test_certificates.h"
#include "tests/wpt/script_builder.h"
#include "tests/wpt/wpt_handlers.h"

namespace sedge::wpt {

class WptServer {
 public:
  explicit WptServer(std::string checkout);
  ServerPorts ports() const {
    return {first_.port(), second_.port(), tls_.port(), second_tls_.port()};
  }
  // The authority that signs the certificate of the origins over TLS, a PEM file.
  std::string ca_file() const { return certificates_.ca_file(); }

 private:
  e2e::ServerResponse Answer(const e2e::ServerRequest& request);
  e2e::ServerResponse File(const std::string& path);

  const std::string checkout_;
  HandlerState state_;
  e2e::LocalServer first_;
  e2e::LocalServer second_;
  const loop::TestCertificateFiles certificates_{{.names = {"localhost"}}};
  e2e::LocalServer tls_;
  e2e::LocalServer second_tls_;
};

}  // namespace sedge::wpt
