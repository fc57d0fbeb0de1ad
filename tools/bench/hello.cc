// SPDX-License-Identifier: Apache-2.0
// hello PORT: the floor's answer from a C++ handler on our own server, without any script. The
// benchmark tells by it what of a request's cost is HTTP and what is JavaScript.
#include <charconv>
#include <cstdio>
#include <cstring>

#include "runtime/http/server.h"
#include "runtime/loop/loop.h"

namespace {

class HelloHandler final : public sedge::http::RequestHandler {
 public:
  void OnRequest(sedge::http::Exchange* exchange) override {
    const sedge::http::HeaderField fields[] = {{"Content-Type", "text/plain;charset=UTF-8"}};
    if (!exchange->Respond({200, "", fields}, "hello world").ok()) exchange->Abort();
    exchange->Release();
  }
};

}  // namespace

int main(int argc, char** argv) {
  uint16_t port = 0;
  const char* end = argc == 2 ? argv[1] + std::strlen(argv[1]) : nullptr;
  if (argc != 2 || std::from_chars(argv[1], end, port).ptr != end || end == argv[1]) {
    std::fprintf(stderr, "usage: %s PORT   (0 to 65535; 0: any free one)\n", argv[0]);
    return 2;
  }
  auto loop = sedge::loop::Loop::Create();
  if (!loop.ok()) {
    std::fprintf(stderr, "%s\n", loop.status().ToString().c_str());
    return 1;
  }
  HelloHandler handler;
  sedge::http::Server server(**loop, sedge::Limits(), &handler);
  const auto listening = server.Listen({"127.0.0.1", port, true});
  if (!listening.ok()) {
    std::fprintf(stderr, "%s\n", listening.status().ToString().c_str());
    return 1;
  }
  std::printf("Listening on http://127.0.0.1:%d\n", (*listening)->port());
  std::fflush(stdout);
  (*loop)->Run();
}
