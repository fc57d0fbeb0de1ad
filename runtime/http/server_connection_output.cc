// SPDX-License-Identifier: Apache-2.0
// The output side of ServerConnection: heads, bodies, back-pressure.
#include <utility>

#include "runtime/base/check.h"
#include "runtime/base/log.h"
#include "runtime/http/server_connection.h"

namespace sedge::http {

Status ServerConnection::WriteHead(const ResponseHead& head, ResponseFraming* framing) {
  framing->minor_version = message_->parser.head().minor_version;
  framing->head_request = head_request_;
  // A client that was never told to send its body may send it or not: no telling what comes next.
  const bool body_unsure = continue_owed_ && input_ == Input::kHeld;
  // One that is too long to be read over, if nobody takes it after all, ends the connection.
  const bool body_too_long =
      (input_ == Input::kHeld && message_->parser.body_left() > kMaxDiscardedBytes) ||
      (input_ == Input::kDiscarded && message_->parser.body_left() > message_->discard_left);
  framing->keep_alive = keep_alive_ && !context_.shutting_down && !body_unsure && !body_too_long;
  SEDGE_RETURN_IF_ERROR(
      WriteResponseHead(head, context_.date.Get(now_ms()), framing, &message_->out));
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
  message_->framing.length = body.size();
  SEDGE_RETURN_IF_ERROR(WriteHead(head, &message_->framing));
  if (message_->framing.body == BodyFraming::kLength) {
    if (body.size() <= kCopiedBodyBytes) {
      message_->out.Append(body);
    } else {
      Send(message_->out.span(), AsBytes(body));
      message_->out.Clear();
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
  message_->framing.length = body ? body->length() : std::nullopt;
  SEDGE_RETURN_IF_ERROR(WriteHead(head, &message_->framing));
  if (message_->framing.body == BodyFraming::kNone) {
    FinishResponse();
  } else {
    output_ = Output::kStreaming;
    message_->response_left = message_->framing.length.value_or(0);
    message_->response_body = std::move(body);
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
  message_->framing.length = body.size();
  const Status written = WriteHead({status, "", fields}, &message_->framing);
  SEDGE_CHECK(written.ok());
  if (message_->framing.body == BodyFraming::kLength) message_->out.Append(body);
  FinishResponse();
}

// Moves chunks from the handler's source to the stream as long as both go along.
void ServerConnection::Pump() {
  if (pumping_) return;
  pumping_ = true;
  while (output_ == Output::kStreaming && life_ == Life::kOpen && drained_ && !read_pending_) {
    if (message_->pumped_bytes >= kMaxPumpedBytes || context_.overfull) {
      context_.loop.Defer(this);
      break;
    }
    read_pending_ = true;
    message_->response_body->ReadView([this](Result<ByteSpan> chunk) {
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
    if (message_->framing.body == BodyFraming::kLength) {
      if (chunk->size() > message_->response_left)
        return CutShort("it is longer than its Content-Length");
      message_->response_left -= chunk->size();
    }
    return WriteChunk(*chunk);
  }
  if (message_->framing.body == BodyFraming::kLength && message_->response_left > 0) {
    return CutShort("it is shorter than its Content-Length");
  }
  if (message_->framing.body == BodyFraming::kChunked) message_->out.Append(kLastChunk);
  FinishResponse();
}

void ServerConnection::WriteChunk(ByteSpan data) {
  const bool chunked = message_->framing.body == BodyFraming::kChunked;
  message_->pumped_bytes += data.size();
  if (chunked) WriteChunkSize(data.size(), &message_->out);
  if (data.size() <= kCopiedChunkBytes) {
    // Where chunks are long more of them come, as a rule: the buffer is not copied while it grows.
    if (data.size() >= kLongChunkBytes && message_->out.size() < kFlushBytes) {
      message_->out.Reserve(kFullBytes - message_->out.size());
    }
    message_->out.Append(AsText(data));
  } else {
    Send(message_->out.span(), data);
    message_->out.Clear();
  }
  if (chunked) message_->out.Append("\r\n");
  if (message_->out.size() >= kFlushBytes) Flush();
}

// The body cannot be ended well: the client must not take it for whole, so the connection breaks.
void ServerConnection::CutShort(std::string_view why) {
  LogWarn("a response body failed; its connection is closed",
          {{"why", why}, {"client", client_address()}});
  aborted_ = true;
  message_->abort_callback = nullptr;
  Break();
}

// What was answered so far should arrive before the break.
void ServerConnection::Break() {
  if (stream_ && has_output()) Send(message_->out.span(), {});
  if (message_) message_->out.Clear();
  CloseNow(/*reset=*/true);
}

void ServerConnection::FinishResponse() {
  output_ = Output::kSent;
  message_->response_body.reset();
  TryFinish();
}

void ServerConnection::Send(ByteSpan first, ByteSpan second) {
  if (end_seen_) {
    message_->half_closed_since_ms = now_ms();
    message_->asks = 0;
  }
  message_->sent_bytes += static_cast<int64_t>(first.size() + second.size());
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
  if ((has_backlog() && keep_alive_) || read_pending_) {
    context_.loop.Defer(this);
  } else {
    Flush();
  }
}

void ServerConnection::Flush() {
  if (life_ == Life::kClosed) return;
  if (has_output()) {
    Send(message_->out.span(), {});
    message_->out.Clear();
  }
  ContinueClose();
}

void ServerConnection::OnDrain() {
  drained_ = true;
  CountUnsent();
  if (message_) message_->half_closed_since_ms = now_ms();
  if (life_ == Life::kFlushing) return Flush();
  if (life_ != Life::kOpen) return;
  if (message_) message_->pumped_bytes = 0;
  Pump();
  Resume();
}

}  // namespace sedge::http
