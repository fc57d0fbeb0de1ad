// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/tcp_stream.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "runtime/base/check.h"

namespace sedge::loop {

// Of silence, after which the kernel asks the peer whether it is there.
static constexpr unsigned kKeepAliveSeconds = 60;

struct TcpStream::Handle {
  union {
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  };
  TcpStream* owner;  // null once the stream is destroyed
  bool is_pipe;
  // Whatever has a longer address is no TCP peer. sin6_family 0: not known.
  sockaddr_in6 peer;
};

struct TcpStream::PendingWrite {
  uv_write_t request;
  Handle* handle;
  size_t size;
  Bytes data;
};

Status UvStatus(const char* doing, int error) {
  const StatusCode code =
      error == UV_ETIMEDOUT ? StatusCode::kDeadlineExceeded : StatusCode::kUnavailable;
  return Status(code, std::string(doing) + " " + uv_err_name(error));
}

// "127.0.0.1" of four bytes, for most requests: uv_inet_ntop takes 1,500 instructions.
static std::string Ipv4Text(const void* bytes) {
  const auto* part = static_cast<const uint8_t*>(bytes);
  char text[INET_ADDRSTRLEN];
  char* end = text;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text + sizeof text, part[i]).ptr;
  }
  return std::string(text, end);
}

std::string AddressText(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN];
  if (address->sa_family == AF_UNIX) return "unix:";
  if (address->sa_family == AF_INET) {
    return Ipv4Text(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr);
  }
  if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    // An IPv4 client of a dual-stack socket is shown as what it is.
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      return Ipv4Text(v6->sin6_addr.s6_addr + 12);
    }
  }
  if (uv_ip_name(address, text, sizeof text) != 0) return "";
  return text;
}

std::string AddressAndPortText(const sockaddr* address) {
  std::string host = AddressText(address);
  if (address->sa_family != AF_INET && address->sa_family != AF_INET6) return host;
  // The port lies at the same place in both.
  const uint16_t port = ntohs(reinterpret_cast<const sockaddr_in*>(address)->sin_port);
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return host + ":" + std::to_string(port);
}

TcpStream::TcpStream(Loop& loop, bool is_pipe) : loop_(loop), handle_(new Handle()) {
  handle_->owner = this;
  handle_->is_pipe = is_pipe;
  if (is_pipe) {
    SEDGE_CHECK(uv_pipe_init(loop.uv(), &handle_->pipe, 0) == 0);
  } else {
    SEDGE_CHECK(uv_tcp_init(loop.uv(), &handle_->tcp) == 0);
    uv_tcp_nodelay(&handle_->tcp, 1);
    // A peer that vanishes without a word would be waited for without end.
    uv_tcp_keepalive(&handle_->tcp, 1, kKeepAliveSeconds);
  }
  handle_->stream.data = handle_;
}

std::unique_ptr<TcpStream> TcpStream::MakeTcp(Loop& loop) {
  return std::unique_ptr<TcpStream>(new TcpStream(loop, false));
}

std::unique_ptr<TcpStream> TcpStream::MakePipe(Loop& loop) {
  return std::unique_ptr<TcpStream>(new TcpStream(loop, true));
}

Result<std::unique_ptr<TcpStream>> TcpStream::Adopt(Loop& loop, int fd) {
  sockaddr_storage own;
  socklen_t size = sizeof own;
  const bool is_pipe =
      getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0 && own.ss_family == AF_UNIX;
  std::unique_ptr<TcpStream> stream(new TcpStream(loop, is_pipe));
  const int error = is_pipe ? uv_pipe_open(stream->pipe(), fd) : uv_tcp_open(stream->tcp(), fd);
  if (error != 0) {
    close(fd);
    return UvStatus("open", error);
  }
  stream->LearnPeer();
  return stream;
}

TcpStream::~TcpStream() {
  handle_->owner = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->stream),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

