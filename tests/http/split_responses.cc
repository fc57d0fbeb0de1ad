// SPDX-License-Identifier: Apache-2.0
#include "tests/http/split_responses.h"

#include <cstdlib>

namespace sedge::http {
namespace {

struct Head {
  int status = 0;
  std::string text;  // without its date
  bool chunked = false;
  long length = -1;
  bool close = false;
  std::string problem;
};

Head ReadHead(std::string_view bytes) {
  Head head;
  if (!bytes.starts_with("HTTP/1.1 ") || bytes.size() < 13 || bytes[12] != ' ') {
    head.problem = "no status line";
    return head;
  }
  head.status = std::atoi(std::string(bytes.substr(9, 3)).c_str());
  while (!bytes.empty()) {
    const size_t end = bytes.find("\r\n");
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      head.problem = "a bare CR or LF, or a NUL, in a head";
    }
    if (line.starts_with("Date: ")) continue;
    if (line.starts_with("Content-Length: ")) {
      if (head.length >= 0) head.problem = "two lengths";
      head.length = std::atol(std::string(line.substr(16)).c_str());
    }
    if (line == "Transfer-Encoding: chunked") head.chunked = true;
    if (line == "Connection: close") head.close = true;
    if (line.starts_with("Injected")) head.problem = "an injected field";
    head.text.append(line).append("\n");
  }
  if (head.chunked && head.length >= 0) head.problem = "a length and a coding";
  return head;
}

// Takes a chunked body off the front; false when it is not whole.
bool TakeChunks(std::string_view* bytes, std::string* body, std::string* problem) {
  for (;;) {
    const size_t end = bytes->find("\r\n");
    if (end == std::string_view::npos) return false;
    const std::string size_line(bytes->substr(0, end));
    char* rest = nullptr;
    const size_t size = std::strtoul(size_line.c_str(), &rest, 16);
    if (size_line.empty() || *rest != '\0') *problem = "a bad chunk size";
    if (!problem->empty() || bytes->size() < end + 2 + size + 2) return false;
    body->append(bytes->substr(end + 2, size));
    if (bytes->substr(end + 2 + size, 2) != "\r\n") *problem = "no CRLF behind a chunk";
    bytes->remove_prefix(end + 2 + size + 2);
    if (size == 0) return true;
  }
}

}  // namespace

std::string SplitResponses(std::string_view bytes, const std::vector<bool>& to_head,
                           std::vector<ConnectionRun::Response>* responses) {
  bool closed = false;
  while (!bytes.empty()) {
    if (closed) return "bytes behind a response that says Connection: close";
    const size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return "half a head";
    const Head head = ReadHead(bytes.substr(0, end + 2));
    if (!head.problem.empty()) return head.problem;
    bytes.remove_prefix(end + 4);
    if (head.status < 200) continue;
    closed = head.close;

    const size_t index = responses->size();
    ConnectionRun::Response response;
    response.status = head.status;
    response.head = head.text;
    std::string problem;
    if ((index < to_head.size() && to_head[index]) || head.status == 204 || head.status == 304) {
      response.whole = true;
    } else if (head.chunked) {
      response.whole = TakeChunks(&bytes, &response.body, &problem);
    } else if (head.length >= 0) {
      response.whole = bytes.size() >= static_cast<size_t>(head.length);
      response.body = bytes.substr(0, static_cast<size_t>(head.length));
      bytes.remove_prefix(response.body.size());
    } else if (head.close) {
      response.whole = true;  // as far as anybody can tell
      response.body = bytes;
      bytes = {};
    } else {
      problem = "a response without an end";
    }
    if (!response.whole) {
      response.body.clear();
      bytes = {};
    }
    responses->push_back(std::move(response));
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace sedge::http
