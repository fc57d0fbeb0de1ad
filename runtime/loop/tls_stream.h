// SPDX-License-Identifier: Apache-2.0
// TlsStream: TLS, as client or as server, over another Stream. Handshakes by itself once made; what
// is written before it is done waits. The loop's thread. An end of the transport without the peer's
// close_notify is reported as OnEnd like any other (ended_cleanly() tells): whether bytes are
// missing is for the protocol above to know, by its own framing.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/loop/stream.h"
#include "runtime/loop/tls_context.h"

namespace sedge::loop {

class TlsStream final : public Stream, private StreamListener {
 public:
  // Called once, never before the stream is returned; may destroy the stream. A failure is reported
  // here and nowhere else (or, without a callback, to the listener):
  // "TLS handshake with blog.example.com: certificate verify failed: ...".
  using HandshakeCallback = std::function<void(Status)>;

  // `inner` reads nothing yet. `host` is the name that the certificate must be for; `shown` is who
  // the errors say it was (empty: the host).
  static Result<std::unique_ptr<TlsStream>> Client(Loop& loop, std::unique_ptr<Stream> inner,
                                                   std::shared_ptr<TlsContext> context,
                                                   const std::string& host, HandshakeCallback done,
                                                   const std::string& shown = "");
  static Result<std::unique_ptr<TlsStream>> Server(Loop& loop, std::unique_ptr<Stream> inner,
                                                   std::shared_ptr<TlsContext> context,
                                                   HandshakeCallback done);
  // Says close_notify to the peer, if that can be done at once.
  ~TlsStream() override;

  void StartReading() override;
  void StopReading() override;
  bool Write(ByteSpan data) override { return Write2(data, {}); }
  bool Write2(ByteSpan first, ByteSpan second) override;
  size_t queued_bytes() const override { return inner_->queued_bytes() + early_plain_.size(); }
  size_t held_bytes() const override { return inner_->held_bytes() + early_plain_.size(); }
  size_t unacknowledged_bytes() const override {
    return inner_->unacknowledged_bytes() + early_plain_.size();
  }
  void ShutdownWrite() override;
  void ResetOnClose() override;
  PeerState peer_state() const override { return inner_->peer_state(); }
  std::string peer_address() const override { return inner_->peer_address(); }
  std::string peer_name() const override { return inner_->peer_name(); }

  // The peer said close_notify before it closed.
  bool ended_cleanly() const override { return got_close_notify_; }
  bool quiet() const override { return held_.empty() && !transport_ended_ && inner_->quiet(); }
  // After the handshake.
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  const char* protocol() const { return SSL_get_version(ssl_.get()); }

 private:
  struct Transport;  // the BIO between SSL and the inner stream

  TlsStream(Loop& loop, std::unique_ptr<Stream> inner, std::shared_ptr<TlsContext> context,
            SslPtr ssl, std::string peer, HandshakeCallback done);
  void Begin();
  void OnData(ByteSpan data) override;
  void OnEnd() override;
  void OnError(Status why) override;
  void OnDrain() override;

  // Both return false when the stream was destroyed or is broken.
  bool Handshake();
  bool Decrypt();
  bool OnHandshakeDone();
  bool ReportEnd();
  void FailHandshake(Status why);
  void Break(Status why);
  std::string HandshakeError();
  void Encrypt(ByteSpan data);
  bool Flush();
  void ResumeLater();

  Loop& loop_;
  std::unique_ptr<Stream> inner_;
  std::shared_ptr<TlsContext> context_;
  SslPtr ssl_;
  const std::string peer_;  // for error texts
  HandshakeCallback handshake_callback_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  std::string held_;  // encrypted bytes that came while the listener did not read
  size_t held_taken_ = 0;
  ByteSpan input_;           // encrypted bytes of the running OnData
  std::string output_;       // encrypted bytes of the running operation
  std::string early_plain_;  // written before the handshake was done
  bool handshake_done_ = false;
  bool reading_ = false;
  bool resume_posted_ = false;
  bool drain_owed_ = false;
  bool shutdown_wanted_ = false;
  bool got_close_notify_ = false;
  bool transport_ended_ = false;
  bool end_reported_ = false;
  bool broken_ = false;
  bool reset_on_close_ = false;
};

}  // namespace sedge::loop
