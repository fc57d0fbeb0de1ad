// SPDX-License-Identifier: Apache-2.0
// RequestSender: writes one request to a stream: its head, then its body as fast as the peer takes
// it, framed and checked against its length. One loop thread; held by shared_ptr, so that it
// outlives the body's callbacks.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/http/body.h"
#include "runtime/http/request_writer.h"
#include "runtime/loop/stream.h"

namespace sedge::http {

class RequestSender : public std::enable_shared_from_this<RequestSender> {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // What the sender waits for has changed; see the accessors. May not Stop() the sender.
    virtual void OnSenderProgress() = 0;
    // The body failed or did not have its length. Nothing is written any more. Perhaps called
    // before Start returns; may not Stop() the sender.
    virtual void OnSenderFailed(Status why) = 0;
  };

  RequestSender(loop::Stream& stream, Listener& listener, WrittenRequest request,
                std::unique_ptr<BodySource> body);

  void Start();
  // The stream has drained.
  void OnDrain();
  // The body, all of it to be sent once more; null when that cannot be done. REQUIRES: before Stop.
  std::unique_ptr<BodySource> TakeBodyAgain();
  // It will not have to be sent again: frees it, if it is sent.
  void DropSentBody();
  // Writes no more. The stream and the listener may then go away; the body is to be dropped, later.
  void Stop();
  // Cancels the body, if there is one left: who made it may run JavaScript.
  void DropBody();

  // What is left of the body, or is kept for a second try.
  bool holds_body() const { return body_ != nullptr; }
  bool has_body() const { return request_.framing != RequestFraming::kNone; }
  // The whole request has been given to the stream.
  bool complete() const { return complete_; }
  // The stream has to drain first.
  bool blocked() const { return blocked_; }

 private:
  // A piece of the body up to this is copied, so that it needs one write with its chunk's head and
  // end.
  static constexpr size_t kJoinedBytes = 4u << 10;

  void Pump();
  void OnChunk(const Result<ByteSpan>& chunk);
  void OnBodyEnd();
  void Fail(Status why);
  void WriteBody(ByteSpan data);
  void WriteChunked(ByteSpan data);
  void FlushPrefix();

  loop::Stream* stream_;
  Listener* listener_;
  WrittenRequest request_;
  std::unique_ptr<BodySource> body_;
  std::string prefix_;  // to be written before whatever comes next
  uint64_t body_bytes_ = 0;
  bool pumping_ = false;
  bool reading_ = false;
  bool body_ended_ = false;
  bool blocked_ = false;
  bool complete_ = false;
  bool stopped_ = false;
};

}  // namespace sedge::http
