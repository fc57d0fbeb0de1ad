// SPDX-License-Identifier: Apache-2.0
// UrlEditor: takes a UrlRecord apart, lets parts be replaced, and serialises them again
// (https://url.spec.whatwg.org/#url-serializing). Its parts are views; they must outlive Apply().
#pragma once

#include <optional>
#include <string_view>

#include "runtime/web/url/url_record.h"

namespace sedge::web {

class UrlEditor {
 public:
  explicit UrlEditor(UrlRecord& url);

  std::string_view scheme;
  std::string_view username;
  std::string_view password;
  std::optional<std::string_view> host;
  std::string_view port;  // empty: null
  std::string_view path;  // serialised
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;

  // Replaces the record by the parts.
  void Apply();

 private:
  UrlRecord& url_;
};

}  // namespace sedge::web
