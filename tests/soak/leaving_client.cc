// SPDX-License-Identifier: Apache-2.0
#include "tests/soak/leaving_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sedge::soak {
namespace {

constexpr int kPatienceMs = 30'000;
constexpr size_t kMaxPieceBytes = 64u << 10;

struct Kind {
  const char* path;
  uint32_t upload_bytes;  // at most; 0: no body
};

// What goes to the store is small, because it stays in memory until a write buffer is full.
constexpr Kind kKinds[] = {
    {"/hello", 0},      {"/stream", 0},        {"/down", 0},     {"/down-script", 0},
    {"/down-text", 0},  {"/slow", 0},          {"/up", 400'000}, {"/echo", 400'000},
    {"/body", 400'000}, {"/ignored", 400'000}, {"/kv-get", 0},   {"/kv-put", 2'000},
    {"/aborts", 0},     {"/waits", 0},         {"/coded", 0},    {"/unread", 0},
};

bool WaitFor(int fd, short events) {
  pollfd waiting{fd, events, 0};
  return poll(&waiting, 1, kPatienceMs) == 1;
}

}  // namespace

void ClientCounts::Add(const ClientCounts& other) {
  for (const auto& [path, count] : other.asked) asked[path] += count;
  stayed += other.stayed;
  left += other.left;
  half_asked += other.half_asked;
  refused += other.refused;
  wrong += other.wrong;
  if (first_wrong.empty()) first_wrong = other.first_wrong;
}

uint32_t LeavingClient::Below(uint32_t limit) {
  return limit == 0 ? 0 : static_cast<uint32_t>(random_() % limit);
}

LeavingClient::Request LeavingClient::MakeRequest() {
  const Kind& kind = kKinds[Below(std::size(kKinds))];
  Request request;
  request.path = kind.path;
  const std::string target = request.path + "?r=" + std::to_string(Below(1000));
  const std::string fields = " HTTP/1.1\r\nHost: soak.test\r\nConnection: close\r\n" +
                             std::string(Below(2) ? "Accept-Encoding: gzip\r\n" : "");
  if (kind.upload_bytes == 0) {
    request.wire = "GET " + target + fields + "\r\n";
    return request;
  }
  const std::string body(Below(kind.upload_bytes), 'u');
  if (Below(2)) {
    request.wire = "POST " + target + fields + "Content-Length: " + std::to_string(body.size()) +
                   "\r\n\r\n" + body;
    return request;
  }
  request.wire = "POST " + target + fields + "Transfer-Encoding: chunked\r\n\r\n";
  for (size_t at = 0; at < body.size();) {
    const size_t size = std::min<size_t>(1 + Below(kMaxPieceBytes), body.size() - at);
    char head[20];
    std::snprintf(head, sizeof head, "%zx\r\n", size);
    request.wire += head + body.substr(at, size) + "\r\n";
    at += size;
  }
  request.wire += "0\r\n\r\n";
  return request;
}

bool LeavingClient::Connect() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return true;
  Leave(true);
  return false;
}

void LeavingClient::Leave(bool politely) {
  if (!politely) {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  close(fd_);
  fd_ = -1;
}

bool LeavingClient::SendInPieces(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t piece = std::min<size_t>(1 + Below(kMaxPieceBytes), bytes.size());
    if (!WaitFor(fd_, POLLOUT | POLLIN)) return false;
    char taken[16384];
    const ssize_t got = recv(fd_, taken, sizeof taken, MSG_DONTWAIT);
    if (got > 0) received_.append(taken, static_cast<size_t>(got));
    if (got == 0) return false;
    const ssize_t put = send(fd_, bytes.data(), piece, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && errno != EAGAIN) return false;
    if (put > 0) bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

bool LeavingClient::Read(size_t limit, std::string& received) {
  while (received.size() < limit) {
    if (!WaitFor(fd_, POLLIN)) return false;
    char taken[16384];
    const ssize_t got = recv(fd_, taken, std::min(sizeof taken, limit - received.size()), 0);
    if (got <= 0) return true;
    received.append(taken, static_cast<size_t>(got));
  }
  return false;
}

void LeavingClient::Stay(const Request& request) {
  ++counts_.stayed;
  const bool is_ended = Read(SIZE_MAX, received_);
  if (is_ended && received_.starts_with("HTTP/1.1 200 ")) return;
  ++counts_.wrong;
  if (counts_.first_wrong.empty()) {
    counts_.first_wrong = request.path + (is_ended ? ": " : " did not end: ") +
                          (received_.empty() ? "nothing" : received_.substr(0, 400));
  }
}

void LeavingClient::Visit() {
  if (!Connect()) {
    ++counts_.refused;
    return;
  }
  received_.clear();
  const Request request = MakeRequest();
  ++counts_.asked[request.path];
  const bool politely = Below(2) == 0;
  switch (Below(5)) {
    case 0:  // before the request is whole
      ++counts_.half_asked;
      SendInPieces(std::string_view(request.wire)
                       .substr(0, Below(static_cast<uint32_t>(request.wire.size()))));
      break;
    case 1:  // at once, or a little later
      ++counts_.left;
      SendInPieces(request.wire);
      usleep(Below(20'000));
      break;
    case 2:  // in the middle of the response
      ++counts_.left;
      if (SendInPieces(request.wire)) Read(1 + Below(200'000), received_);
      break;
    case 3:  // with its sending side closed first
      if (SendInPieces(request.wire)) {
        shutdown(fd_, SHUT_WR);
        Read(Below(2) ? SIZE_MAX : 1 + Below(50'000), received_);
      }
      ++counts_.left;
      break;
    default: SendInPieces(request.wire); Stay(request);
  }
  Leave(politely);
}

}  // namespace sedge::soak
