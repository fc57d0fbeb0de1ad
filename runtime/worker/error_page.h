// SPDX-License-Identifier: Apache-2.0
// The answers that the runtime itself gives: a page for browsers, plain text for everybody else.
#pragma once

#include <string>
#include <string_view>

#include "runtime/script/error.h"
#include "runtime/web/fetch/incoming.h"

namespace sedge::worker {

struct ErrorPage {
  int status = 500;
  std::string title;    // one line: "ReferenceError: x is not defined"
  std::string detail;   // what to do, or the code frame; may be empty
  std::string place;    // "src/index.js:3:5", or ""
  std::string stack;    // may be empty
  std::string hint;     // what to do about an error of the worker's code; may be empty
};

ErrorPage PageFor(const script::ScriptError& error);

std::string RenderHtml(const ErrorPage& page);
std::string RenderText(const ErrorPage& page);

// Answers request `id` with the page in the form that its client asks for; nothing when it is answered.
void RespondWithPage(web::IncomingRequests& requests, SlotId id, const ErrorPage& page);

}  // namespace sedge::worker
