// SPDX-License-Identifier: Apache-2.0
// The answers that the runtime itself gives: a page for browsers, plain text for everybody else.
#pragma once

#include <string>
#include <string_view>

#include "runtime/script/error.h"
#include "runtime/web/fetch/incoming.h"

namespace sedge::worker {

// Where a page asks whether its live_token is out of date. Paths under /cdn-cgi/ never reach a
// worker on Cloudflare either.
constexpr std::string_view kLivePath = "/cdn-cgi/sedge/live";

struct ErrorPage {
  int status = 500;
  std::string title;   // one line: "ReferenceError: x is not defined"
  std::string detail;  // what to do, or the code frame; may be empty
  std::string place;   // "src/index.js:3:5", or ""
  std::string stack;   // may be empty
  // What to do about an error of the worker's code; may be empty.
  std::string hint = {};
  // In a browser the page asks for itself again once this is out of date (dev_gate.h); "": never.
  std::string live_token = {};
};

ErrorPage PageFor(const script::ScriptError& error);
// For a message with lines below its first, such as a code frame.
ErrorPage PageFor(std::string_view message);

std::string RenderHtml(const ErrorPage& page);
std::string RenderText(const ErrorPage& page);

// Answers request `id` with the page in the form that its client asks for; nothing when it is
// answered.
void RespondWithPage(web::IncomingRequests& requests, SlotId id, const ErrorPage& page);

}  // namespace sedge::worker
