// SPDX-License-Identifier: Apache-2.0
#include "tests/loop/test_certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "runtime/base/check.h"

namespace sedge::loop {
namespace {

constexpr long kDaySeconds = 24 * 60 * 60;  // NOLINT: OpenSSL's type

struct Deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter>;
using CertificatePtr = std::unique_ptr<X509, Deleter>;

KeyPtr MakeKey() {
  KeyPtr key(EVP_EC_gen("P-256"));
  SEDGE_CHECK(key != nullptr);
  return key;
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  SEDGE_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Not signed yet. `issuer` null: its own.
CertificatePtr MakeCertificate(const std::string& name, EVP_PKEY* key, X509* issuer, bool expired) {
  CertificatePtr certificate(X509_new());
  X509* raw = certificate.get();
  X509_set_version(raw, X509_VERSION_3);
  unsigned char serial[8];
  SEDGE_CHECK(RAND_bytes(serial, sizeof serial) == 1);
  uint64_t number = 0;
  for (unsigned char byte : serial) number = number << 8 | byte;
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(raw), number >> 1);
  X509_gmtime_adj(X509_getm_notBefore(raw), -2 * kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(raw), expired ? -kDaySeconds : kDaySeconds);
  X509_set_pubkey(raw, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(raw, X509_get_subject_name(issuer ? issuer : raw));
  return certificate;
}

template <typename Write>
std::string Pem(Write write) {
  std::unique_ptr<BIO, Deleter> bio(BIO_new(BIO_s_mem()));
  SEDGE_CHECK(write(bio.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);  // NOLINT: OpenSSL's type
  return std::string(text, static_cast<size_t>(size));
}

std::string SubjectAltNames(const TestCertificateOptions& options) {
  std::string names;
  for (const std::string& name : options.names) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& ip : options.addresses) names += (names.empty() ? "IP:" : ",IP:") + ip;
  return names;
}

}  // namespace

TestCertificates MakeTestCertificates(const TestCertificateOptions& options) {
  KeyPtr ca_key = MakeKey();
  CertificatePtr ca = MakeCertificate("sedge test authority", ca_key.get(), nullptr, false);
  AddExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  SEDGE_CHECK(X509_sign(ca.get(), ca_key.get(), EVP_sha256()) > 0);

  KeyPtr key = MakeKey();
  X509* issuer = options.self_signed ? nullptr : ca.get();
  CertificatePtr leaf = MakeCertificate(options.common_name, key.get(), issuer, options.expired);
  AddExtension(leaf.get(), ca.get(), NID_ext_key_usage, "serverAuth");
  // All authorities have one name: the key's identifier tells them apart.
  if (!options.self_signed) {
    AddExtension(leaf.get(), ca.get(), NID_authority_key_identifier, "keyid:always");
  }
  if (const std::string names = SubjectAltNames(options); !names.empty()) {
    AddExtension(leaf.get(), ca.get(), NID_subject_alt_name, names);
  }
  EVP_PKEY* signer = options.self_signed ? key.get() : ca_key.get();
  SEDGE_CHECK(X509_sign(leaf.get(), signer, EVP_sha256()) > 0);

  TestCertificates made;
  made.ca_pem = Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, ca.get()); });
  made.certificate_pem = Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, leaf.get()); });
  made.key_pem = Pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return made;
}

TestCertificateFiles::TestCertificateFiles(const TestCertificateOptions& options) {
  std::string pattern = (std::filesystem::temp_directory_path() / "sedge-pem-XXXXXX").string();
  SEDGE_CHECK(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  const TestCertificates made = MakeTestCertificates(options);
  std::ofstream(ca_file()) << made.ca_pem;
  std::ofstream(certificate_file()) << made.certificate_pem;
  std::ofstream(key_file()) << made.key_pem;
}

TestCertificateFiles::~TestCertificateFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace sedge::loop
