// SPDX-License-Identifier: Apache-2.0
// MemoryStream: a Stream without a socket. Its Peer, which outlives it, sees what was written and
// says when bytes come, how much may go out, and how it ends. For tests; one thread.
#pragma once

#include <string>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/loop/stream.h"

namespace sedge::http {

class MemoryStream final : public loop::Stream {
 public:
  struct Peer {
    MemoryStream* stream = nullptr;  // null once it is destroyed
    std::string received;
    bool reading = false;      // the stream wants bytes
    bool write_ended = false;  // no more will be received
    bool reset = false;        // the end was a reset
    bool ended = false;        // the other side has half closed, behind what is not read
    bool broken = false;       // the system knows that the other side is gone
    bool blocked = false;      // what is written is queued
    std::string queued;

    bool open() const { return stream != nullptr; }
    // The next three need a stream that is read from.
    void Give(std::string_view bytes) { stream->listener_->OnData(AsBytes(bytes)); }
    void End() {
      reading = false;
      stream->listener_->OnEnd();
    }
    void Break() {
      reading = false;
      stream->listener_->OnError(Unavailable("broken"));
    }
    void Unblock() {
      blocked = false;
      received += std::exchange(queued, "");
      if (stream && std::exchange(stream->drain_owed_, false)) stream->listener_->OnDrain();
    }
  };

  explicit MemoryStream(Peer& peer) : peer_(peer) { peer.stream = this; }
  ~MemoryStream() override {
    peer_.stream = nullptr;
    peer_.reading = false;
  }

  void StartReading() override { peer_.reading = true; }
  void StopReading() override { peer_.reading = false; }
  bool Write(ByteSpan data) override { return Write2(data, {}); }
  bool Write2(ByteSpan first, ByteSpan second) override {
    SEDGE_CHECK(!peer_.write_ended);
    std::string& to = peer_.blocked ? peer_.queued : peer_.received;
    to.append(AsText(first)).append(AsText(second));
    if (peer_.blocked) drain_owed_ = true;
    return !peer_.blocked;
  }
  size_t queued_bytes() const override { return peer_.queued.size(); }
  bool quiet() const override { return true; }  // what is given is delivered at once
  void ShutdownWrite() override { peer_.write_ended = true; }
  void ResetOnClose() override { peer_.reset = true; }
  loop::PeerState peer_state() const override {
    if (peer_.broken) return loop::PeerState::kBroken;
    return peer_.ended ? loop::PeerState::kEnded : loop::PeerState::kOpen;
  }
  std::string peer_address() const override { return "127.0.0.1"; }
  std::string peer_name() const override { return "127.0.0.1:1"; }

 private:
  Peer& peer_;
  bool drain_owed_ = false;
};

}  // namespace sedge::http
