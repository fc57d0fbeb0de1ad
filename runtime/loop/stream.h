// SPDX-License-Identifier: Apache-2.0
// Stream: a byte connection with back-pressure (TCP, Unix socket, or TLS over one of them). The
// loop's thread. Destroying a stream closes it at once; its listener is not called any more.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"
#include "runtime/loop/loop.h"

namespace sedge::loop {

// Any of these may destroy the stream.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  // `data` lives until the call returns.
  virtual void OnData(ByteSpan data) = 0;
  // The peer will send no more (half close).
  virtual void OnEnd() = 0;
  // The connection is broken; nothing else is called afterwards.
  virtual void OnError(Status why) = 0;
  // Everything written so far has been handed to the kernel, after Write returned false.
  virtual void OnDrain() = 0;
};

enum class PeerState : uint8_t {
  kOpen,
  kEnded,   // has half closed, behind what was not read yet
  kBroken,  // the connection is gone
};

class Stream {
 public:
  virtual ~Stream() = default;
  void set_listener(StreamListener* listener) { listener_ = listener; }

  virtual void StartReading() = 0;
  virtual void StopReading() = 0;

  // Sends bytes in order. What the kernel does not take at once is copied and queued. False when
  // something is queued: wait for OnDrain before writing more.
  virtual bool Write(ByteSpan data) = 0;
  // The same for two pieces, with one system call (head and body).
  virtual bool Write2(ByteSpan first, ByteSpan second) = 0;
  virtual size_t queued_bytes() const = 0;
  // The memory that they take: a queued piece goes as a whole.
  virtual size_t held_bytes() const { return queued_bytes(); }
  // With what the kernel holds because the peer has not taken it: a system call, where there is
  // one.
  virtual size_t unacknowledged_bytes() const { return queued_bytes(); }

  // After OnEnd: the peer said that it is the end, by more than a closed connection where the
  // transport knows more (TLS's close_notify). Else something may have been cut off.
  virtual bool ended_cleanly() const { return true; }
  // Nothing has come that was not delivered yet, the peer's end included. Asks the kernel.
  virtual bool quiet() const = 0;

  // Half close, after what is queued.
  virtual void ShutdownWrite() = 0;
  // Makes the destruction of this stream tell the peer that it broke (TCP reset), where the
  // transport can: for a message that was cut short.
  virtual void ResetOnClose() {}
  // What the system knows already. For whoever neither reads nor writes: nothing else tells that
  // one.
  virtual PeerState peer_state() const { return PeerState::kOpen; }
  // The peer's address without port ("127.0.0.1", "::1", "unix:"), and with it ("127.0.0.1:80").
  virtual std::string peer_address() const = 0;
  virtual std::string peer_name() const = 0;

 protected:
  StreamListener* listener_ = nullptr;
};

// A stream over an accepted or connected uv handle is made by listener.h and connector.h.

}  // namespace sedge::loop
