// SPDX-License-Identifier: Apache-2.0
// The URL class's setters: the basic URL parser with a state override.
#include <optional>
#include <string>

#include "runtime/web/url/url_editor.h"
#include "runtime/web/url/url_host.h"
#include "runtime/web/url/url_parser.h"
#include "runtime/web/url/url_path.h"
#include "runtime/web/url/url_percent.h"

namespace sedge::web {

namespace {

bool CannotHaveCredentialsOrPort(const UrlRecord& url) {
  return url.hostname().empty() || url.scheme_type() == SchemeType::kFile;
}

// The port state: leading digits. nullopt: failure. Empty: the scheme's default port, that is,
// null.
std::optional<std::string> ParsePort(std::string_view text, SchemeType type) {
  uint32_t port = 0;
  size_t digits = 0;
  for (; digits < text.size() && IsAsciiDigit(text[digits]); ++digits) {
    port = port * 10 + static_cast<uint32_t>(text[digits] - '0');
    if (port > UINT16_MAX) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  if (DefaultPort(type) != 0 && port == DefaultPort(type)) return std::string();
  return std::to_string(port);
}

// The file host state.
void SetFileHost(UrlRecord& url, std::string_view value) {
  std::string host;
  value = value.substr(0, value.find_first_of("/\\?#"));
  if (!value.empty() && !AppendHost(host, value, false)) return;
  if (host == "localhost") host.clear();
  UrlEditor editor(url);
  editor.host = host;
  editor.Apply();
}

// The host state and, behind a ':', the port state; or the hostname state.
void SetHostAndPort(UrlRecord& url, std::string_view value, bool hostname_only) {
  if (url.has_opaque_path()) return;
  std::string storage;
  value = UrlParser::WithoutTabsAndNewlines(value, storage);
  if (url.scheme_type() == SchemeType::kFile) return SetFileHost(url, value);
  const bool special = url.is_special();
  bool inside_brackets = false;
  size_t size = 0;
  for (; size < value.size(); ++size) {
    const char c = value[size];
    if ((c == ':' && !inside_brackets) || IsSlash(c, special) || c == '?' || c == '#') break;
    if (c == '[') inside_brackets = true;
    if (c == ']') inside_brackets = false;
  }
  const std::string_view text = value.substr(0, size);
  const bool before_colon = size < value.size() && value[size] == ':';
  if (before_colon && (text.empty() || hostname_only)) return;
  if (text.empty() && (special || url.has_credentials() || !url.port_text().empty())) return;
  std::string host;
  if (!text.empty() && !AppendHost(host, text, !special)) return;
  UrlEditor editor(url);
  editor.host = host;
  std::optional<std::string> port;
  if (before_colon) port = ParsePort(value.substr(size + 1), url.scheme_type());
  if (port) editor.port = *port;
  editor.Apply();
}

}  // namespace

void UrlRecord::SetProtocol(std::string_view raw_value) {
  std::string storage;
  std::string_view value = UrlParser::WithoutTabsAndNewlines(raw_value, storage);
  value = value.substr(0, value.find(':'));
  if (value.empty() || !IsAsciiAlpha(value[0])) return;
  for (char c : value) {
    if (!IsSchemeChar(c)) return;
  }
  const std::string scheme = AsciiLowerCopy(value);
  const SchemeType type = SchemeTypeOf(scheme);
  if (IsSpecial(type) != is_special()) return;
  if (type == SchemeType::kFile && (has_credentials() || !port_text().empty())) return;
  if (type_ == SchemeType::kFile && hostname().empty()) return;
  UrlEditor editor(*this);
  editor.scheme = scheme;
  if (!port_text().empty() && effective_port() == DefaultPort(type)) editor.port = {};
  editor.Apply();
}

void UrlRecord::SetUsername(std::string_view value) {
  if (CannotHaveCredentialsOrPort(*this)) return;
  std::string encoded;
  AppendPercentEncoded(encoded, value, kUserinfoSet);
  UrlEditor editor(*this);
  editor.username = encoded;
  editor.Apply();
}

void UrlRecord::SetPassword(std::string_view value) {
  if (CannotHaveCredentialsOrPort(*this)) return;
  std::string encoded;
  AppendPercentEncoded(encoded, value, kUserinfoSet);
  UrlEditor editor(*this);
  editor.password = encoded;
  editor.Apply();
}

void UrlRecord::SetHost(std::string_view value) { SetHostAndPort(*this, value, false); }
void UrlRecord::SetHostname(std::string_view value) { SetHostAndPort(*this, value, true); }

void UrlRecord::SetPort(std::string_view value) {
  if (CannotHaveCredentialsOrPort(*this)) return;
  std::string storage;
  std::optional<std::string> port = std::string();
  if (!value.empty()) {
    port = ParsePort(UrlParser::WithoutTabsAndNewlines(value, storage), type_);
  }
  if (!port) return;
  UrlEditor editor(*this);
  editor.port = *port;
  editor.Apply();
}

void UrlRecord::SetPathname(std::string_view raw_value) {
  if (has_opaque_path()) return;
  std::string storage;
  std::string_view value = UrlParser::WithoutTabsAndNewlines(raw_value, storage);
  std::string path;
  if (is_special() || !value.empty()) {
    if (!value.empty() && IsSlash(value[0], is_special())) value.remove_prefix(1);
    AppendPath(path, 0, value, type_);
  } else if (!has_host()) {
    path = "/";
  }
  UrlEditor editor(*this);
  editor.path = path;
  editor.Apply();
}

void UrlRecord::SetSearch(std::string_view value) {
  UrlEditor editor(*this);
  std::string storage;
  std::string encoded;
  editor.query.reset();
  if (!value.empty()) {
    if (value[0] == '?') value.remove_prefix(1);
    AppendPercentEncoded(encoded, UrlParser::WithoutTabsAndNewlines(value, storage),
                         is_special() ? kSpecialQuerySet : kQuerySet);
    editor.query = encoded;
  }
  editor.Apply();
}

void UrlRecord::SetHash(std::string_view value) {
  UrlEditor editor(*this);
  std::string storage;
  std::string encoded;
  editor.fragment.reset();
  if (!value.empty()) {
    if (value[0] == '#') value.remove_prefix(1);
    AppendPercentEncoded(encoded, UrlParser::WithoutTabsAndNewlines(value, storage), kFragmentSet);
    editor.fragment = encoded;
  }
  editor.Apply();
}

}  // namespace sedge::web
