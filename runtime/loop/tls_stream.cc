// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/base/check.h"

namespace sedge::loop {
namespace {

// A TLS record carries at most this much (RFC 8446 section 5.1).
constexpr size_t kRecordBytes = 16u << 10;
// What one OnData of ours carries at most.
constexpr size_t kPlainBytes = 64u << 10;
// An output buffer above this is given back after use.
constexpr size_t kKeptOutputBytes = 8u << 10;

// One buffer per thread serves all streams; it is taken out while in use, so that a nested use gets
// one of its own.
thread_local std::unique_ptr<uint8_t[]> spare_buffer;

std::unique_ptr<uint8_t[]> TakeBuffer() {
  if (spare_buffer) return std::move(spare_buffer);
  return std::make_unique_for_overwrite<uint8_t[]>(kPlainBytes);
}

bool IsMissingAuthority(long verify_result) {  // NOLINT: OpenSSL's type
  return verify_result == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
         verify_result == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
         verify_result == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
         verify_result == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
         verify_result == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
         verify_result == X509_V_ERR_CERT_SIGNATURE_FAILURE;
}

}  // namespace

struct TlsStream::Transport {
  static int Read(BIO* bio, char* to, size_t size, size_t* taken) {
    BIO_clear_retry_flags(bio);
    auto* self = static_cast<TlsStream*>(BIO_get_data(bio));
    if (const size_t held = self->held_.size() - self->held_taken_; held > 0) {
      *taken = std::min(size, held);
      std::memcpy(to, self->held_.data() + self->held_taken_, *taken);
      self->held_taken_ += *taken;
      if (self->held_taken_ == self->held_.size()) {
        self->held_ = std::string();
        self->held_taken_ = 0;
      }
      return 1;
    }
    *taken = std::min(size, self->input_.size());
    if (*taken == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(to, self->input_.data(), *taken);
    self->input_ = self->input_.subspan(*taken);
    return 1;
  }

  static int Write(BIO* bio, const char* from, size_t size, size_t* taken) {
    BIO_clear_retry_flags(bio);
    static_cast<TlsStream*>(BIO_get_data(bio))->output_.append(from, size);
    *taken = size;
    return 1;
  }

  static long Control(BIO*, int command, long, void*) {  // NOLINT: OpenSSL's type
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static BIO_METHOD* Method() {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sedge stream");
      SEDGE_CHECK(made != nullptr);
      BIO_meth_set_read_ex(made, &Read);
      BIO_meth_set_write_ex(made, &Write);
      BIO_meth_set_ctrl(made, &Control);
      return made;
    }();
    return method;
  }
};

Result<std::unique_ptr<TlsStream>> TlsStream::Client(Loop& loop, std::unique_ptr<Stream> inner,
                                                     std::shared_ptr<TlsContext> context,
                                                     const std::string& host,
                                                     HandshakeCallback done,
                                                     const std::string& shown) {
  SEDGE_ASSIGN_OR_RETURN(SslPtr ssl, context->NewClient(host));
  std::unique_ptr<TlsStream> stream(new TlsStream(loop, std::move(inner), std::move(context),
                                                  std::move(ssl), shown.empty() ? host : shown,
                                                  std::move(done)));
  stream->Begin();
  return stream;
}

Result<std::unique_ptr<TlsStream>> TlsStream::Server(Loop& loop, std::unique_ptr<Stream> inner,
                                                     std::shared_ptr<TlsContext> context,
                                                     HandshakeCallback done) {
  SEDGE_ASSIGN_OR_RETURN(SslPtr ssl, context->NewServer());
  std::string peer = inner->peer_name();
  std::unique_ptr<TlsStream> stream(new TlsStream(loop, std::move(inner), std::move(context),
                                                  std::move(ssl), std::move(peer),
                                                  std::move(done)));
  stream->Begin();
  return stream;
}

TlsStream::TlsStream(Loop& loop, std::unique_ptr<Stream> inner, std::shared_ptr<TlsContext> context,
                     SslPtr ssl, std::string peer, HandshakeCallback done)
    : loop_(loop),
      inner_(std::move(inner)),
      context_(std::move(context)),
      ssl_(std::move(ssl)),
      peer_(std::move(peer)),
      handshake_callback_(std::move(done)) {
  BIO* bio = BIO_new(Transport::Method());
  SEDGE_CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

TlsStream::~TlsStream() {
  *alive_ = false;
  if (handshake_done_ && !broken_ && !reset_on_close_ && !shutdown_wanted_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    Flush();
  }
}

void TlsStream::Begin() {
  inner_->set_listener(this);
  ERR_clear_error();
  // A client's first flight; it cannot fail or complete before the peer answered.
  SSL_do_handshake(ssl_.get());
  Flush();
  inner_->StartReading();
}

void TlsStream::OnData(ByteSpan data) {
  const std::shared_ptr<bool> alive = alive_;
  input_ = data;
  if ((handshake_done_ || Handshake()) && reading_) Decrypt();
  if (!*alive) return;
  // Not taken: the listener stopped reading. `data` is gone when this returns.
  held_.append(AsText(input_));
  input_ = {};
}

bool TlsStream::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  const int error = SSL_get_error(ssl_.get(), result);
  // Also an alert for the peer.
  Flush();
  if (result == 1) return OnHandshakeDone();
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
  FailHandshake(Unavailable("TLS handshake with " + peer_ + ": " + HandshakeError()));
  return false;
}

bool TlsStream::OnHandshakeDone() {
  const std::shared_ptr<bool> alive = alive_;
  handshake_done_ = true;
  if (!reading_) inner_->StopReading();
  bool flushed = true;
  if (!early_plain_.empty()) {
    const std::string early = std::exchange(early_plain_, std::string());
    Encrypt(AsBytes(early));
    flushed = Flush();
  }
  if (shutdown_wanted_) {
    shutdown_wanted_ = false;
    ShutdownWrite();
  }
  if (HandshakeCallback done = std::exchange(handshake_callback_, nullptr)) {
    done(OkStatus());
    if (!*alive) return false;
  }
  if (flushed && drain_owed_ && inner_->queued_bytes() == 0) {
    drain_owed_ = false;
    if (listener_) listener_->OnDrain();
  }
  return *alive && !broken_;
}

std::string TlsStream::HandshakeError() {
  const unsigned long code = ERR_peek_error();  // NOLINT: OpenSSL's type
  const int reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
  std::string text = TakeSslError("protocol error");
  // A bad signature leaves errors of the arithmetic in front of the one about the certificate.
  const long result = SSL_get_verify_result(ssl_.get());  // NOLINT: OpenSSL's type
  if (result != X509_V_OK) {
    if (reason != SSL_R_CERTIFICATE_VERIFY_FAILED) text = "certificate verify failed";
    text += ": " + CertificateFailure(ssl_.get());
    if (IsMissingAuthority(result)) text += " (is its authority missing? see --ca)";
  } else if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
             reason == SSL_R_HTTP_REQUEST || reason == SSL_R_RECORD_LENGTH_MISMATCH) {
    text += " (does the peer speak TLS at this port?)";
  }
  return text;
}

// Decrypts what has come, delivering it in pieces of up to kPlainBytes.
bool TlsStream::Decrypt() {
  const std::shared_ptr<bool> alive = alive_;
  std::unique_ptr<uint8_t[]> buffer = TakeBuffer();
  bool more = true;
  while (more && reading_) {
    size_t filled = 0;
    int error = SSL_ERROR_NONE;
    ERR_clear_error();
    while (filled < kPlainBytes) {
      size_t got = 0;
      if (SSL_read_ex(ssl_.get(), buffer.get() + filled, kPlainBytes - filled, &got) == 1) {
        filled += got;
        continue;
      }
      error = SSL_get_error(ssl_.get(), 0);
      more = false;
      break;
    }
    std::string failure;
    if (error == SSL_ERROR_ZERO_RETURN) got_close_notify_ = true;
    if (error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL)
      failure = TakeSslError("protocol error");
    Flush();  // answers to key updates, alerts
    if (filled > 0) listener_->OnData({buffer.get(), filled});
    if (*alive && !failure.empty()) {
      Break(Unavailable("TLS connection with " + peer_ + ": " + failure));
    }
    if (!*alive || broken_) {
      spare_buffer = std::move(buffer);
      return false;
    }
  }
  spare_buffer = std::move(buffer);
  return got_close_notify_ && reading_ ? ReportEnd() : true;
}

bool TlsStream::ReportEnd() {
  if (std::exchange(end_reported_, true)) return false;
  inner_->StopReading();
  listener_->OnEnd();
  return false;
}

void TlsStream::OnEnd() {
  transport_ended_ = true;
  if (!handshake_done_) {
    FailHandshake(Unavailable("TLS handshake with " + peer_ + ": the peer closed the connection"));
  } else if (reading_ && listener_) {
    ReportEnd();
  }
}

void TlsStream::OnError(Status why) {
  if (broken_) return;
  if (!handshake_done_) {
    FailHandshake(why.WithPrefix("TLS handshake with " + peer_));
  } else {
    Break(std::move(why));
  }
}

void TlsStream::FailHandshake(Status why) {
  if (broken_) return;
  if (HandshakeCallback done = std::exchange(handshake_callback_, nullptr)) {
    broken_ = true;
    inner_->StopReading();
    done(std::move(why));
  } else {
    Break(std::move(why));
  }
}

void TlsStream::Break(Status why) {
  if (std::exchange(broken_, true)) return;
  inner_->StopReading();
  if (listener_ && !end_reported_) listener_->OnError(std::move(why));
}

void TlsStream::OnDrain() {
  if (!handshake_done_ || broken_ || !std::exchange(drain_owed_, false)) return;
  if (listener_) listener_->OnDrain();
}

void TlsStream::StartReading() {
  SEDGE_CHECK(listener_ != nullptr);
  if (std::exchange(reading_, true) || !handshake_done_ || broken_ || end_reported_) return;
  if (!held_.empty() || SSL_has_pending(ssl_.get()) == 1 || got_close_notify_ || transport_ended_) {
    ResumeLater();
  } else {
    inner_->StartReading();
  }
}

void TlsStream::StopReading() {
  reading_ = false;
  if (handshake_done_) inner_->StopReading();
}

// What is there already is delivered in a turn of its own: the caller of StartReading need not
// expect to be called back.
void TlsStream::ResumeLater() {
  if (std::exchange(resume_posted_, true)) return;
  loop_.Post([this, alive = alive_] {
    if (!*alive) return;
    resume_posted_ = false;
    if (!reading_ || broken_ || !Decrypt() || !*alive || !reading_) return;
    if (transport_ended_) {
      ReportEnd();
    } else {
      inner_->StartReading();
    }
  });
}

bool TlsStream::Write2(ByteSpan first, ByteSpan second) {
  if (broken_ || shutdown_wanted_) return false;
  if (!handshake_done_) {
    early_plain_.append(AsText(first)).append(AsText(second));
    drain_owed_ = true;
    return false;
  }
  // A short head travels in one record with the beginning of its body.
  if (!second.empty() && first.size() < kRecordBytes) {
    const size_t joined = std::min(second.size(), kRecordBytes - first.size());
    std::string record(AsText(first));
    record.append(AsText(second.first(joined)));
    Encrypt(AsBytes(record));
    Encrypt(second.subspan(joined));
  } else {
    Encrypt(first);
    Encrypt(second);
  }
  if (Flush()) return true;
  drain_owed_ = true;
  return false;
}

void TlsStream::Encrypt(ByteSpan data) {
  if (data.empty()) return;
  ERR_clear_error();
  output_.reserve(output_.size() + data.size() + data.size() / 256 + 64);
  size_t written = 0;
  // The transport takes everything, so a write can only fail after a fatal error, which the reading
  // side has reported or will report.
  SSL_write_ex(ssl_.get(), data.data(), data.size(), &written);
}

bool TlsStream::Flush() {
  if (output_.empty()) return inner_->queued_bytes() == 0;
  std::string output = std::exchange(output_, std::string());
  const bool taken = inner_->Write(AsBytes(output));
  if (output.capacity() <= kKeptOutputBytes) {
    output.clear();
    output_ = std::move(output);
  }
  return taken;
}

void TlsStream::ShutdownWrite() {
  if (broken_ || std::exchange(shutdown_wanted_, true) || !handshake_done_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  Flush();
  inner_->ShutdownWrite();
}

void TlsStream::ResetOnClose() {
  reset_on_close_ = true;
  inner_->ResetOnClose();
}

}  // namespace sedge::loop
