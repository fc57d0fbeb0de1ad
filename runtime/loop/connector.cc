// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/connector.h"

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

// One try of one address. Lives until uv has called back, also when its owner is gone.
struct Try {
  uv_connect_t request;
  Attempt* owner;                     // null once nobody waits
  std::unique_ptr<TcpStream> stream;  // destroyed first: uv then calls back with ECANCELED
  sockaddr_storage address;
};

// How much a failure says about the host: least when it cannot be reached from this machine, as
// when that has no IPv6; most when the other side said it.
enum class Weight : uint8_t { kNone, kLocal, kRefusedHere, kRemote };

Weight WeightOf(int error) {
  const bool is_local = error == UV_ENETUNREACH || error == UV_EHOSTUNREACH ||
                        error == UV_EADDRNOTAVAIL || error == UV_EAFNOSUPPORT;
  return is_local ? Weight::kLocal : Weight::kRemote;
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
  Attempt(Loop& loop, ConnectOptions options, ConnectCallback done)
      : loop_(loop),
        options_(std::move(options)),
        done_(std::move(done)),
        timeout_timer_(loop, [this] { OnTimeout(); }),
        next_timer_(loop, [this] { OnNextTimer(); }) {
    timeout_timer_.Start(static_cast<uint64_t>(std::max<int64_t>(options_.timeout_ms, 0)));
  }

  ~Attempt() override { DropTries(); }

  void Resolve(const std::string& host, uint16_t port) {
    host_ = host;
    port_ = port;
    if (!CanBeName(host)) {
      FailLater(LookupFailure("ENOTFOUND"));
      return;
    }
    Resolver& resolver = options_.resolver ? *options_.resolver : Resolver::System();
    if (auto known = resolver.Cached(host, options_.dns_cache_ms)) {
      TryAll(WithPort(*std::move(known)));
      return;
    }
    lookup_ = resolver.Start(loop_, host, [this](const Resolver::Answer& answer) {
      const std::unique_ptr<Resolver::Lookup> over = std::move(lookup_);
      if (!answer.error.empty()) {
        Finish(LookupFailure(answer.error));
      } else {
        TryAll(WithPort(answer.addresses));
      }
    });
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
  std::vector<sockaddr_storage> WithPort(std::vector<sockaddr_storage> addresses) const {
    for (sockaddr_storage& address : addresses) {
      // The port lies at the same place in both families.
      reinterpret_cast<sockaddr_in*>(&address)->sin_port = htons(port_);
    }
    return InterleaveFamilies(addresses);
  }

  std::string_view name() const { return options_.name.empty() ? host_ : options_.name; }

  std::string Where(const sockaddr_storage& address) const {
    return AddressAndName(AddressAndPortText(AsSockaddr(address)), name());
  }

  Status LookupFailure(const std::string& why) const {
    std::string text = "getaddrinfo " + why + " " + host_;
    if (name() != host_) text += " (" + std::string(name()) + ")";
    return Unavailable(std::move(text));
  }

  // Begins with the next address; one that fails at once is followed by the next.
  void TryNext() {
    while (next_address_ < addresses_.size()) {
      auto attempt = std::make_unique<Try>();
      attempt->owner = this;
      attempt->address = addresses_[next_address_++];
      if (!MayConnectTo(attempt->address)) continue;
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

  bool MayConnectTo(const sockaddr_storage& address) {
    if (!options_.filter) return true;
    const Status status = options_.filter->Check(name(), *AsSockaddr(address));
    if (status.ok()) return true;
    Keep(Weight::kRefusedHere, Status(status.code(), "connect EACCES " + Where(address) + ": " +
                                                         std::string(status.message())));
    return false;
  }

  void NoteFailure(const sockaddr_storage& address, int error) {
    const Status status = UvStatus("connect", error);
    Keep(WeightOf(error),
         Status(status.code(), std::string(status.message()) + " " + Where(address)));
  }

  // Keeps the failure that says most, of those the first.
  void Keep(Weight weight, Status failure) {
    if (weight <= failure_weight_) return;
    failure_weight_ = weight;
    failure_ = std::move(failure);
  }

  void OnNextTimer() {
    if (!late_failure_.ok()) {
      Finish(std::exchange(late_failure_, Status()));
    } else {
      TryNext();
    }
  }

  void OnTimeout() {
    const std::string limit =
        " for " + std::to_string(options_.timeout_ms) + " ms (limits.connect_timeout_ms)";
    if (addresses_.empty()) {
      Finish(DeadlineExceeded(std::string(LookupFailure("ETIMEDOUT").message()) +
                              ": no answer of the name server" + limit));
      return;
    }
    const sockaddr_storage& address = tries_.empty() ? addresses_[0] : tries_[0]->address;
    Finish(DeadlineExceeded("connect ETIMEDOUT " + Where(address) + ": no answer" + limit));
  }

  void FailLater(Status why) {
    late_failure_ = std::move(why);
    next_timer_.Start(0);
  }

  // The callback may destroy this.
  void Finish(Result<std::unique_ptr<Stream>> result) {
    timeout_timer_.Stop();
    next_timer_.Stop();
    lookup_.reset();
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
  const ConnectOptions options_;
  ConnectCallback done_;
  std::string host_;
  uint16_t port_ = 0;
  std::unique_ptr<Resolver::Lookup> lookup_;
  std::vector<sockaddr_storage> addresses_;
  size_t next_address_ = 0;
  std::vector<Try*> tries_;  // owned by uv until it calls back
  Status failure_;
  Weight failure_weight_ = Weight::kNone;
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

std::string AddressAndName(const std::string& address_and_port, std::string_view name) {
  const size_t at = address_and_port.find(name);
  // "127.0.0.1" in "127.0.0.1:9", "::1" in "[::1]:9".
  const bool is_known = name.empty() || at == 0 || (at == 1 && address_and_port[0] == '[');
  return is_known ? address_and_port : address_and_port + " (" + std::string(name) + ")";
}

std::unique_ptr<ConnectAttempt> Connect(Loop& loop, const std::string& host, uint16_t port,
                                        ConnectOptions options, ConnectCallback done) {
  auto attempt = std::make_unique<Attempt>(loop, std::move(options), std::move(done));
  if (std::optional<sockaddr_storage> address = ParseLiteral(host, port)) {
    attempt->TryAll({*address});
  } else {
    attempt->Resolve(host, port);
  }
  return attempt;
}

std::unique_ptr<ConnectAttempt> ConnectToAny(Loop& loop, std::vector<sockaddr_storage> addresses,
                                             ConnectOptions options, ConnectCallback done) {
  auto attempt = std::make_unique<Attempt>(loop, std::move(options), std::move(done));
  attempt->TryAll(std::move(addresses));
  return attempt;
}

}  // namespace sedge::loop
