// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "runtime/base/check.h"
#include "runtime/base/log.h"
#include "runtime/loop/tcp_stream.h"
#include "runtime/loop/timer.h"
#include "runtime/loop/unix_socket.h"

namespace sedge::loop {
namespace {

// Connections that the kernel holds until we accept them; it cuts this to its own limit.
constexpr int kBacklog = 4096;
// Accepted in one go before other sockets get their turn.
constexpr int kMaxAcceptsPerTurn = 64;
// After an accept that failed with connections still waiting.
constexpr uint64_t kPauseMs = 50;
// At most one log line per this time about file descriptors that ran out.
constexpr uint64_t kExhaustedLogMs = 10'000;

struct Address {
  sockaddr_storage storage;
  socklen_t size;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  // The port lies at the same place for both families.
  void set_port(uint16_t port) { reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port); }
};

void CloseFd(int fd) {
  if (fd >= 0) close(fd);
}

int OpenReserve() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

Status ListenError(int error, const Address& address) {
  const char* remedy = std::strerror(error);
  if (error == EADDRINUSE)
    remedy = "another program listens there; choose another --port or --listen";
  if (error == EACCES) {
    remedy = "this user may not listen on that port; choose a --port or --listen from 1024 on";
  }
  if (error == EADDRNOTAVAIL)
    remedy = "no address of this machine; choose another --host or --listen";
  return Status(StatusCode::kUnavailable, std::string("listen ") +
                                              uv_err_name(uv_translate_sys_error(error)) + " " +
                                              AddressAndPortText(address.get()) + ": " + remedy);
}

Result<std::vector<Address>> Resolve(Loop& loop, const ListenOptions& options) {
  addrinfo hints = {};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  std::string host = options.host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  uv_getaddrinfo_t request;
  const std::string port = std::to_string(options.port);
  const int error =
      uv_getaddrinfo(loop.uv(), &request, nullptr, host.c_str(), port.c_str(), &hints);
  if (error != 0) {
    const bool unknown = error == UV_EAI_NONAME || error == UV_EAI_NODATA;
    return NotFound(std::string("getaddrinfo ") + (unknown ? "ENOTFOUND" : uv_err_name(error)) +
                    " " + host +
                    ": no name or address of this machine; choose another --host or --listen");
  }
  std::vector<Address> addresses;
  for (const addrinfo* info = request.addrinfo; info; info = info->ai_next) {
    if (info->ai_family != AF_INET && info->ai_family != AF_INET6) continue;
    Address address = {};
    std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
    address.size = info->ai_addrlen;
    // IPv4 first: what names without an address family usually mean.
    if (info->ai_family == AF_INET) {
      addresses.insert(addresses.begin(), address);
    } else {
      addresses.push_back(address);
    }
  }
  uv_freeaddrinfo(request.addrinfo);
  if (addresses.empty()) return NotFound("getaddrinfo ENOTFOUND " + host);
  return addresses;
}

// A bound socket. Without `share` the kernel refuses a port on which anybody listens.
Result<int> Bind(const Address& address, bool share) {
  const int fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return ListenError(errno, address);
  const int on = 1;
  const int off = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (share) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted sockets inherit it
  if (address.storage.ss_family == AF_INET6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);  // "::" serves IPv4, too
  }
  if (bind(fd, address.get(), address.size) != 0) {
    const int error = errno;
    close(fd);
    return ListenError(error, address);
  }
  return fd;
}

class SocketListener;

struct Socket {
  uv_poll_t poll;
  int fd;
  SocketListener* owner;
};

class SocketListener final : public Listener {
 public:
  SocketListener(Loop& loop, std::string name, AcceptCallback accept)
      : loop_(loop),
        name_(std::move(name)),
        accept_(std::move(accept)),
        reserve_fd_(OpenReserve()),
        pause_timer_(loop, [this] { Poll(); }) {}
  ~SocketListener() override {
    Stop();
    CloseFd(reserve_fd_);
  }

  uint16_t port() const override { return port_; }
  int unix_fd() const override { return unix_socket_ ? unix_socket_->fd() : -1; }
  void Stop() override;
  // Takes a bound socket.
  Status Add(int fd, Address address);
  // Takes a socket that listens.
  void Watch(int fd);
  // The file that goes with this.
  void Own(std::unique_ptr<UnixSocket> socket) { unix_socket_ = std::move(socket); }
  bool empty() const { return sockets_.empty(); }

 private:
  static void OnPoll(uv_poll_t* poll, int status, int events);
  void AcceptAll(Socket* socket);
  bool ShedOne(int fd);
  void Poll();
  void Pause();

  Loop& loop_;
  const std::string name_;  // for the log
  AcceptCallback accept_;
  std::vector<Socket*> sockets_;
  std::unique_ptr<UnixSocket> unix_socket_;
  uint16_t port_ = 0;
  int reserve_fd_;
  Timer pause_timer_;
  uint64_t exhausted_logged_ms_ = 0;
  bool* stopped_ = nullptr;  // what AcceptAll, while it runs, wants set by Stop
};

Status SocketListener::Add(int fd, Address address) {
  if (listen(fd, kBacklog) != 0) {
    const int error = errno;
    close(fd);
    return ListenError(error, address);
  }
  Address own = {};
  own.size = sizeof own.storage;
  getsockname(fd, reinterpret_cast<sockaddr*>(&own.storage), &own.size);
  port_ = ntohs(reinterpret_cast<const sockaddr_in*>(&own.storage)->sin_port);
  Watch(fd);
  return OkStatus();
}

