// SPDX-License-Identifier: Apache-2.0
// RunConnection: a whole server connection over a stream in memory, from the first byte to the
// close, with a handler whose doings depend on the request alone. What comes out must not depend on
// how the bytes were cut and when the handler got its turn. For tests and the fuzz target.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sedge::http {

struct ConnectionRun {
  struct Response {
    int status = 0;
    std::string head;  // without its date
    std::string body;  // "" when it is not whole: how much of it arrived is chance
    bool whole = false;
    bool operator==(const Response&) const = default;
  };
  std::vector<std::string> requests;  // "METHOD path", in the order in which the handler got them
  std::vector<Response> responses;
  bool reset = false;   // the connection was broken, not closed
  std::string problem;  // what no run may do: a response that no client can read, no end
  bool operator==(const ConnectionRun&) const = default;
};

// How a run differs from the plain one, in which all bytes come at once.
struct RunOptions {
  uint64_t seed = 0;      // 0: plain; else where bytes are cut, writes block and handlers wait
  bool troubled = false;  // deadlines pass, the client breaks off, the server shuts down
};

// What the first letter of a path makes the handler do:
//   e  answer with the body's size        p  pass the body through
//   c  cancel the body, then answer       k  answer, then read the body
//   h  answer later                       t  take the body later
//   s  stream                             l  stream of a known length
//   m  stream shorter than its length     n  stream longer than its length
//   f  stream that fails                  i  a head that cannot be sent, then one that can
//   r  release without an answer          x  break the connection
//   0  204 with a body                    others: answer at once
ConnectionRun RunConnection(std::string_view wire, const RunOptions& options);

// A run as text, for messages.
std::string ToText(const ConnectionRun& run);

}  // namespace sedge::http
