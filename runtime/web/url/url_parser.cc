// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/url/url_parser.h"

#include <algorithm>
#include <charconv>

#include "runtime/web/url/char_set.h"
#include "runtime/web/url/url_host.h"
#include "runtime/web/url/url_path.h"
#include "runtime/web/url/url_percent.h"

namespace sedge::web {

namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kMaxShownBytes = 256;  // of an input, in an error
constexpr CharSet kTabsAndNewlines("\t\n\r");
constexpr CharSet kAuthorityEnds("/?#");
constexpr CharSet kSpecialAuthorityEnds("/\\?#");
constexpr CharSet kPathEnds("?#");

std::string_view TrimC0ControlsAndSpaces(std::string_view text) {
  auto drop = [](char c) { return static_cast<uint8_t>(c) <= 0x20; };
  while (!text.empty() && drop(text.front())) text.remove_prefix(1);
  while (!text.empty() && drop(text.back())) text.remove_suffix(1);
  return text;
}

// The position of the ':' behind a scheme, or kNone when there is no scheme.
size_t FindSchemeEnd(std::string_view input) {
  if (input.empty() || !IsAsciiAlpha(input[0])) return kNone;
  for (size_t i = 1; i < input.size(); ++i) {
    if (input[i] == ':') return i;
    if (!IsSchemeChar(input[i])) return kNone;
  }
  return kNone;
}

std::string_view SkipSlashes(std::string_view text) {
  while (!text.empty() && IsSlash(text[0], true)) text.remove_prefix(1);
  return text;
}

// The first ':' outside brackets.
size_t FindPortColon(std::string_view host_and_port) {
  bool inside_brackets = false;
  for (size_t i = 0; i < host_and_port.size(); ++i) {
    const char c = host_and_port[i];
    if (c == ':' && !inside_brackets) return i;
    if (c == '[') inside_brackets = true;
    if (c == ']') inside_brackets = false;
  }
  return kNone;
}

bool HasDriveLetterFirst(std::string_view path) {
  return path.size() >= 3 && IsAsciiAlpha(path[1]) && path[2] == ':' &&
         (path.size() == 3 || path[3] == '/');
}

}  // namespace

std::string_view UrlParser::WithoutTabsAndNewlines(std::string_view input, std::string& storage) {
  if (kTabsAndNewlines.FindIn(input) == input.size()) [[likely]] return input;
  for (char c : input) {
    if (!kTabsAndNewlines.Contains(c)) storage.push_back(c);
  }
  return storage;
}

bool UrlParser::Parse(std::string_view raw_input) {
  if (raw_input.size() > kMaxUrlBytes) return false;
  std::string storage;
  const std::string_view input =
      WithoutTabsAndNewlines(TrimC0ControlsAndSpaces(raw_input), storage);
  href_.reserve(input.size() + 16);
  const size_t scheme_end = FindSchemeEnd(input);
  if (scheme_end == kNone) return ParseWithoutScheme(input);
  SetScheme(input.substr(0, scheme_end));
  return ParseAfterScheme(input.substr(scheme_end + 1));
}

void UrlParser::SetScheme(std::string_view scheme) {
  href_.append(scheme);
  for (char& c : href_) c = AsciiLower(c);
  url_.o_.scheme_end = end();
  url_.type_ = SchemeTypeOf(href_);
  href_.push_back(':');
}

bool UrlParser::ParseAfterScheme(std::string_view rest) {
  if (url_.type_ == SchemeType::kFile) return ParseFile(rest);
  if (special()) {
    if (base_ != nullptr && base_->type_ == url_.type_ && !rest.starts_with("//")) {
      return ParseRelative(rest);
    }
    return ParseAuthority(SkipSlashes(rest));
  }
  if (rest.starts_with("//")) return ParseAuthority(rest.substr(2));
  SetNoAuthority();
  return rest.starts_with('/') ? ParsePath(rest.substr(1)) : ParseOpaquePath(rest);
}

bool UrlParser::ParseWithoutScheme(std::string_view rest) {
  if (base_ == nullptr) return false;
  if (base_->has_opaque_path()) {
    if (!rest.starts_with('#')) return false;
    href_ = base_->href_without_fragment();
    url_.o_ = base_->o_;
    url_.type_ = base_->type_;
    return ParseFragment(rest);
  }
  return base_->type_ == SchemeType::kFile ? ParseFile(rest) : ParseRelative(rest);
}

// ----------------------------------------------------------------------------------- relative URLs

