// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/url/url_editor.h"

#include <utility>

namespace sedge::web {

UrlEditor::UrlEditor(UrlRecord& url)
    : scheme(url.scheme()),
      username(url.username()),
      password(url.password()),
      port(url.port_text()),
      path(url.pathname()),
      url_(url) {
  if (url.has_host()) host = url.hostname();
  if (url.has_query()) query = url.query();
  if (url.has_fragment()) fragment = url.fragment();
}

void UrlEditor::Apply() {
  UrlRecord result;
  std::string& href = result.href_;
  UrlOffsets& o = result.o_;
  auto end = [&href] { return static_cast<uint32_t>(href.size()); };

  href.append(scheme);
  o.scheme_end = end();
  href.push_back(':');
  if (host) href.append("//").append(username);
  o.username_end = end();
  if (host) {
    if (!password.empty()) href.append(":").append(password);
    if (!username.empty() || !password.empty()) href.push_back('@');
  }
  o.host_start = end();
  if (host) href.append(*host);
  o.host_end = end();
  if (host && !port.empty()) href.append(":").append(port);
  if (!host && path.starts_with("//")) href.append("/.");
  o.path_start = end();
  href.append(path);
  o.query_start = end();
  if (query) href.append("?").append(*query);
  o.fragment_start = end();
  if (fragment) href.append("#").append(*fragment);

  result.type_ = SchemeTypeOf(scheme);
  url_ = std::move(result);
}

}  // namespace sedge::web
