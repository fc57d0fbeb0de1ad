// SPDX-License-Identifier: Apache-2.0
// UrlParser: the basic URL parser (https://url.spec.whatwg.org/#url-parsing), no state override.
// The standard's state machine becomes one pass that writes the serialisation from left to right.
// Lives for one parse.
#pragma once

#include <string>
#include <string_view>

#include "runtime/web/url/url_record.h"

namespace sedge::web {

class UrlParser {
 public:
  // `url` is fresh; its contents after a failure mean nothing.
  UrlParser(UrlRecord& url, const UrlRecord* base) : url_(url), href_(url.href_), base_(base) {}

  bool Parse(std::string_view input);

  // Without ASCII tabs and newlines; `storage` holds the text when there are any.
  static std::string_view WithoutTabsAndNewlines(std::string_view input, std::string& storage);

 private:
  // Each takes the input that is left and goes on to the end of it.
  bool ParseAfterScheme(std::string_view rest);
  bool ParseWithoutScheme(std::string_view rest);
  bool ParseRelative(std::string_view rest);
  bool ParseFile(std::string_view rest);
  bool ParseFileHost(std::string_view rest);
  bool ParseAuthority(std::string_view rest);
  bool ParsePathStart(std::string_view rest);
  bool ParsePath(std::string_view rest);
  bool ParseOpaquePath(std::string_view rest);
  bool ParseQuery(std::string_view rest);     // what is left starts with '?', '#' or is empty
  bool ParseFragment(std::string_view rest);  // starts with '#' or is empty

  void AppendCredentials(std::string_view credentials);
  bool AppendPort(std::string_view digits);
  void SetScheme(std::string_view scheme);
  // Scheme and authority, or scheme alone when the base has no host.
  void CopyBaseAuthority();
  void StartFileUrl(std::string_view host);
  void SetNoAuthority();
  void StartPath();
  void FinishPath();
  void CopyBaseQuery();
  uint32_t end() const { return static_cast<uint32_t>(href_.size()); }
  bool special() const { return IsSpecial(url_.type_); }

  UrlRecord& url_;
  std::string& href_;
  const UrlRecord* const base_;
};

}  // namespace sedge::web
