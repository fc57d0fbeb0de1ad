// SPDX-License-Identifier: Apache-2.0
// LeavingClient: a client that asks for something and stays, or leaves at a random point with a FIN
// or an RST. Blocking sockets; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace sedge::soak {

struct ClientCounts {
  std::map<std::string, uint64_t> asked;  // by path
  uint64_t stayed = 0;                    // until the response's end
  uint64_t left = 0;
  uint64_t half_asked = 0;  // left before the request was whole
  uint64_t refused = 0;     // no connection
  uint64_t wrong = 0;       // stayed, and got no good response
  std::string first_wrong;  // what came instead

  void Add(const ClientCounts& other);
};

class LeavingClient {
 public:
  LeavingClient(uint16_t port, uint64_t seed) : port_(port), random_(seed) {}

  // One connection, from connecting to its end.
  void Visit();
  const ClientCounts& counts() const { return counts_; }

 private:
  struct Request {
    std::string path;
    std::string wire;
    size_t expected_bytes = 0;  // of the response, at least
  };

  Request MakeRequest();
  bool Connect();
  // Ends the connection; `politely`: with a FIN.
  void Leave(bool politely);
  bool Send(std::string_view bytes);
  // Sends up to `bytes` in pieces, and takes what comes meanwhile, so that neither side blocks.
  bool SendInPieces(std::string_view bytes);
  // Reads up to `limit` bytes; true when the peer ended the connection.
  bool Read(size_t limit, std::string& received);
  void Stay(const Request& request);
  uint32_t Below(uint32_t limit);

  uint16_t port_;
  std::mt19937_64 random_;
  int fd_ = -1;
  std::string received_;
  ClientCounts counts_;
};

}  // namespace sedge::soak