void UrlParser::CopyBaseAuthority() {
  url_.type_ = base_->type_;
  url_.o_ = base_->o_;
  // Leaves out a "/." between scheme and path: FinishPath decides anew.
  href_.assign(base_->href_, 0, base_->has_host() ? base_->o_.path_start : base_->o_.host_end);
  StartPath();
}

void UrlParser::CopyBaseQuery() {
  url_.o_.query_start = end();
  href_.append(base_->Slice(base_->o_.query_start, base_->o_.fragment_start));
  url_.o_.fragment_start = end();
}

bool UrlParser::ParseRelative(std::string_view rest) {
  const bool is_special = base_->is_special();
  if (!rest.empty() && IsSlash(rest[0], is_special)) {
    rest.remove_prefix(1);
    if (rest.empty() || !IsSlash(rest[0], is_special)) {
      CopyBaseAuthority();
      return ParsePath(rest);
    }
    href_.clear();
    SetScheme(base_->scheme());
    return ParseAuthority(is_special ? SkipSlashes(rest) : rest.substr(1));
  }
  CopyBaseAuthority();
  href_.append(base_->pathname());
  if (rest.empty() || rest[0] == '#') {
    FinishPath();
    CopyBaseQuery();
    return ParseFragment(rest);
  }
  if (rest[0] == '?') {
    FinishPath();
    return ParseQuery(rest);
  }
  ShortenPath(href_, url_.o_.path_start, url_.type_);
  return ParsePath(rest);
}

// --------------------------------------------------------------------------------------- file URLs

void UrlParser::StartFileUrl(std::string_view host) {
  href_ = "file://";
  url_.type_ = SchemeType::kFile;
  url_.o_.scheme_end = 4;
  url_.o_.username_end = url_.o_.host_start = end();
  href_.append(host);
  url_.o_.host_end = end();
  StartPath();
}

bool UrlParser::ParseFile(std::string_view rest) {
  const UrlRecord* base = base_ && base_->type_ == SchemeType::kFile ? base_ : nullptr;
  const std::string_view base_path = base ? base->pathname() : std::string_view();
  StartFileUrl(base ? base->hostname() : std::string_view());
  if (!rest.empty() && IsSlash(rest[0], true)) {
    rest.remove_prefix(1);
    if (!rest.empty() && IsSlash(rest[0], true)) return ParseFileHost(rest.substr(1));
    if (!StartsWithWindowsDriveLetter(rest) && HasDriveLetterFirst(base_path)) {
      href_.append(base_path, 0, 3);
    }
    return ParsePath(rest);
  }
  if (base == nullptr) return ParsePath(rest);
  if (rest.empty() || rest[0] == '#' || rest[0] == '?') {
    href_.append(base_path);
    if (rest.starts_with('?')) return ParseQuery(rest);
    CopyBaseQuery();
    return ParseFragment(rest);
  }
  if (!StartsWithWindowsDriveLetter(rest)) {
    href_.append(base_path);
    ShortenPath(href_, url_.o_.path_start, url_.type_);
  }
  return ParsePath(rest);
}

bool UrlParser::ParseFileHost(std::string_view rest) {
  StartFileUrl({});
  const size_t host_size = kSpecialAuthorityEnds.FindIn(rest);
  const std::string_view host = rest.substr(0, host_size);
  // "file://C|/": what looks like a host is the path's first segment.
  if (IsWindowsDriveLetter(host)) return ParsePath(rest);
  if (!host.empty()) {
    if (!AppendHost(href_, host, false)) return false;
    if (href_.substr(url_.o_.host_start) == "localhost") href_.resize(url_.o_.host_start);
  }
  url_.o_.host_end = end();
  return ParsePathStart(rest.substr(host_size));
}

// --------------------------------------------------------------------------------------- authority

void UrlParser::SetNoAuthority() {
  url_.o_.username_end = url_.o_.host_start = url_.o_.host_end = end();
  StartPath();
}

void UrlParser::AppendCredentials(std::string_view credentials) {
  const size_t colon = credentials.find(':');
  AppendPercentEncoded(href_, credentials.substr(0, colon), kUserinfoSet);
  url_.o_.username_end = end();
  const bool has_password = colon != kNone && colon + 1 < credentials.size();
  if (has_password) {
    href_.push_back(':');
    AppendPercentEncoded(href_, credentials.substr(colon + 1), kUserinfoSet);
  }
  if (has_password || (colon != 0 && !credentials.empty())) href_.push_back('@');
}

