// SPDX-License-Identifier: Apache-2.0
// IncomingRequests: the requests that one isolate is working on. JavaScript names them by slot id.
// A request's slot lives until it is answered and its waitUntil promises are settled; it is freed
// in exactly one place, MaybeFree. A service for ops; the isolate's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/slot_map.h"
#include "runtime/base/status.h"
#include "runtime/http/exchange.h"
#include "runtime/web/fetch/body_table.h"
#include "runtime/web/fetch/fetch_service.h"
#include "runtime/web/fetch/header_block.h"
#include "runtime/web/fetch/header_shapes.h"
#include "runtime/web/fetch/watched_body.h"

namespace sedge::web {

class IncomingRequests {
 public:
  // What is told about requests to the layer that dispatches them.
  class Observer {
   public:
    virtual ~Observer() = default;
    // The client went away before the response was sent whole, as far as that is watched.
    virtual void OnClientGone(SlotId id) = 0;
    // A response that is watched because of Watch() went out, or failed by itself. Its connection
    // is at work: nothing of it may be touched.
    virtual void OnResponseSent(SlotId id) = 0;
    // The slot was freed.
    virtual void OnRequestDone() = 0;
  };

  IncomingRequests(BodyTable& bodies, Observer& observer);
  // Ends what is left: exchanges without a response are released.
  ~IncomingRequests();

  // 0 when the table is full (nothing was done with the exchange).
  SlotId Add(http::Exchange* exchange);
  // Ids of requests that have no response yet.
  std::vector<SlotId> Unanswered();

  // The number that fetch/request.js has for a method, or 0.
  static int MethodNumber(std::string_view method);

  // Ops. A stale id is an error that says so.
  Result<std::string> Method(SlotId id);
  Result<std::string> Url(SlotId id);
  // Names in lower case: those of the wire in its order, then what the server says about the client
  // (edge_headers.h).
  Result<http::HeaderList> Headers(SlotId id);
  HeaderShapes& header_shapes() { return header_shapes_; }
  // 0: none.
  Result<SlotId> Body(SlotId id);
  // Fills in method, URL and headers of the request as it came, for fetch(request).
  Status PassOn(SlotId id, FetchRequest& to);
  // `coded_by_script`: the body's bytes are what the header Content-Encoding says already.
  Status Respond(SlotId id, int status, std::string_view reason, HeaderBlock header_block,
                 const BodyArg& body, bool coded_by_script);
  // Somebody wants to know whether the client goes away: also while a body is sent that is a
  // handle.
  void Watch(SlotId id);
  void BeginWait(SlotId id);
  void EndWait(SlotId id);
  // What it waits for was ended by force.
  void EndAllWaits(SlotId id);
  // Of every request that is answered, or whose client has gone: nothing is waited for any more.
  void EndEveryWait();

  // For native answers (error pages). No-op when there is a response already.
  void RespondPlain(SlotId id, const http::ResponseHead& head, std::string_view body);
  bool answered(SlotId id);
  // It is answered with a body that is on its way and watched: someone called Watch(), or a promise
  // keeps the request.
  bool sending(SlotId id);
  // Its client went away before the answer was sent whole.
  bool client_gone(SlotId id);
  // A promise that waitUntil() was given keeps it.
  bool waits(SlotId id);
  // Nobody waits for it any more: what was begun on its behalf has to end. Never true of 0, which
  // stands for no request.
  bool over(SlotId id);
  // Its slot is free: answered, by its handler or for it, and no promise keeps it. Never true of 0.
  bool done(SlotId id) { return id != 0 && !Find(id); }
  // Whether the client asks for a page rather than for data: its Accept names text/html.
  bool wants_html(SlotId id);
  // The authority of the request's URL: "example.com:8080".
  std::string host(SlotId id);
  // The first header of that (lower-case) name, or "".
  std::string Header(SlotId id, std::string_view name);
  // How many fetches were made on its behalf, for the caller to count; null when the id is stale.
  int64_t* Subrequests(SlotId id) {
    Request* request = Find(id);
    return request ? &request->subrequests : nullptr;
  }
  // A short name for logs: "GET /path".
  std::string Label(SlotId id);

  // A body handle was made for the request: it ends with it at the latest. False when the request
  // is over already: then the caller abandons the body, if nobody has begun to read it.
  bool NoteBody(SlotId id, SlotId body);
  // The client is gone: releases the exchange, and ends the request's bodies unless waitUntil()
  // keeps it. The handler may go on and read the request's head.
  void Detach(SlotId id);
  size_t size() const { return requests_.size(); }
  // No client waits for an answer, and no waitUntil promise is pending.
  bool idle();

 private:
  // What is kept of a request that was answered but still waits for promises.
  struct SavedHead {
    std::string method;
    std::string url;
    http::HeaderList headers;
    bool has_body = false;
  };
  struct Request {
    http::Exchange* exchange = nullptr;  // null once answered
    std::unique_ptr<SavedHead> saved;
    int waiting = 0;
    int64_t subrequests = 0;
    // The client is gone and the exchange released, but the handler has not answered yet.
    bool detached = false;
    bool gone = false;           // its client, before it was answered whole
    bool watched = false;        // somebody asks for that
    bool sending = false;        // the slot waits for the end of the response's body, too
    std::vector<SlotId> bodies;  // handles that were made for it; most are gone again
  };

  // Sends fields_ and a body with a Content-Encoding.
  Status RespondCoded(Request& request, int status, std::string_view reason, const BodyArg& body,
                      bool coded_by_script);
  // Sends fields_ and a stream, which is watched where somebody wants to know.
  Status RespondStream(Request& request, int status, std::string_view reason,
                       std::unique_ptr<http::BodySource> body);
  void EndSending(SlotId id, BodyEnd end);
  Request* Find(SlotId id) { return requests_.Find(id); }
  http::HeaderList HeadersOf(SlotId id, const http::Exchange& exchange,
                             std::string_view without = {}) const;
  void SaveHead(SlotId id, Request& request);
  // True when it was detached, which it is no more.
  bool Reattach(Request& request);
  void FinishExchange(SlotId id, Request& request);
  void AbandonBodies(const std::vector<SlotId>& bodies);
  void MaybeFree(SlotId id);

  BodyTable& bodies_;
  Observer& observer_;
  SlotMap<Request> requests_;
  const uint64_t ray_seed_;
  HeaderShapes header_shapes_;
  std::vector<http::HeaderField> fields_;  // of the response being sent; kept for its memory
  std::shared_ptr<BodyWatch> body_watch_;  // of the response being sent; else null
  // For bodies that are on their way when this goes.
  std::shared_ptr<IncomingRequests*> self_ = std::make_shared<IncomingRequests*>(this);
};

}  // namespace sedge::web
