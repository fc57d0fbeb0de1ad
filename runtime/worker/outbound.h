// SPDX-License-Identifier: Apache-2.0
// Outbound: where a worker's fetch() goes. A mapped host goes to its mapping, the worker's own host
// to the origin (never back into this server), everything else to the network. One per worker and
// thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/http/client.h"
#include "runtime/loop/loop.h"
#include "runtime/web/fetch/fetch_service.h"
#include "runtime/web/fetch/incoming.h"
#include "runtime/web/url/url_record.h"
#include "runtime/worker/outbound_filter.h"
#include "runtime/worker/serve_options.h"

namespace sedge::worker {

class Outbound final : public web::FetchService {
 public:
  // Everything given outlives the object, and the filter (null: no rules) the client too.
  Outbound(loop::Loop& loop, http::Client& client, const ServeOptions& options,
           const WorkerConfig& config, const OutboundFilter* filter,
           web::IncomingRequests& incoming);
  ~Outbound() override;

  void Start(uint64_t id, web::FetchRequest request, Callback done) override;
  void Abort(uint64_t id) override;
  // The client of an incoming request is gone: what was fetched for it, and is not answered yet,
  // fails.
  void CancelFor(uint64_t incoming);

  // Where this server listens, known once it does.
  void set_listening(std::vector<ListenAddress> listening) { listening_ = std::move(listening); }
  // Fetches that wait for their response's head.
  size_t running_count() const { return running_.size(); }

 private:
  struct Running {
    http::Client::RequestId request;
    uint64_t incoming;
    Callback done;
  };
  // Where a URL leads. The views live until the next Parse.
  struct Target {
    bool tls;
    std::string_view hostname;  // as in the URL
    uint16_t port;
    std::string_view path;  // with the query
  };

  // Parses `url`, with the last one's authority remembered: a worker fetches from few.
  Result<Target> Parse(std::string_view url);

  bool ListensOn(uint16_t port) const;
  // Counts one more fetch for the request; false when that is one too many.
  bool CountSubrequest(uint64_t incoming);
  void FailLater(Status why, Callback done);
  bool IsOwnHost(const Target& target, uint64_t incoming) const;
  const Endpoint* FindMapping(std::string_view host, uint16_t port) const;
  // Notes this hop in CDN-Loop; false when there were too many.
  bool AddLoopHeader(uint64_t incoming, http::HeaderList& headers);
  // Answers the fetch here, without the network.
  void Answer(int status, const std::string& reason, const std::string& text, Callback done);

  loop::Loop& loop_;
  http::Client& client_;
  const ServeOptions& options_;
  const WorkerConfig& config_;
  const OutboundFilter* filter_;
  web::IncomingRequests& incoming_;
  std::vector<ListenAddress> listening_;
  web::UrlRecord last_url_;
  size_t last_origin_size_ = 0;  // of last_url_, up to its path; 0: no plain one
  std::unordered_map<uint64_t, Running> running_;
  // Of requests that are over, what their scripts fetch all the same.
  static constexpr size_t kMaxLate = 1024;
  std::unordered_map<uint64_t, int64_t> late_subrequests_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sedge::worker
