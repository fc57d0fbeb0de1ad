// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/tls_context.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <uv.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/base/check.h"

namespace sedge::loop {
namespace {

// ALPN's wire form: each name after its length.
constexpr unsigned char kAlpnHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// Where an SSL keeps the name under which its sessions are stored.
int HostIndex() {
  static const int index = SSL_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* host, CRYPTO_EX_DATA*, int, long, void*) {  // NOLINT: OpenSSL's type
        delete static_cast<std::string*>(host);
      });
  return index;
}

// Where an SSL keeps what was wrong with the peer's certificate.
int FailureIndex() {
  static const int index = SSL_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* text, CRYPTO_EX_DATA*, int, long, void*) {  // NOLINT: OpenSSL's type
        delete static_cast<std::string*>(text);
      });
  return index;
}

// The peer's text, for people to read.
std::string Shown(std::string_view text) {
  constexpr size_t kMaxShown = 80;
  std::string shown;
  for (char c : text.substr(0, kMaxShown)) shown += c > 0x20 && c < 0x7f ? c : '?';
  return shown + (text.size() > kMaxShown ? "..." : "");
}

std::string NameText(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) {
    return Shown({reinterpret_cast<const char*>(ASN1_STRING_get0_data(name.d.dNSName)),
                  static_cast<size_t>(ASN1_STRING_length(name.d.dNSName))});
  }
  if (name.type != GEN_IPADD) return "";
  const int size = ASN1_STRING_length(name.d.iPAddress);
  char text[INET6_ADDRSTRLEN] = "";
  if (size != 4 && size != 16) return "";
  uv_inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(name.d.iPAddress), text,
               sizeof text);
  return text;
}

// "the certificate is for www.example.com, 127.0.0.1"
std::string NamesOf(const X509* certificate) {
  constexpr int kMaxNames = 3;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  const int count = names ? sk_GENERAL_NAME_num(names) : 0;
  std::string list;
  for (int i = 0; i < std::min(count, kMaxNames); ++i) {
    const std::string text = NameText(*sk_GENERAL_NAME_value(names, i));
    if (!text.empty()) list += (list.empty() ? "" : ", ") + text;
  }
  GENERAL_NAMES_free(names);
  if (list.empty()) return "the certificate names no server";
  return "the certificate is for " + list + (count > kMaxNames ? " and others" : "");
}

// "it ended on Nov 25 12:00:00 2026 GMT"
std::string TimeText(const char* what, const ASN1_TIME* time) {
  BIO* bio = BIO_new(BIO_s_mem());
  SEDGE_CHECK(bio != nullptr);
  char* text = nullptr;
  const bool is_printed = ASN1_TIME_print(bio, time) == 1;
  const long size = BIO_get_mem_data(bio, &text);  // NOLINT: OpenSSL's type
  std::string shown =
      is_printed ? what + std::string(text, static_cast<size_t>(size)) : std::string();
  BIO_free(bio);
  return shown;
}

// What of the certificate explains the failure; empty: nothing.
std::string Detail(int failure, const X509* certificate) {
  if (!certificate) return "";
  switch (failure) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return NamesOf(certificate);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TimeText("it ended on ", X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TimeText("it begins on ", X509_get0_notBefore(certificate));
    default: return "";
  }
}

bool IsAddress(const std::string& host) {
  unsigned char address[16];
  return uv_inet_pton(AF_INET, host.c_str(), address) == 0 ||
         uv_inet_pton(AF_INET6, host.c_str(), address) == 0;
}

int SelectAlpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
               unsigned in_size, void*) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_size, kAlpnHttp11, sizeof kAlpnHttp11, in, in_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2
  }
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::string TakeSslError(const char* otherwise) {
  const unsigned long code = ERR_get_error();  // NOLINT: OpenSSL's type
  ERR_clear_error();
  if (code == 0) return otherwise;
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : otherwise;
}

std::string CertificateFailure(const SSL* ssl) {
  const long result = SSL_get_verify_result(ssl);  // NOLINT: OpenSSL's type
  if (result == X509_V_OK) return "";
  const auto* detail = static_cast<const std::string*>(SSL_get_ex_data(ssl, FailureIndex()));
  return X509_verify_cert_error_string(result) + (detail ? " (" + *detail + ")" : std::string());
}

// Any thread.
class TlsContext::Trust {
 public:
  // The one of these files, which exists once per process.
  static Result<std::shared_ptr<Trust>> Of(const std::vector<std::string>& ca_files) {
    static std::mutex mutex;
    static auto* const known = new std::map<std::vector<std::string>, std::weak_ptr<Trust>>();
    const std::lock_guard lock(mutex);
    std::weak_ptr<Trust>& slot = (*known)[ca_files];
    std::shared_ptr<Trust> trust = slot.lock();
    if (!trust) {
      trust = std::make_shared<Trust>();
      SEDGE_RETURN_IF_ERROR(trust->Load(ca_files));
      slot = trust;
    }
    return trust;
  }

  Trust() : store_(X509_STORE_new()) { SEDGE_CHECK(store_ != nullptr); }
  ~Trust() { X509_STORE_free(store_); }
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  X509_STORE* store() { return store_; }
  // Adds the system's authorities. Where they are one file this takes a tenth of a second, so it
  // waits for the first connection.
  void LoadSystem() {
    std::call_once(system_loaded_, [this] { X509_STORE_set_default_paths(store_); });
  }

 private:
  Status Load(const std::vector<std::string>& ca_files) {
    for (const std::string& file : ca_files) {
      ERR_clear_error();
      if (X509_STORE_load_file(store_, file.c_str()) != 1) {
        return InvalidArgument("cannot load certificate authorities from \"" + file +
                               "\": " + TakeSslError("no certificate in it") +
                               " (a PEM file with certificates is expected)");
      }
    }
    return OkStatus();
  }