void SocketListener::Watch(int fd) {
  auto* socket = new Socket{{}, fd, this};
  SEDGE_CHECK(uv_poll_init(loop_.uv(), &socket->poll, fd) == 0);
  socket->poll.data = socket;
  uv_poll_start(&socket->poll, UV_READABLE, &OnPoll);
  sockets_.push_back(socket);
}

void SocketListener::Stop() {
  pause_timer_.Stop();
  unix_socket_.reset();
  if (stopped_) *std::exchange(stopped_, nullptr) = true;
  for (Socket* socket : std::exchange(sockets_, {})) {
    socket->owner = nullptr;
    uv_poll_stop(&socket->poll);
    close(socket->fd);
    uv_close(reinterpret_cast<uv_handle_t*>(&socket->poll),
             [](uv_handle_t* handle) { delete static_cast<Socket*>(handle->data); });
  }
}

void SocketListener::OnPoll(uv_poll_t* poll, int, int) {
  auto* socket = static_cast<Socket*>(poll->data);
  if (socket->owner) socket->owner->AcceptAll(socket);
}

void SocketListener::AcceptAll(Socket* socket) {
  bool stopped = false;
  stopped_ = &stopped;
  for (int i = 0; i < kMaxAcceptsPerTurn && !stopped; ++i) {
    const int fd = accept4(socket->fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      Result<std::unique_ptr<TcpStream>> stream = TcpStream::Adopt(loop_, fd);
      if (stream.ok()) accept_(std::move(stream).value());
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if ((errno == EMFILE || errno == ENFILE) && ShedOne(socket->fd)) continue;
    if (errno != EAGAIN) Pause();
    break;
  }
  stopped_ = nullptr;
}

void SocketListener::Poll() {
  if (reserve_fd_ < 0) reserve_fd_ = OpenReserve();
  for (Socket* socket : sockets_) uv_poll_start(&socket->poll, UV_READABLE, &OnPoll);
}

// A connection that can be neither accepted nor shed, because another thread took the descriptor or
// the kernel has no memory, would make the loop spin.
void SocketListener::Pause() {
  for (Socket* socket : sockets_) uv_poll_stop(&socket->poll);
  pause_timer_.Start(kPauseMs);
}

// The process may open no more files. A connection that waits would make the loop spin, so it is
// accepted with the descriptor that is kept for this, and closed. False, with errno, when that
// cannot be done, or nothing waits.
bool SocketListener::ShedOne(int fd) {
  const uint64_t now = loop_.now_ms();
  if (exhausted_logged_ms_ == 0 || now - exhausted_logged_ms_ >= kExhaustedLogMs) {
    exhausted_logged_ms_ = now;
    LogError("out of file descriptors: new connections are closed; raise the limit (ulimit -n)",
             {{"listener", port_ == 0 ? name_ : name_ + ":" + std::to_string(port_)}});
  }
  CloseFd(std::exchange(reserve_fd_, -1));
  const int shed = accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
  const int error = errno;
  CloseFd(shed);
  reserve_fd_ = OpenReserve();
  errno = error;
  return shed >= 0;
}

Result<std::unique_ptr<Listener>> ListenUnix(Loop& loop, const ListenOptions& options,
                                             Listener::AcceptCallback accept) {
  auto listener =
      std::make_unique<SocketListener>(loop, "unix:" + options.unix_path, std::move(accept));
  int shared = options.shared_unix_fd;
  if (shared < 0) {
    SEDGE_ASSIGN_OR_RETURN(std::unique_ptr<UnixSocket> socket,
                           UnixSocket::Listen(options.unix_path, kBacklog, options.unix_mode));
    shared = socket->fd();
    listener->Own(std::move(socket));
  }
  const int fd = fcntl(shared, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return Unavailable("listen unix:" + options.unix_path + ": " + std::strerror(errno));
  listener->Watch(fd);
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace

Result<std::unique_ptr<Listener>> Listen(Loop& loop, const ListenOptions& options,
                                         Listener::AcceptCallback accept) {
  if (!options.unix_path.empty()) return ListenUnix(loop, options, std::move(accept));
  SEDGE_ASSIGN_OR_RETURN(std::vector<Address> addresses, Resolve(loop, options));
  auto listener = std::make_unique<SocketListener>(loop, options.host, std::move(accept));
  Status first_error;
  for (Address& address : addresses) {
    // All addresses of a name share the port that the first one got.
    if (options.port == 0 && !listener->empty()) address.set_port(listener->port());
    Status status;
    if (options.probe && options.port != 0) {
      Result<int> probe = Bind(address, /*share=*/false);
      if (probe.ok()) close(*probe);
      status = probe.status();
    }
    if (status.ok()) {
      Result<int> fd = Bind(address, /*share=*/true);
      status = fd.ok() ? listener->Add(*fd, address) : fd.status();
    }
    if (!status.ok() && first_error.ok()) first_error = status;
  }
  // A name's further addresses may be out of use (IPv6 switched off), but never in use by others.
  if (listener->empty() ||
      (!first_error.ok() && first_error.message().starts_with("listen EADDRINUSE"))) {
    return first_error;
  }
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace sedge::loop
