// SPDX-License-Identifier: Apache-2.0
// TlsContext: what TLS connections of one role share: trust, or a certificate with its key; TLS 1.2
// and 1.3, ALPN "http/1.1". A client context also keeps sessions for resumption, per host name. The
// loop's thread; the streams made of it hold a reference. Trusted certificates, which take long to
// read, are shared by the contexts of all threads.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/base/status.h"

namespace sedge::loop {

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SslPtr = std::unique_ptr<SSL, SslDeleter>;

class TlsContext {
 public:
  static constexpr size_t kMaxSessionHosts = 256;
  static constexpr size_t kMaxSessionsPerHost = 4;

  // Trusts the system's authorities and those in `ca_files` (PEM).
  static Result<std::shared_ptr<TlsContext>> CreateClient(const std::vector<std::string>& ca_files);
  // The certificate with its chain, and its key, as PEM files.
  static Result<std::shared_ptr<TlsContext>> CreateServer(const std::string& certificate_file,
                                                          const std::string& key_file);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A connection that accepts only a certificate for `host` (a name or an address), resuming an
  // earlier session with it if there is one.
  Result<SslPtr> NewClient(const std::string& host);
  Result<SslPtr> NewServer();

 private:
  class Trust;
  using SessionPtr = std::unique_ptr<SSL_SESSION, SslDeleter>;

  explicit TlsContext(SSL_CTX* context);
  static int OnNewSession(SSL* ssl, SSL_SESSION* session);
  static int OnVerified(int is_fine, X509_STORE_CTX* context);
  void ResumeSession(SSL* ssl, const std::string& host);

  std::unique_ptr<SSL_CTX, SslDeleter> context_;
  std::shared_ptr<Trust> trust_;                                       // of a client
  std::unordered_map<std::string, std::vector<SessionPtr>> sessions_;  // by host
};

// Why the peer's certificate was refused, and what in it: "hostname mismatch (the certificate is
// for www.example.com)". Empty: it was not.
std::string CertificateFailure(const SSL* ssl);

// The oldest error in OpenSSL's queue as text, or `otherwise`; empties the queue.
std::string TakeSslError(const char* otherwise);

}  // namespace sedge::loop
