// SPDX-License-Identifier: Apache-2.0
// The output side of ServerConnection: heads, bodies, back-pressure.
#include <utility>

#include "runtime/base/check.h"
#include "runtime/base/log.h"
#include "runtime/http/server_connection.h"

namespace sedge::http {

Status ServerConnection::WriteHead(const ResponseHead& head, ResponseFraming* framing) {
  framing->minor_version = head_.minor_version;
  framing->head_request = head_request_;
  // A client that was never told to send its body may send it or not: no telling what comes next.
  const bool body_unsure = continue_owed_ && input_ == Input::kHeld;
  // One that is too long to be read over, if nobody takes it after all, ends the connection.
  const bool body_too_long = (input_ == Input::kHeld && parser_.body_left() > kMaxDiscardedBytes) ||
                             (input_ == Input::kDiscarded && parser_.body_left() > discard_left_);
  framing->keep_alive = keep_alive_ && !context_.shutting_down && !body_unsure && !body_too_long;
  SEDGE_RETURN_IF_ERROR(WriteResponseHead(head, context_.date.Get(now_ms()), framing, &out_));
  keep_alive_ = framing->keep_alive;
  return OkStatus();
}

Status ServerConnection::Respond(const ResponseHead& head, std::string_view body) {
  SEDGE_CHECK(exchange_held_);
  if (life_ != Life::kOpen) return OkStatus();  // nobody listens
  if (output_ != Output::kNone) return FailedPrecondition("the request is answered already");
  if (body.size() > kFlushBytes && context_.overfull && !head_request_) {
    RespondText(503, "slow clients leave no memory for this response (unsent_bytes)");
    FlushOrDefer();
    return OkStatus();
  }
  framing_.length = body.size();
  SEDGE_RETURN_IF_ERROR(WriteHead(head, &framing_));
  if (framing_.body == BodyFraming::kLength) {
    if (body.size() <= kCopiedBodyBytes) {
      out_.Append(body);
    } else {
      Send(out_.span(), AsBytes(body));
      out_.Clear();
    }
  }
  FinishResponse();
  FlushOrDefer();
  return OkStatus();
}

Status ServerConnection::RespondStream(const ResponseHead& head, std::unique_ptr<BodySource> body) {
  SEDGE_CHECK(exchange_held_);
  if (life_ != Life::kOpen) return OkStatus();  // nobody listens
  if (output_ != Output::kNone) return FailedPrecondition("the request is answered already");
  SEDGE_CHECK(body || head_request_);
  framing_.length = body ? body->length() : std::nullopt;
  SEDGE_RETURN_IF_ERROR(WriteHead(head, &framing_));
  if (framing_.body == BodyFraming::kNone) {
    FinishResponse();
  } else {
    output_ = Output::kStreaming;
    response_left_ = framing_.length.value_or(0);
    response_body_ = std::move(body);
    Pump();
  }
  FlushOrDefer();
  return OkStatus();
}

// A response of ours, with a line of text: errors.
void ServerConnection::RespondText(int status, std::string_view text) {
  std::string body(ReasonPhrase(status));
  if (!text.empty()) body.append(": ").append(text);
  body += '\n';
  const HeaderField fields[] = {{"Content-Type", "text/plain;charset=utf-8"}};
  framing_.length = body.size();
  const Status written = WriteHead({status, "", fields}, &framing_);
  SEDGE_CHECK(written.ok());
  if (framing_.body == BodyFraming::kLength) out_.Append(body);
  FinishResponse();
}

// Moves chunks from the handler's source to the stream as long as both go along.
void ServerConnection::Pump() {
  if (pumping_) return;
  pumping_ = true;
  while (output_ == Output::kStreaming && life_ == Life::kOpen && drained_ && !read_pending_) {
    if (pumped_bytes_ >= kMaxPumpedBytes || context_.overfull) {
      context_.loop.Defer(this);
      break;
    }
    read_pending_ = true;
    response_body_->ReadView([this](Result<ByteSpan> chunk) {
      read_pending_ = false;
      OnChunk(chunk);
      if (pumping_ || life_ == Life::kClosed) return;
      Pump();
      Resume();
    });
  }
  pumping_ = false;
}

void ServerConnection::OnChunk(const Result<ByteSpan>& chunk) {
  if (!chunk.ok()) return CutShort(chunk.status().message());
  if (!chunk->empty()) {
    if (framing_.body == BodyFraming::kLength) {
      if (chunk->size() > response_left_) return CutShort("it is longer than its Content-Length");
      response_left_ -= chunk->size();
    }
    return WriteChunk(*chunk);
  }
  if (framing_.body == BodyFraming::kLength && response_left_ > 0) {
    return CutShort("it is shorter than its Content-Length");
  }
  if (framing_.body == BodyFraming::kChunked) out_.Append(kLastChunk);
  FinishResponse();
}

void ServerConnection::WriteChunk(ByteSpan data) {
  const bool chunked = framing_.body == BodyFraming::kChunked;
  pumped_bytes_ += data.size();
  if (chunked) WriteChunkSize(data.size(), &out_);
  if (data.size() <= kCopiedChunkBytes) {
    // Where chunks are long more of them come, as a rule: the buffer is not copied while it grows.
    if (data.size() >= kLongChunkBytes && out_.size() < kFlushBytes) {
      out_.Reserve(kFullBytes - out_.size());
    }
    out_.Append(AsText(data));
  } else {
    Send(out_.span(), data);
    out_.Clear();
  }
  if (chunked) out_.Append("\r\n");
  if (out_.size() >= kFlushBytes) Flush();
}

// The body cannot be ended well: the client must not take it for whole, so the connection breaks.
void ServerConnection::CutShort(std::string_view why) {
  LogWarn("a response body failed; its connection is closed",
          {{"why", why}, {"client", client_address()}});
  aborted_ = true;
  abort_callback_ = nullptr;
  Break();
}

// What was answered so far should arrive before the break.
void ServerConnection::Break() {
  if (stream_ && !out_.empty()) Send(out_.span(), {});
  out_.Clear();
  CloseNow(/*reset=*/true);
}

void ServerConnection::FinishResponse() {
  output_ = Output::kSent;
  response_body_.reset();
  TryFinish();
}

void ServerConnection::Send(ByteSpan first, ByteSpan second) {
  if (end_seen_) {
    half_closed_since_ms_ = now_ms();
    asks_ = 0;
  }
  sent_bytes_ += static_cast<int64_t>(first.size() + second.size());
  if (stream_->Write2(first, second)) return;
  drained_ = false;
  CountUnsent();
}

void ServerConnection::CountUnsent() {
  const size_t held = stream_ ? stream_->held_bytes() : 0;
  const bool more = held > unsent_bytes_;
  context_.unsent_bytes += held - unsent_bytes_;
  unsent_bytes_ = held;
  if (!more || context_.overfull || context_.unsent_bytes <= context_.limits.unsent_bytes) return;
  context_.overfull = true;
  if (context_.on_overfull) context_.on_overfull();
}

// Pipelined requests that are here already are answered with the same write, and a head goes with
// the first bytes of its body when they come in the same turn.
void ServerConnection::FlushOrDefer() {
  if (processing_ || life_ == Life::kClosed) return;
  if ((!backlog_.empty() && keep_alive_) || read_pending_) {
    context_.loop.Defer(this);
  } else {
    Flush();
  }
}

void ServerConnection::Flush() {
  if (life_ == Life::kClosed) return;
  if (!out_.empty()) {
    Send(out_.span(), {});
    out_.Clear();
  }
  ContinueClose();
}

void ServerConnection::OnDrain() {
  drained_ = true;
  CountUnsent();
  half_closed_since_ms_ = now_ms();
  if (life_ == Life::kFlushing) return Flush();
  if (life_ != Life::kOpen) return;
  pumped_bytes_ = 0;
  Pump();
  Resume();
}

}  // namespace sedge::http