// Also counts what the kernel took of an unfinished write, so that progress can be seen.
size_t TcpStream::queued_bytes() const {
  return queued_bytes_ == 0 ? 0 : uv_stream_get_write_queue_size(&handle_->stream);
}

size_t TcpStream::unacknowledged_bytes() const {
  uv_os_fd_t fd;
  int held = 0;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(&handle_->stream), &fd) != 0 ||
      ioctl(fd, SIOCOUTQ, &held) != 0) {
    held = 0;
  }
  return queued_bytes() + static_cast<size_t>(held);
}

bool TcpStream::quiet() const {
  uv_os_fd_t fd;
  if (failed_ || uv_fileno(reinterpret_cast<const uv_handle_t*>(&handle_->stream), &fd) != 0) {
    return false;
  }
  char byte;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR);
}

uv_stream_t* TcpStream::uv() { return &handle_->stream; }
uv_tcp_t* TcpStream::tcp() { return &handle_->tcp; }
uv_pipe_t* TcpStream::pipe() { return &handle_->pipe; }

void TcpStream::LearnPeer() {
  if (handle_->is_pipe) {
    handle_->peer.sin6_family = AF_UNIX;
    return;
  }
  int size = sizeof handle_->peer;
  if (uv_tcp_getpeername(&handle_->tcp, reinterpret_cast<sockaddr*>(&handle_->peer), &size) != 0) {
    handle_->peer.sin6_family = AF_UNSPEC;
  }
}

void TcpStream::StartReading() {
  SEDGE_CHECK(listener_ != nullptr);
  if (failed_) return;
  reading_ = true;
  const int error = uv_read_start(
      &handle_->stream,
      [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
        const TcpStream* owner = static_cast<Handle*>(handle->data)->owner;
        buffer->base = owner->loop_.read_buffer();
        buffer->len = owner->read_bytes_;
      },
      &TcpStream::OnRead);
  // UV_EALREADY: it reads. Any other failure shows itself when the peer's end is noticed by a
  // write.
  (void)error;
}

void TcpStream::StopReading() {
  reading_ = false;
  uv_read_stop(&handle_->stream);
}

void TcpStream::OnRead(uv_stream_t* uv, ssize_t count, const uv_buf_t* buffer) {
  TcpStream* self = static_cast<Handle*>(uv->data)->owner;
  if (!self || count == 0) return;  // 0: EAGAIN
  if (count > 0) {
    const bool filled = static_cast<size_t>(count) == buffer->len;
    constexpr auto kMost = static_cast<uint32_t>(Loop::kReadBufferBytes);
    self->read_bytes_ = filled ? std::min(2 * self->read_bytes_, kMost) : kFirstReadBytes;
    self->listener_->OnData({reinterpret_cast<const uint8_t*>(buffer->base), size_t(count)});
    return;
  }
  self->StopReading();
  if (self->write_failure_) {
    self->Fail(*self->write_failure_);
  } else if (count == UV_EOF) {
    self->listener_->OnEnd();
  } else {
    self->Fail(UvStatus("read", static_cast<int>(count)));
  }
}

bool TcpStream::Write(ByteSpan data) { return Write2(data, {}); }

bool TcpStream::Write2(ByteSpan first, ByteSpan second) {
  if (failed_ || write_failure_) return false;
  if (queued_bytes_ == 0) {
    // On an error all is queued: the queue's callback reports it, never this call.
    const ssize_t sent = Send(first, second);
    const size_t taken = sent > 0 ? static_cast<size_t>(sent) : 0;
    if (taken == first.size() + second.size()) return true;
    const size_t of_first = std::min(taken, first.size());
    first = first.subspan(of_first);
    second = second.subspan(taken - of_first);
  } else if (first.empty() && second.empty()) {
    return false;
  }
  Queue(first, second);
  return false;
}

