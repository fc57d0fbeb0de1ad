// SPDX-License-Identifier: Apache-2.0
#include "tools/dev/browser.h"

#include <string_view>

#include "runtime/loop/spawn.h"

namespace sedge::tools {
namespace {

#ifdef __APPLE__
constexpr const char* kOpener = "open";
#else
constexpr const char* kOpener = "xdg-open";
#endif

}  // namespace

std::string BrowserUrl(const std::string& url) {
  if (!url.starts_with("http")) return "";
  for (const std::string_view any : {"//0.0.0.0:", "//[::]:"}) {
    if (const size_t at = url.find(any); at != std::string::npos) {
      return url.substr(0, at) + "//localhost:" + url.substr(at + any.size());
    }
  }
  return url;
}

Status OpenInBrowser(loop::Loop& loop, const std::string& url) {
  const Status started = loop::SpawnDetached(loop, {kOpener, url});
  if (started.ok()) return started;
  return IoError(std::string(started.message()) + "; open " + url + " by hand");
}

}  // namespace sedge::tools
