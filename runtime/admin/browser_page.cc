// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/browser_page.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <string>

#include "runtime/admin/entry_checks.h"
#include "runtime/admin/envelope.h"
#include "runtime/admin/page_files.h"

namespace sedge::admin {
namespace {

struct Page {
  std::string html;
  std::string policy;
};

// https://www.w3.org/TR/CSP3/#grammardef-hash-source
std::string HashSource(std::string_view text) {
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
  unsigned char base64[4 * ((sizeof hash + 2) / 3) + 1];
  const int length = EVP_EncodeBlock(base64, hash, sizeof hash);
  return "'sha256-" + std::string(reinterpret_cast<char*>(base64), static_cast<size_t>(length)) +
         "'";
}

// The template has a place for each; the hash is that of everything between the tags.
void Insert(std::string& html, std::string_view place, std::string_view text) {
  const size_t at = html.find(place);
  if (at != std::string::npos) html.replace(at, place.size(), text);
}

Page MakePage() {
  Page page;
  page.html = PageHtml();
  Insert(page.html, "{{css}}", PageCss());
  Insert(page.html, "{{js}}", PageJs());
  page.policy = "default-src 'none'; connect-src 'self'; img-src data:; style-src " + HashSource(PageCss()) +
                "; script-src " + HashSource(PageJs()) +
                "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return page;
}

}  // namespace

ApiResponse PageResponse(std::string_view method) {
  if (method != "GET" && method != "HEAD") {
    return Failure(
        {405, kMethodNotAllowed, "Method " + std::string(method) + " not available for that URI."});
  }
  static const Page page = MakePage();
  ApiResponse response;
  response.headers = {{"content-type", "text/html;charset=utf-8"},
                      {"content-security-policy", page.policy},
                      {"x-content-type-options", "nosniff"},
                      {"referrer-policy", "no-referrer"},
                      {"cross-origin-opener-policy", "same-origin"},
                      {"cross-origin-resource-policy", "same-origin"},
                      {"cache-control", "no-store"}};
  response.body = Bytes::Copy(page.html);
  return response;
}

}  // namespace sedge::admin
