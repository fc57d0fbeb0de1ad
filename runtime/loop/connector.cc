// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/connector.h"

#include <netdb.h>
#include <netinet/in.h>
#include <uv.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "runtime/loop/tcp_stream.h"
#include "runtime/loop/timer.h"

namespace sedge::loop {
namespace {

class Attempt;

struct Lookup {
  uv_getaddrinfo_t request;
  Attempt* owner;  // null once nobody waits
};

// One try of one address. Lives until uv has called back, also when its owner is gone.
struct Try {
  uv_connect_t request;
  Attempt* owner;                     // null once nobody waits
  std::unique_ptr<TcpStream> stream;  // destroyed first: uv then calls back with ECANCELED
  sockaddr_storage address;
};

// "Cannot be reached from this machine", as when it has no IPv6: says less about the host than any
// other failure does.
bool IsLocalFailure(int error) {
  return error == UV_ENETUNREACH || error == UV_EHOSTUNREACH || error == UV_EADDRNOTAVAIL ||
         error == UV_EAFNOSUPPORT;
}

// Keeps from the resolver, which may take seconds, what no name server can know.
bool CanBeName(const std::string& host) {
  constexpr size_t kMaxNameBytes = 254;  // RFC 1035 section 2.3.4, with the root's dot
  return !host.empty() && host.size() <= kMaxNameBytes &&
         std::all_of(host.begin(), host.end(),
                     [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

const sockaddr* AsSockaddr(const sockaddr_storage& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

class Attempt final : public ConnectAttempt {
 public:
  Attempt(Loop& loop, int64_t timeout_ms, ConnectCallback done)
      : loop_(loop),
        timeout_ms_(timeout_ms),
        done_(std::move(done)),
        timeout_timer_(loop, [this] { OnTimeout(); }),
        next_timer_(loop, [this] { OnNextTimer(); }) {
    timeout_timer_.Start(static_cast<uint64_t>(std::max<int64_t>(timeout_ms, 0)));
  }

  ~Attempt() override {
    if (lookup_) {
      lookup_->owner = nullptr;
      uv_cancel(reinterpret_cast<uv_req_t*>(&lookup_->request));
    }
    DropTries();
  }

  void Resolve(const std::string& host, uint16_t port) {
    host_ = host;
    port_ = port;
    if (!CanBeName(host)) {
      FailLater(LookupFailure(UV_EAI_NONAME));
      return;
    }
    addrinfo hints = {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    auto lookup = std::make_unique<Lookup>();
    lookup->owner = this;
    lookup->request.data = lookup.get();
    const int error = uv_getaddrinfo(loop_.uv(), &lookup->request, &Attempt::OnResolved,
                                     host.c_str(), nullptr, &hints);
    if (error != 0) {
      FailLater(LookupFailure(error));
      return;
    }
    lookup_ = lookup.release();
  }

  void TryAll(std::vector<sockaddr_storage> addresses) {
    addresses_ = std::move(addresses);
    if (addresses_.empty()) {
      FailLater(Unavailable("connect: there is no address to connect to"));
      return;
    }
    TryNext();
  }

 private:
  static void OnResolved(uv_getaddrinfo_t* request, int error, addrinfo* found) {
    std::unique_ptr<Lookup> lookup(static_cast<Lookup*>(request->data));
    std::unique_ptr<addrinfo, decltype(&uv_freeaddrinfo)> owned(found, &uv_freeaddrinfo);
    Attempt* self = lookup->owner;
    if (!self) return;
    self->lookup_ = nullptr;
    if (error != 0) {
      self->Finish(self->LookupFailure(error));
      return;
    }
    std::vector<sockaddr_storage> addresses;
    for (const addrinfo* info = found; info; info = info->ai_next) {
      if (info->ai_family != AF_INET && info->ai_family != AF_INET6) continue;
      sockaddr_storage address = {};
      std::memcpy(&address, info->ai_addr, info->ai_addrlen);
      // The port lies at the same place in both families.
      reinterpret_cast<sockaddr_in*>(&address)->sin_port = htons(self->port_);
      addresses.push_back(address);
    }
    if (addresses.empty()) {
      self->Finish(self->LookupFailure(UV_EAI_NONAME));
      return;
    }
    self->TryAll(InterleaveFamilies(addresses));
  }

  Status LookupFailure(int error) const {
    const bool unknown = error == UV_EAI_NONAME || error == UV_EAI_NODATA || error == UV_ENOENT;
    return Unavailable(std::string("getaddrinfo ") + (unknown ? "ENOTFOUND" : uv_err_name(error)) +
                       " " + host_);
  }

  // Begins with the next address; one that fails at once is followed by the next.
  void TryNext() {
    while (next_address_ < addresses_.size()) {
      auto attempt = std::make_unique<Try>();
      attempt->owner = this;
      attempt->address = addresses_[next_address_++];
      attempt->stream = TcpStream::MakeTcp(loop_);
      attempt->request.data = attempt.get();
      const int error = uv_tcp_connect(&attempt->request, attempt->stream->tcp(),
                                       AsSockaddr(attempt->address), &Attempt::OnConnected);
      if (error == 0) {
        tries_.push_back(attempt.release());
        if (next_address_ < addresses_.size()) next_timer_.Start(kAttemptDelayMs);
        return;
      }
      NoteFailure(attempt->address, error);
    }
    // Reached from Connect itself too, which may not call back yet.
    if (tries_.empty()) FailLater(failure_);
  }

  static void OnConnected(uv_connect_t* request, int error) {
    std::unique_ptr<Try> attempt(static_cast<Try*>(request->data));
    Attempt* self = attempt->owner;
    if (!self) return;
    std::erase(self->tries_, attempt.get());
    if (error == 0) {
      attempt->stream->LearnPeer();
      self->Finish(std::unique_ptr<Stream>(std::move(attempt->stream)));
      return;
    }
    self->NoteFailure(attempt->address, error);
    if (self->next_address_ < self->addresses_.size()) {
      self->TryNext();
    } else if (self->tries_.empty()) {
      self->Finish(self->failure_);
    }
  }

  // Keeps the failure that says most: the first one that came from the other side.
  void NoteFailure(const sockaddr_storage& address, int error) {
    if (!failure_.ok() && (IsLocalFailure(error) || !failure_is_local_)) return;
    failure_is_local_ = IsLocalFailure(error);
    const Status status = UvStatus("connect", error);
    failure_ = Status(status.code(), std::string(status.message()) + " " +
                                         AddressAndPortText(AsSockaddr(address)));
  }

  void OnNextTimer() {
    if (!late_failure_.ok()) {
      Finish(std::exchange(late_failure_, Status()));
    } else {
      TryNext();
    }
  }

  void OnTimeout() {
    const std::string suffix = " after " + std::to_string(timeout_ms_) + " ms (limits.connect_timeout_ms)";
    if (addresses_.empty()) {
      Finish(DeadlineExceeded("getaddrinfo ETIMEDOUT " + host_ + suffix));
      return;
    }
    const sockaddr_storage& address = tries_.empty() ? addresses_[0] : tries_[0]->address;
    Finish(
        DeadlineExceeded("connect ETIMEDOUT " + AddressAndPortText(AsSockaddr(address)) + suffix));
  }

  void FailLater(Status why) {
    late_failure_ = std::move(why);
    next_timer_.Start(0);
  }

  // The callback may destroy this.
  void Finish(Result<std::unique_ptr<Stream>> result) {
    timeout_timer_.Stop();
    next_timer_.Stop();
    DropTries();
    ConnectCallback done = std::exchange(done_, nullptr);
    done(std::move(result));
  }

  void DropTries() {
    for (Try* attempt : std::exchange(tries_, {})) {
      attempt->owner = nullptr;
      attempt->stream.reset();
    }
  }

  Loop& loop_;
  const int64_t timeout_ms_;
  ConnectCallback done_;
  std::string host_;
  uint16_t port_ = 0;
  Lookup* lookup_ = nullptr;  // owned by uv until it calls back
  std::vector<sockaddr_storage> addresses_;
  size_t next_address_ = 0;
  std::vector<Try*> tries_;  // owned by uv until it calls back
  Status failure_;
  bool failure_is_local_ = false;
  Status late_failure_;
  Timer timeout_timer_;
  Timer next_timer_;
};

std::optional<sockaddr_storage> ParseLiteral(const std::string& host, uint16_t port) {
  sockaddr_storage address = {};
  if (uv_ip4_addr(host.c_str(), port, reinterpret_cast<sockaddr_in*>(&address)) == 0)
    return address;
  address = {};
  if (host.find(':') != std::string::npos &&
      uv_ip6_addr(host.c_str(), port, reinterpret_cast<sockaddr_in6*>(&address)) == 0) {
    return address;
  }
  return std::nullopt;
}

}  // namespace

std::vector<sockaddr_storage> InterleaveFamilies(const std::vector<sockaddr_storage>& addresses) {
  std::vector<sockaddr_storage> v6, v4, mixed;
  for (const sockaddr_storage& address : addresses) {
    (address.ss_family == AF_INET6 ? v6 : v4).push_back(address);
  }
  for (size_t i = 0; i < std::max(v6.size(), v4.size()); ++i) {
    if (i < v6.size()) mixed.push_back(v6[i]);
    if (i < v4.size()) mixed.push_back(v4[i]);
  }
  return mixed;
}

std::unique_ptr<ConnectAttempt> Connect(Loop& loop, const std::string& host, uint16_t port,
                                        int64_t timeout_ms, ConnectCallback done) {
  auto attempt = std::make_unique<Attempt>(loop, timeout_ms, std::move(done));
  if (std::optional<sockaddr_storage> address = ParseLiteral(host, port)) {
    attempt->TryAll({*address});
  } else {
    attempt->Resolve(host, port);
  }
  return attempt;
}

std::unique_ptr<ConnectAttempt> ConnectToAny(Loop& loop, std::vector<sockaddr_storage> addresses,
                                             int64_t timeout_ms, ConnectCallback done) {
  auto attempt = std::make_unique<Attempt>(loop, timeout_ms, std::move(done));
  attempt->TryAll(std::move(addresses));
  return attempt;
}

}  // namespace sedge::loop
