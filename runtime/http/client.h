// SPDX-License-Identifier: Apache-2.0
// Client: sends one request to one origin and gives its response; connections are pooled per
// origin. No redirects, no cookies, no cache: those belong to fetch. One loop thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/limits.h"
#include "runtime/base/status.h"
#include "runtime/http/body.h"
#include "runtime/http/header_list.h"

namespace sedge::loop {
class AddressFilter;
class Loop;
class Resolver;
}  // namespace sedge::loop

namespace sedge::http {

struct ClientRequest {
  std::string method;
  bool tls = false;
  std::string host;    // name or address of the URL, IPv6 without brackets: Host and TLS name
  uint16_t port = 0;   // of the URL
  std::string target;  // path and query
  HeaderList headers;  // without Host and what frames messages; those are the client's own
  bool headers_are_good = false;     // they came in a message: names and values were checked then
  std::unique_ptr<BodySource> body;  // null: none. Chunked when its length() is unknown
  bool fresh = false;                // over a new connection, if the origin has room for one
  // Where to connect instead (`--map`, `--origin`): Host and TLS name stay those above.
  struct ConnectTo {
    bool tls = false;
    std::string host = {};
    uint16_t port = 0;
    std::string unix_path = {};  // a Unix socket instead of host and port
  };
  std::optional<ConnectTo> connect_to;
  // Asked about `host` and every address before it is connected to; outlives the client. Requests
  // with different filters share no connection.
  const loop::AddressFilter* filter = nullptr;
};

struct ClientResponse {
  int status = 0;
  std::string reason;
  HeaderList headers;                // names in lower case
  std::unique_ptr<BodySource> body;  // never null
};

struct ClientOptions {
  Limits limits;
  std::vector<std::string> ca_files;   // trusted besides the system's
  loop::Resolver* resolver = nullptr;  // null: the system's. Outlives the client
};

// Before each text of a failure on the way, in the promise of fetch() and in its response's body:
// "fetch failed: connect ECONNREFUSED 127.0.0.1:9 (blog.example.com)".
inline constexpr std::string_view kFetchFailed = "fetch failed";

class Client {
 public:
  // `loop` outlives the client.
  static Result<std::unique_ptr<Client>> Create(loop::Loop& loop, ClientOptions options);
  virtual ~Client() = default;

  using RequestId = uint64_t;
  using ResponseCallback = std::function<void(Result<ClientResponse>)>;
  // `done` is called exactly once, never before Send returns, unless cancelled.
  virtual RequestId Send(ClientRequest request, ResponseCallback done) = 0;
  // Drops the callback and ends the exchange's connection. Unknown ids are ignored.
  virtual void Cancel(RequestId id) = 0;
  // Open connections, with those that are being made and those that are idle.
  virtual size_t connection_count() const = 0;
};

}  // namespace sedge::http
