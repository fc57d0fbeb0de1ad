// SPDX-License-Identifier: Apache-2.0
// TcpStream: a Stream over a connected TCP or Unix socket. Writes are tried directly; what the
// kernel does not take is copied and queued. The loop's thread. The uv handle lives apart from the
// stream until uv has closed it, so a stream may be destroyed in any of its own callbacks.
#pragma once

#include <uv.h>

#include <memory>
#include <string>

#include "runtime/base/status.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/stream.h"

namespace sedge::loop {

class TcpStream final : public Stream {
 public:
  // What a read asks for, unless the one before it got all that it asked for: a long body then
  // comes in reads of up to Loop::kReadBufferBytes, while others have their turn sooner and leave
  // less behind where nobody takes it.
  static constexpr uint32_t kFirstReadBytes = 64u << 10;

  // Not connected yet: for uv_tcp_connect on tcp(), or uv_accept. TCP_NODELAY is on.
  static std::unique_ptr<TcpStream> MakeTcp(Loop& loop);
  // The same for uv_pipe_connect on pipe(), or uv_accept.
  static std::unique_ptr<TcpStream> MakePipe(Loop& loop);
  // Over a connected stream socket; closes `fd` when that fails.
  static Result<std::unique_ptr<TcpStream>> Adopt(Loop& loop, int fd);

  ~TcpStream() override;

  uv_tcp_t* tcp();
  uv_pipe_t* pipe();
  uv_stream_t* uv();
  Loop& loop() { return loop_; }
  // Reads the peer's address from the socket, while it is there for sure: right after accepting.
  void LearnPeer();

  void StartReading() override;
  void StopReading() override;
  bool Write(ByteSpan data) override;
  bool Write2(ByteSpan first, ByteSpan second) override;
  size_t queued_bytes() const override;
  size_t held_bytes() const override { return queued_bytes_; }
  size_t unacknowledged_bytes() const override;
  bool quiet() const override;
  void ShutdownWrite() override;
  void ResetOnClose() override;
  PeerState peer_state() const override;
  std::string peer_address() const override;
  std::string peer_name() const override;

 private:
  struct Handle;
  struct PendingWrite;

  TcpStream(Loop& loop, bool is_pipe);
  static void OnRead(uv_stream_t* uv, ssize_t count, const uv_buf_t* buffer);
  static void OnWritten(uv_write_t* request, int status);
  // Gives the kernel what it takes at once: how much that was, or -1.
  ssize_t Send(ByteSpan first, ByteSpan second);
  // Queues the concatenation of both.
  void Queue(ByteSpan first, ByteSpan second);
  void Fail(Status why);

  Loop& loop_;
  Handle* handle_;
  size_t queued_bytes_ = 0;                // of writes that are not finished
  uint32_t read_bytes_ = kFirstReadBytes;  // that the next read asks for
  bool drain_owed_ = false;
  bool reading_ = false;
  bool failed_ = false;
  // Not reported yet: what the peer said before it closed is read first. Null: none.
  std::unique_ptr<const Status> write_failure_;
};

// "read ECONNRESET": the name that users know for a libuv error, behind what was tried.
Status UvStatus(const char* doing, int error);

// "127.0.0.1", "::1" (without scope), and "127.0.0.1:80", "[::1]:80".
std::string AddressText(const sockaddr* address);
std::string AddressAndPortText(const sockaddr* address);

}  // namespace sedge::loop
