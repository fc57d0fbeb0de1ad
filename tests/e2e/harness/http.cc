// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/harness/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "runtime/base/ascii.h"

namespace sedge::e2e {
namespace {

struct Transfer {
  const HttpRequest& request;
  HttpResponse& response;
  size_t sent = 0;
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  transfer->response.body_bytes += size * count;
  if (!transfer->request.discard_body) transfer->response.body.append(data, size * count);
  return size * count;
}

size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) transfer->response.headers.clear();  // of a later hop
  const size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    transfer->response.headers.emplace(AsciiLowerCopy(line.substr(0, colon)),
                                       std::string(Trim(line.substr(colon + 1), " \t\r\n")));
  }
  return size * count;
}

}  // namespace

std::string HttpResponse::Header(const std::string& lower_name) const {
  const auto found = headers.find(lower_name);
  return found == headers.end() ? "" : found->second;
}

HttpResponse Fetch(const HttpRequest& request) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)initialised;
  HttpResponse response;
  Transfer transfer{request, response};
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  curl_slist* list = nullptr;
  for (const auto& [name, value] : request.headers) {
    // libcurl sends a header without value only when it ends with a semicolon.
    list = curl_slist_append(list, (value.empty() ? name + ";" : name + ": " + value).c_str());
  }
  list = curl_slist_append(list, "Expect:");
  curl_easy_setopt(curl.get(), CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, request.timeout_ms);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &transfer);
  if (request.method == "HEAD") {
    curl_easy_setopt(curl.get(), CURLOPT_NOBODY, 1L);
  } else {
    if (request.has_body || !request.body.empty()) {
      curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.body.c_str());
    }
    curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) response.error = curl_easy_strerror(code);
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  curl_slist_free_all(list);
  return response;
}

HttpResponse Get(const std::string& url, std::vector<std::pair<std::string, std::string>> headers) {
  HttpRequest request;
  request.url = url;
  request.headers = std::move(headers);
  return Fetch(request);
}

HttpResponse Send(const std::string& method, const std::string& url, std::string body,
                  std::vector<std::pair<std::string, std::string>> headers) {
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.headers = std::move(headers);
  request.body = std::move(body);
  request.has_body = true;
  return Fetch(request);
}

RawConnection::RawConnection(const std::string& url, int receive_buffer_bytes) {
  sockaddr_storage address{};
  socklen_t size = 0;
  if (url.starts_with("unix:")) {
    auto* local = reinterpret_cast<sockaddr_un*>(&address);
    local->sun_family = AF_UNIX;
    url.copy(local->sun_path, sizeof local->sun_path - 1, 5);
    size = sizeof *local;
  } else {
    const size_t host = url.find("//") + 2;
    const size_t colon = url.rfind(':');
    const auto port = htons(static_cast<uint16_t>(std::stoi(url.substr(colon + 1))));
    if (url[host] == '[') {
      auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
      v6->sin6_family = AF_INET6;
      v6->sin6_port = port;
      inet_pton(AF_INET6, url.substr(host + 1, colon - host - 2).c_str(), &v6->sin6_addr);
      size = sizeof *v6;
    } else {
      auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
      v4->sin_family = AF_INET;
      v4->sin_port = port;
      inet_pton(AF_INET, url.substr(host, colon - host).c_str(), &v4->sin_addr);
      size = sizeof *v4;
    }
  }
  fd_ = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer_bytes > 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0) {
    close(fd_);
    fd_ = -1;
  }
  // Pieces go out as they are sent.
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawConnection::~RawConnection() {
  if (fd_ >= 0) close(fd_);
}

bool RawConnection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

const std::string& RawConnection::ReadUntil(std::string_view text) {
  while (text.empty() || received_.find(text) == std::string::npos) {
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, 20'000) <= 0) break;
    char buffer[16384];
    const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) break;
    received_.append(buffer, static_cast<size_t>(n));
  }
  return received_;
}

const std::string& RawConnection::ReadToEnd() { return ReadUntil(""); }

bool RawConnection::Take(size_t count) {
  std::string buffer(count, '\0');
  const ssize_t n = recv(fd_, buffer.data(), count, MSG_DONTWAIT);
  if (n > 0) received_.append(buffer, 0, static_cast<size_t>(n));
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

void RawConnection::HalfClose() { shutdown(fd_, SHUT_WR); }

void RawConnection::Close() {
  close(fd_);
  fd_ = -1;
}

void RawConnection::Reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd_);
  fd_ = -1;
}

}  // namespace sedge::e2e