bool UrlParser::AppendPort(std::string_view digits) {
  uint32_t port = 0;
  for (char c : digits) {
    if (!IsAsciiDigit(c)) return false;
    port = port * 10 + static_cast<uint32_t>(c - '0');
    if (port > UINT16_MAX) return false;
  }
  if (digits.empty() || (DefaultPort(url_.type_) != 0 && port == DefaultPort(url_.type_))) {
    return true;
  }
  char text[8] = {':'};
  href_.append(text, std::to_chars(text + 1, text + sizeof(text), port).ptr);
  return true;
}

bool UrlParser::ParseAuthority(std::string_view rest) {
  const size_t size = (special() ? kSpecialAuthorityEnds : kAuthorityEnds).FindIn(rest);
  std::string_view host = rest.substr(0, size);
  href_.append("//");
  url_.o_.username_end = end();
  if (const size_t at = host.rfind('@'); at != kNone) {
    AppendCredentials(host.substr(0, at));
    host.remove_prefix(at + 1);
    if (host.empty()) return false;
  }
  url_.o_.host_start = end();
  const size_t colon = FindPortColon(host);
  const std::string_view port = colon == kNone ? std::string_view() : host.substr(colon + 1);
  host = host.substr(0, colon);
  if (host.empty() && (special() || colon != kNone)) return false;
  if (!host.empty() && !AppendHost(href_, host, !special())) return false;
  url_.o_.host_end = end();
  if (!AppendPort(port)) return false;
  return ParsePathStart(rest.substr(size));
}

// --------------------------------------------------------------------------- path, query, fragment

void UrlParser::StartPath() { url_.o_.path_start = end(); }

bool UrlParser::ParsePathStart(std::string_view rest) {
  StartPath();
  if (!rest.empty() && IsSlash(rest[0], special())) return ParsePath(rest.substr(1));
  return special() ? ParsePath(rest) : ParseQuery(rest);
}

bool UrlParser::ParsePath(std::string_view rest) {
  const size_t size = kPathEnds.FindIn(rest);
  AppendPath(href_, url_.o_.path_start, rest.substr(0, size), url_.type_);
  FinishPath();
  return ParseQuery(rest.substr(size));
}

// Without a host, a path that starts with "//" would read as an authority.
void UrlParser::FinishPath() {
  if (url_.has_host() || !std::string_view(href_).substr(url_.o_.path_start).starts_with("//")) {
    return;
  }
  href_.insert(url_.o_.path_start, "/.");
  url_.o_.path_start += 2;
}

bool UrlParser::ParseOpaquePath(std::string_view rest) {
  const size_t size = kPathEnds.FindIn(rest);
  const std::string_view path = rest.substr(0, size);
  AppendPercentEncoded(href_, path, kC0ControlSet);
  if (path.ends_with(' ') && size < rest.size()) {
    href_.pop_back();
    href_.append("%20");
  }
  return ParseQuery(rest.substr(size));
}

bool UrlParser::ParseQuery(std::string_view rest) {
  const size_t size = std::min(rest.find('#'), rest.size());
  url_.o_.query_start = end();
  if (size > 0) {
    href_.push_back('?');
    AppendPercentEncoded(href_, rest.substr(1, size - 1),
                         special() ? kSpecialQuerySet : kQuerySet);
  }
  return ParseFragment(rest.substr(size));
}

bool UrlParser::ParseFragment(std::string_view rest) {
  url_.o_.fragment_start = end();
  if (!rest.empty()) {
    href_.push_back('#');
    AppendPercentEncoded(href_, rest.substr(1), kFragmentSet);
  }
  return true;
}

// --------------------------------------------------------------------------------------- functions

std::optional<UrlRecord> TryParseUrl(std::string_view input, const UrlRecord* base) {
  std::optional<UrlRecord> url(std::in_place);
  if (!UrlParser(*url, base).Parse(input)) url.reset();
  return url;
}

Result<UrlRecord> ParseUrl(std::string_view input, const UrlRecord* base) {
  if (std::optional<UrlRecord> url = TryParseUrl(input, base)) return *std::move(url);
  std::string message = "\"";
  message.append(input.substr(0, kMaxShownBytes)).append("\" is not a valid URL");
  if (base != nullptr) {
    message += " with base \"" + base->href().substr(0, kMaxShownBytes) + "\"";
  }
  return InvalidArgument(std::move(message));
}

}  // namespace sedge::web