  X509_STORE* store_;
  std::once_flag system_loaded_;
};

TlsContext::TlsContext(SSL_CTX* context) : context_(context) {
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

TlsContext::~TlsContext() = default;

Result<std::shared_ptr<TlsContext>> TlsContext::CreateClient(
    const std::vector<std::string>& ca_files) {
  SEDGE_ASSIGN_OR_RETURN(std::shared_ptr<Trust> trust, Trust::Of(ca_files));
  ERR_clear_error();
  SSL_CTX* raw = SSL_CTX_new(TLS_client_method());
  if (!raw) return Internal("cannot make a TLS context: " + TakeSslError("unknown reason"));
  std::shared_ptr<TlsContext> context(new TlsContext(raw));
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, &TlsContext::OnVerified);
  SSL_CTX_set_alpn_protos(raw, kAlpnHttp11, sizeof kAlpnHttp11);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw, &TlsContext::OnNewSession);
  context->trust_ = std::move(trust);
  SSL_CTX_set1_cert_store(raw, context->trust_->store());
  return context;
}

Result<std::shared_ptr<TlsContext>> TlsContext::CreateServer(const std::string& certificate_file,
                                                             const std::string& key_file) {
  ERR_clear_error();
  SSL_CTX* raw = SSL_CTX_new(TLS_server_method());
  if (!raw) return Internal("cannot make a TLS context: " + TakeSslError("unknown reason"));
  std::shared_ptr<TlsContext> context(new TlsContext(raw));
  if (SSL_CTX_use_certificate_chain_file(raw, certificate_file.c_str()) != 1) {
    return InvalidArgument("cannot load the certificate \"" + certificate_file +
                           "\": " + TakeSslError("no certificate in it"));
  }
  if (SSL_CTX_use_PrivateKey_file(raw, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(raw) != 1) {
    return InvalidArgument("cannot use the private key \"" + key_file +
                           "\" with the certificate \"" + certificate_file +
                           "\": " + TakeSslError("no key in it"));
  }
  SSL_CTX_set_alpn_select_cb(raw, &SelectAlpn, nullptr);
  return context;
}

Result<SslPtr> TlsContext::NewClient(const std::string& host) {
  trust_->LoadSystem();
  ERR_clear_error();
  SslPtr ssl(SSL_new(context_.get()));
  if (!ssl) return ResourceExhausted("cannot make a TLS connection: " + TakeSslError("no memory"));
  // The root's dot is part of a URL's host but of no certificate.
  std::string name = AsciiLowerCopy(host);
  if (name.size() > 1 && name.back() == '.') name.pop_back();
  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl.get());
  bool named;
  if (IsAddress(name)) {
    named = X509_VERIFY_PARAM_set1_ip_asc(verify, name.c_str()) == 1;
  } else {
    // RFC 9110 section 4.3.4: the subject's common name is no name of a server.
    X509_VERIFY_PARAM_set_hostflags(
        verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    named = !name.empty() && X509_VERIFY_PARAM_set1_host(verify, name.data(), name.size()) == 1 &&
            SSL_set_tlsext_host_name(ssl.get(), name.c_str()) == 1;
  }
  if (!named) {
    return InvalidArgument("\"" + host + "\" cannot be the name of a TLS server: " +
                           TakeSslError("it is empty or malformed"));
  }
  SSL_set_ex_data(ssl.get(), HostIndex(), new std::string(name));
  SSL_set_connect_state(ssl.get());
  ResumeSession(ssl.get(), name);
  return ssl;
}

Result<SslPtr> TlsContext::NewServer() {
  SslPtr ssl(SSL_new(context_.get()));
  if (!ssl) return ResourceExhausted("cannot make a TLS connection: " + TakeSslError("no memory"));
  SSL_set_accept_state(ssl.get());
  return ssl;
}

void TlsContext::ResumeSession(SSL* ssl, const std::string& host) {
  const auto found = sessions_.find(host);
  if (found == sessions_.end()) return;
  SSL_SESSION* session = found->second.back().get();
  SSL_set_session(ssl, session);
  // RFC 8446 appendix C.4: a TLS 1.3 ticket serves once, so that connections cannot be linked.
  if (SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION) return;
  found->second.pop_back();
  if (found->second.empty()) sessions_.erase(found);
}

// Called inside SSL_do_handshake for each check; decides nothing, but keeps what explains a
// failure.
int TlsContext::OnVerified(int is_fine, X509_STORE_CTX* context) {
  if (is_fine) return is_fine;
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const std::string detail =
      Detail(X509_STORE_CTX_get_error(context), X509_STORE_CTX_get_current_cert(context));
  if (!ssl || detail.empty()) return is_fine;
  delete static_cast<std::string*>(SSL_get_ex_data(ssl, FailureIndex()));
  SSL_set_ex_data(ssl, FailureIndex(), new std::string(detail));
  return is_fine;
}

// Called inside SSL_read or SSL_do_handshake. Returning 1 takes the reference.
int TlsContext::OnNewSession(SSL* ssl, SSL_SESSION* session) {
  auto* self = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const auto* host = static_cast<const std::string*>(SSL_get_ex_data(ssl, HostIndex()));
  if (!host || !SSL_SESSION_is_resumable(session)) return 0;
  if (self->sessions_.size() >= kMaxSessionHosts && !self->sessions_.contains(*host)) {
    self->sessions_.erase(self->sessions_.begin());
  }
  std::vector<SessionPtr>& sessions = self->sessions_[*host];
  if (sessions.size() >= kMaxSessionsPerHost) sessions.erase(sessions.begin());
  sessions.emplace_back(session);
  return 1;
}

}  // namespace sedge::loop
