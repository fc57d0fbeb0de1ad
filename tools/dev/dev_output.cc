// SPDX-License-Identifier: Apache-2.0
#include "tools/dev/dev_output.h"

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "runtime/base/log.h"

namespace sedge::tools {
namespace {

constexpr size_t kMaxTarget = 200;  // bytes of a path that a line shows
constexpr size_t kMaxNamed = 3;     // changed files that a line names

constexpr std::string_view kDim = "2";
constexpr std::string_view kBold = "1";

std::string Paint(std::string_view text, std::string_view code, bool color) {
  if (!color) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string_view StatusColor(int status) {
  if (status >= 500 || status == 0) return "31";
  if (status >= 400) return "33";
  if (status >= 300) return "36";
  return "32";
}

// A client's bytes shall not steer the terminal.
std::string Printable(std::string_view text) {
  std::string shown(text.substr(0, kMaxTarget));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text.size() > kMaxTarget ? shown + "..." : shown;
}

std::string Milliseconds(double ms) {
  char text[32];
  std::snprintf(text, sizeof text, ms < 10 ? "%.1f ms" : "%.0f ms", ms);
  return text;
}

std::string NamesOf(const std::vector<std::string>& paths, const std::string& folder) {
  std::string names;
  for (size_t i = 0; i < paths.size() && i < kMaxNamed; ++i) {
    const std::filesystem::path relative =
        std::filesystem::path(paths[i]).lexically_relative(folder);
    const bool below = !relative.empty() && *relative.begin() != "..";
    names += (i > 0 ? ", " : "") + (below ? relative.string() : paths[i]);
  }
  if (paths.size() > kMaxNamed) {
    names += " and " + std::to_string(paths.size() - kMaxNamed) + " more";
  }
  return names;
}

}  // namespace

std::string RequestLine(const worker::RequestRecord& request, bool color) {
  std::string line = Paint(request.method, kBold, color) + " " + Printable(request.target) + " ";
  line += Paint(request.status > 0 ? std::to_string(request.status) : "client gone",
                StatusColor(request.status), color);
  std::string rest = Milliseconds(request.ms);
  if (!request.worker.empty()) rest += " " + Printable(request.worker);
  return line + " " + Paint(rest, kDim, color);
}

void DevOutput::Request(const worker::RequestRecord& request) const {
  if (CurrentLogLevel() > LogLevel::kInfo) return;
  if (!json_) {
    Log(LogLevel::kInfo, RequestLine(request, color_));
    return;
  }
  Log(LogLevel::kInfo, "request",
      {{"method", request.method},
       {"path", request.target},
       {"status", request.status},
       {"ms", static_cast<int64_t>(std::llround(request.ms))},
       {"worker", request.worker}});
}

void DevOutput::Reloaded(double ms, const std::vector<std::string>& changed,
                         const std::string& folder) const {
  const std::string names = NamesOf(changed, folder);
  if (json_) {
    LogInfo("reloaded", {{"ms", static_cast<int64_t>(std::llround(ms))}, {"changed", names}});
    return;
  }
  const std::string what = names.empty() ? "" : " (" + names + ")";
  LogInfo(Paint("Reloaded", "32", color_) + " in " + Milliseconds(ms) + what);
}

void DevOutput::Failed(std::string_view why, bool serves) const {
  constexpr std::string_view kServes = "the last version that worked goes on serving";
  constexpr std::string_view kWaits = "waiting for a change";
  const std::string_view next = serves ? kServes : kWaits;
  if (json_) {
    LogError(why, {{"next", next}});
  } else {
    LogError(std::string(why) + "\n" + Paint(next, kDim, color_));
  }
}

void DevOutput::Keys() const {
  if (json_) return;
  std::string line;
  for (const auto& [key, what] : {std::pair("r", " reload   "), std::pair("o", " open   "),
                                  std::pair("c", " clear   "), std::pair("q", " quit")}) {
    line += Paint(key, kBold, color_) + Paint(what, kDim, color_);
  }
  LogInfo(line);
}

}  // namespace sedge::tools
