// SPDX-License-Identifier: Apache-2.0
#include "tests/wpt/engine.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/harness/http.h"
#include "tests/wpt/test_file.h"

namespace sedge::wpt {
namespace {

// A port that was free a moment ago.
uint16_t FreePort() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return 0;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  close(fd);
  return ntohs(address.sin_port);
}

bool Connects(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool yes = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return yes;
}

// A service worker: scripts may be sloppy there, as they are on a page.
std::string ServiceWorker(const std::string& body) {
  return "const WptResponse = Response;\n"
         "addEventListener(\"fetch\", (event) => event.respondWith(new Promise((resolve) => {\n"
         "const report = (json) => resolve(new WptResponse(json));\n" +
         body + "})));\n";
}

// A module that evaluates the body as a sloppy function.
std::string Evaluated(const std::string& body, const std::string& serve) {
  const std::string literal =
      nlohmann::json(body).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return "const WptResponse = Response;\nconst run = new Function(\"report\", " + literal + ");\n" +
         "const handler = () => new Promise((resolve) => run((json) => resolve(new "
         "WptResponse(json))));\n" +
         serve;
}

constexpr char kDenoServe[] =
    "Deno.serve({ port: 0, hostname: \"127.0.0.1\","
    " onListen: ({ port }) => console.log(`Listening on http://127.0.0.1:${port}`) }, handler);\n";
constexpr char kBunServe[] =
    "const server = Bun.serve({ port: 0, hostname: \"127.0.0.1\", idleTimeout: 120, fetch: handler "
    "});\n"
    "console.log(`Listening on http://127.0.0.1:${server.port}`);\n";

std::string WorkerdConfig(uint16_t port) {
  return "using Workerd = import \"/workerd/workerd.capnp\";\n"
         "const config :Workerd.Config = (\n"
         "  services = [(name = \"main\", worker = (serviceWorkerScript = embed \"worker.js\",\n"
         "      compatibilityDate = \"2026-01-01\", compatibilityFlags = [\"experimental\"])),\n"
         "    (name = \"internet\", network = (allow = [\"public\", \"private\", \"local\"],\n"
         "      tlsOptions = (trustedCertificates = [embed \"ca.pem\"])))],\n"
         "  sockets = [(name = \"http\", address = \"127.0.0.1:" +
         std::to_string(port) + "\", http = (), service = \"main\")]);\n";
}

}  // namespace

std::optional<EngineKind> EngineKindOf(const std::string& name) {
  if (name == "sedge") return EngineKind::kSedge;
  if (name == "workerd") return EngineKind::kWorkerd;
  if (name == "deno") return EngineKind::kDeno;
  if (name == "bun") return EngineKind::kBun;
  return std::nullopt;
}

EngineRun::EngineRun(EngineKind kind, const std::string& binary, const std::string& body,
                     const std::string& ca_file)
    : kind_(kind) {
  std::vector<std::string> command = {binary};
  switch (kind) {
    case EngineKind::kSedge:
      folder_.Write("worker.js", ServiceWorker(body));
      folder_.Write("wrangler.toml",
                    "name = \"wpt\"\nmain = \"worker.js\"\n[limits]\ncpu_ms = 60000\nsubrequests = "
                    "1000000\nmemory_mb = "
                    "1024\nheader_count = 1000\nclient_header_count = 1000\n");
      command.insert(command.end(),
                     {"serve", ".", "--port", "0", "--threads", "1", "--ca", ca_file});
      break;
    case EngineKind::kWorkerd:
      port_ = FreePort();
      folder_.Write("worker.js", ServiceWorker(body));
      folder_.Write("config.capnp", WorkerdConfig(port_));
      folder_.Write("ca.pem", ReadFile(ca_file));
      command.insert(command.end(), {"serve", "--experimental", "config.capnp"});
      break;
    case EngineKind::kDeno:
      folder_.Write("main.mjs", Evaluated(body, kDenoServe));
      command.insert(command.end(),
                     {"run", "--no-config", "--no-lock", "-A", "--cert", ca_file, "main.mjs"});
      break;
    case EngineKind::kBun:
      folder_.Write("main.mjs", Evaluated(body, kBunServe));
      command.insert(command.end(), {"run", "main.mjs"});
      break;
  }
  process_ = std::make_unique<e2e::ChildProcess>(std::move(command), folder_.path());
}

std::optional<std::string> EngineRun::WaitForUrl() {
  if (port_ == 0) return process_->WaitUntilListening();
  for (int tries = 0; tries < 1000; ++tries) {
    if (Connects(port_)) return "http://127.0.0.1:" + std::to_string(port_);
    if (process_->WaitForExit(/*deadline_ms=*/1)) return std::nullopt;
    usleep(10'000);
  }
  return std::nullopt;
}

EngineRun::Answer EngineRun::Ask(int timeout_ms) {
  const std::optional<std::string> url = WaitForUrl();
  if (!url) return {.json = "", .error = "it does not start: " + process_->err().substr(0, 2000)};
  e2e::HttpRequest request;
  request.url = *url + "/";
  request.timeout_ms = timeout_ms;
  const e2e::HttpResponse response = e2e::Fetch(request);
  if (response.status == 200) return {.json = response.body, .error = ""};
  return {.json = "",
          .error = "status " + std::to_string(response.status) + " " + response.error + " " +
                   response.body.substr(0, 1000) + process_->err().substr(0, 1000)};
}

}  // namespace sedge::wpt
