// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/error_page.h"

#include <algorithm>
#include <vector>


namespace sedge::worker {
namespace {

std::string Escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '&': escaped += "&amp;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:52rem;padding:0 1rem;"
    "color:#1d2733;background:#fff}h1{font-size:1.35rem;color:#b3261e;overflow-wrap:anywhere}"
    "pre{background:#f3f5f8;border-radius:6px;padding:1rem;overflow:auto;font-size:.9rem}"
    "p.place{color:#5b6775}footer{color:#5b6775;font-size:.85rem}"
    "@media(prefers-color-scheme:dark){body{color:#e6eaf0;background:#12161c}h1{color:#ff8a80}"
    "pre{background:#1c222b}}";

// Waits for the answer that comes when `token` is out of date. Without scripts the page is loaded
// anew now and then.
std::string LiveScript(std::string_view token) {
  return "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript><script>(function ask() {"
         "fetch(\"" +
         std::string(kLivePath) + "?token=" + std::string(token) +
         "\", { cache: \"no-store\" }).then((answer) => {"
         "if (!answer.ok) throw answer.status; location.reload();"
         "}).catch(() => setTimeout(ask, 1000)); })();</script>";
}

}  // namespace

ErrorPage PageFor(const script::ScriptError& error) {
  ErrorPage page;
  page.title = error.message.empty() ? "the handler failed without saying why" : error.message;
  page.detail = error.CodeFrame();
  if (!error.file.empty()) {
    page.place = error.file + ":" + std::to_string(error.line) + ":" + std::to_string(error.column);
  }
  page.stack = error.stack;
  page.hint = error.hint;
  return page;
}

ErrorPage PageFor(std::string_view message) {
  const size_t end = std::min(message.find('\n'), message.size());
  ErrorPage page;
  page.title = message.substr(0, end);
  page.detail = message.substr(std::min(end + 1, message.size()));
  return page;
}

std::string RenderHtml(const ErrorPage& page) {
  std::string html = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>" +
                     std::to_string(page.status) + " " + Escape(page.title) +
                     "</title><meta name=\"viewport\" content=\"width=device-width\"><style>";
  html.append(kStyle).append("</style><h1>").append(Escape(page.title)).append("</h1>");
  if (!page.place.empty()) html.append("<p class=\"place\">").append(Escape(page.place)).append("</p>");
  if (!page.detail.empty()) html.append("<pre>").append(Escape(page.detail)).append("</pre>");
  if (!page.hint.empty()) html.append("<p>").append(Escape(page.hint)).append("</p>");
  if (!page.stack.empty()) html.append("<pre>").append(Escape(page.stack)).append("</pre>");
  html.append("<footer>").append(std::to_string(page.status)).append(" from sedge");
  if (!page.live_token.empty()) html.append("; this page goes once the worker is mended");
  html.append("</footer>");
  if (!page.live_token.empty()) html.append(LiveScript(page.live_token));
  html.append("</html>\n");
  return html;
}

std::string RenderText(const ErrorPage& page) {
  std::string text = page.title + "\n";
  if (!page.place.empty()) text += "  at " + page.place + "\n";
  if (!page.detail.empty()) text += page.detail + "\n";
  if (!page.hint.empty()) text += "  " + page.hint + "\n";
  return text;
}

void RespondWithPage(web::IncomingRequests& requests, SlotId id, const ErrorPage& page) {
  if (requests.answered(id)) return;
  const bool html = requests.wants_html(id);
  const http::HeaderField fields[] = {
      {"content-type", html ? "text/html;charset=UTF-8" : "text/plain;charset=UTF-8"},
      {"cache-control", "no-store"},
  };
  http::ResponseHead head;
  head.status = page.status;
  head.headers = fields;
  requests.RespondPlain(id, head, html ? RenderHtml(page) : RenderText(page));
}

}  // namespace sedge::worker