// What uv_try_write does, but as the socket that it is: the kernel does less for a send than for a
// write to a file.
ssize_t TcpStream::Send(ByteSpan first, ByteSpan second) {
  uv_os_fd_t fd;
  if (uv_fileno(reinterpret_cast<uv_handle_t*>(&handle_->stream), &fd) != 0) return -1;
  constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
  if (second.empty()) return send(fd, first.data(), first.size(), kFlags);
  iovec pieces[2] = {{const_cast<uint8_t*>(first.data()), first.size()},
                     {const_cast<uint8_t*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = 2;
  return sendmsg(fd, &message, kFlags);
}

void TcpStream::Queue(ByteSpan first, ByteSpan second) {
  const size_t size = first.size() + second.size();
  auto* pending = new PendingWrite{{}, handle_, size, Bytes::Allocate(size)};
  if (!first.empty()) std::memcpy(pending->data.data(), first.data(), first.size());
  if (!second.empty()) {
    std::memcpy(pending->data.data() + first.size(), second.data(), second.size());
  }
  pending->request.data = pending;
  const uv_buf_t buffer =
      uv_buf_init(reinterpret_cast<char*>(pending->data.data()), static_cast<unsigned>(size));
  drain_owed_ = true;
  queued_bytes_ += size;
  const int error = uv_write(&pending->request, &handle_->stream, &buffer, 1, &OnWritten);
  // Only a handle that is not connected refuses a write at once.
  SEDGE_CHECK(error == 0);
}

void TcpStream::OnWritten(uv_write_t* request, int status) {
  std::unique_ptr<PendingWrite> pending(static_cast<PendingWrite*>(request->data));
  TcpStream* self = pending->handle->owner;
  if (!self) return;
  self->queued_bytes_ -= pending->size;
  if (self->write_failure_) return;
  if (status != 0) {
    // A peer that answers early and closes: its answer is still to be read, up to the end that
    // follows at once.
    self->write_failure_ = std::make_unique<const Status>(UvStatus("write", status));
    if (!self->reading_) self->Fail(*self->write_failure_);
  } else if (self->queued_bytes_ == 0 && self->drain_owed_ && !self->failed_) {
    self->drain_owed_ = false;
    self->listener_->OnDrain();
  }
}

void TcpStream::Fail(Status why) {
  if (std::exchange(failed_, true)) return;
  StopReading();
  if (listener_) listener_->OnError(std::move(why));
}

void TcpStream::ShutdownWrite() {
  if (failed_) return;
  auto* request = new uv_shutdown_t;
  const int error =
      uv_shutdown(request, &handle_->stream, [](uv_shutdown_t* done, int) { delete done; });
  if (error != 0) delete request;  // the peer is gone already
}

void TcpStream::ResetOnClose() {
  uv_os_fd_t fd;
  if (handle_->is_pipe || uv_fileno(reinterpret_cast<uv_handle_t*>(&handle_->stream), &fd) != 0) {
    return;
  }
  const linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

PeerState TcpStream::peer_state() const {
  pollfd socket{-1, POLLRDHUP, 0};
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(&handle_->stream), &socket.fd) != 0 ||
      poll(&socket, 1, 0) <= 0) {
    return PeerState::kOpen;
  }
  // These two are told without being asked for. A peer that has half closed is neither.
  if ((socket.revents & (POLLERR | POLLHUP)) != 0) return PeerState::kBroken;
  return (socket.revents & POLLRDHUP) != 0 ? PeerState::kEnded : PeerState::kOpen;
}

std::string TcpStream::peer_address() const {
  if (handle_->peer.sin6_family == AF_UNSPEC) const_cast<TcpStream*>(this)->LearnPeer();
  return AddressText(reinterpret_cast<const sockaddr*>(&handle_->peer));
}

std::string TcpStream::peer_name() const {
  if (handle_->peer.sin6_family == AF_UNSPEC) const_cast<TcpStream*>(this)->LearnPeer();
  return AddressAndPortText(reinterpret_cast<const sockaddr*>(&handle_->peer));
}

}  // namespace sedge::loop
