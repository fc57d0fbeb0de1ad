// SPDX-License-Identifier: Apache-2.0
// FetchService: how fetch() reaches the network; one hop, no redirects. The worker layer implements
// it (it knows mappings, the origin and the worker's own hosts). The isolate's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/base/status.h"
#include "runtime/http/client.h"

namespace sedge::web {

struct FetchRequest {
  std::string method;
  std::string url;  // absolute, http or https
  http::HeaderList headers;
  std::unique_ptr<http::BodySource> body;
  uint64_t incoming = 0;          // the request on whose behalf this is; 0: none
  bool passed_on = false;         // it is `incoming` itself, so it goes to the worker's own host
  bool fresh = false;             // over a new connection
  bool headers_are_good = false;  // as in http::ClientRequest
};

class FetchService {
 public:
  virtual ~FetchService() = default;
  using Callback = std::function<void(Result<http::ClientResponse>)>;
  // `done` is called once, never before Start returns, unless aborted. `id` is the caller's.
  virtual void Start(uint64_t id, FetchRequest request, Callback done) = 0;
  virtual void Abort(uint64_t id) = 0;
};

}  // namespace sedge::web
