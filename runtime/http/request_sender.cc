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
  chunk_ = Bytes();
  // A body that is inside its Read goes when that returns.
  if (!pumping_) body_.reset();
}

// A loop, so that a body whose chunks come at once does not deepen the stack.
void RequestSender::Pump() {
  if (std::exchange(pumping_, true)) return;
  const std::shared_ptr<RequestSender> self = shared_from_this();
  while (!stopped_ && !blocked_) {
    if (chunk_taken_ < chunk_.size()) {
      WriteSlice();
      continue;
    }
    if (body_ended_ || reading_) break;
    reading_ = true;
    body_->Read([this](Result<Bytes> chunk) { OnChunk(std::move(chunk)); });
  }
  pumping_ = false;
  // One that can be sent again is kept for that.
  if (stopped_ || (body_ended_ && body_ && !body_->Rewind())) body_.reset();
  if (stopped_) return;
  // The body lets wait: the head goes ahead.
  if (!prefix_.empty()) FlushPrefix();
  listener_->OnSenderProgress();
}

void RequestSender::OnChunk(Result<Bytes> chunk) {
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
      chunk_ = std::move(chunk).value();
      chunk_taken_ = 0;
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

void RequestSender::WriteSlice() {
  const ByteSpan rest = chunk_.span().subspan(chunk_taken_);
  const ByteSpan slice = rest.first(std::min(rest.size(), kSliceBytes));
  chunk_taken_ += slice.size();
  if (request_.framing == RequestFraming::kChunked) {
    WriteChunked(slice);
  } else {
    blocked_ = !stream_->Write2(AsBytes(prefix_), slice);
    prefix_.clear();
    complete_ = body_bytes_ == request_.body_length && chunk_taken_ == chunk_.size();
  }
  if (chunk_taken_ == chunk_.size()) {
    chunk_ = Bytes();
    chunk_taken_ = 0;
  }
}

void RequestSender::WriteChunked(ByteSpan slice) {
  prefix_.append(ChunkHead(slice.size()));
  if (slice.size() <= kJoinedBytes) {
    prefix_.append(AsText(slice)).append(kChunkEnd);
    FlushPrefix();
    return;
  }
  stream_->Write2(AsBytes(prefix_), slice);
  prefix_.clear();
  blocked_ = !stream_->Write(AsBytes(kChunkEnd));
}

void RequestSender::FlushPrefix() {
  blocked_ = !stream_->Write(AsBytes(prefix_));
  prefix_.clear();
}

}  // namespace sedge::http
