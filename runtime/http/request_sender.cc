// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/request_sender.h"

#include <algorithm>
#include <utility>

#include "runtime/http/message.h"

namespace sedge::http {

RequestSender::RequestSender(loop::Stream& stream, Listener& listener, WrittenRequest request,
                             std::unique_ptr<BodySource> body)
    : stream_(&stream),
      listener_(&listener),
      request_(std::move(request)),
      body_(std::move(body)),
      prefix_(std::move(request_.head)) {}

void RequestSender::Start() {
  if (request_.framing == RequestFraming::kNone) {
    complete_ = body_ended_ = true;
    FlushPrefix();
    body_.reset();
    listener_->OnSenderProgress();
  } else {
    Pump();
  }
}

void RequestSender::OnDrain() {
  blocked_ = false;
  if (!stopped_) Pump();
}

std::unique_ptr<BodySource> RequestSender::TakeBodyAgain() {
  if (!body_ || reading_ || pumping_ || !body_->Rewind()) return nullptr;
  return std::move(body_);
}

void RequestSender::DropSentBody() {
  if (body_ended_ && !pumping_) body_.reset();
}

void RequestSender::Stop() {
  stopped_ = true;
  stream_ = nullptr;
  listener_ = nullptr;
}

void RequestSender::DropBody() {
  // A body that is inside its Read goes when that returns.
  if (!pumping_) body_.reset();
}

// A loop, so that a body whose chunks come at once does not deepen the stack.
void RequestSender::Pump() {
  if (std::exchange(pumping_, true)) return;
  const std::shared_ptr<RequestSender> self = shared_from_this();
  while (!stopped_ && !blocked_ && !body_ended_ && !reading_) {
    reading_ = true;
    body_->ReadView([this](Result<ByteSpan> chunk) { OnChunk(chunk); });
  }
  pumping_ = false;
  // One that can be sent again is kept for that.
  if (stopped_ || (body_ended_ && body_ && !body_->Rewind())) body_.reset();
  if (stopped_) return;
  // The body lets wait: the head goes ahead.
  if (!prefix_.empty()) FlushPrefix();
  listener_->OnSenderProgress();
}

void RequestSender::OnChunk(const Result<ByteSpan>& chunk) {
  const std::shared_ptr<RequestSender> self = shared_from_this();
  reading_ = false;
  if (stopped_) return;
  if (!chunk.ok()) {
    Fail(chunk.status().WithPrefix("the request's body failed"));
  } else if (chunk->empty()) {
    OnBodyEnd();
  } else {
    body_bytes_ += chunk->size();
    if (request_.framing == RequestFraming::kLength && body_bytes_ > request_.body_length) {
      Fail(InvalidArgument("the request's body is longer than its length of " +
                           std::to_string(request_.body_length) + " bytes"));
    } else {
      WriteBody(*chunk);
    }
  }
  Pump();
}

void RequestSender::OnBodyEnd() {
  body_ended_ = true;
  if (request_.framing == RequestFraming::kChunked) {
    prefix_.append(kLastChunk);
    FlushPrefix();
    complete_ = true;
  } else if (body_bytes_ < request_.body_length) {
    Fail(InvalidArgument("the request's body ended after " + std::to_string(body_bytes_) + " of " +
                         std::to_string(request_.body_length) + " bytes"));
  }
}

void RequestSender::Fail(Status why) {
  body_ended_ = true;
  listener_->OnSenderFailed(std::move(why));
}

void RequestSender::WriteBody(ByteSpan data) {
  if (request_.framing == RequestFraming::kChunked) return WriteChunked(data);
  blocked_ = !stream_->Write2(AsBytes(prefix_), data);
  prefix_.clear();
  complete_ = body_bytes_ == request_.body_length;
}

// The end of a chunk goes with whatever comes next.
void RequestSender::WriteChunked(ByteSpan data) {
  prefix_.append(ChunkHead(data.size()));
  if (data.size() <= kJoinedBytes) {
    prefix_.append(AsText(data)).append(kChunkEnd);
    FlushPrefix();
    return;
  }
  blocked_ = !stream_->Write2(AsBytes(prefix_), data);
  prefix_ = kChunkEnd;
}

void RequestSender::FlushPrefix() {
  blocked_ = !stream_->Write(AsBytes(prefix_));
  prefix_.clear();
}

}  // namespace sedge::http
