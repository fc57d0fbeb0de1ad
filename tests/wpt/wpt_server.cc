// SPDX-License-Identifier: Apache-2.0
#include "tests/wpt/wpt_server.h"

#include <filesystem>
#include <sstream>
#include <utility>

#include "runtime/base/ascii.h"
#include "tests/wpt/test_file.h"
#include "tests/wpt/wpt_pipes.h"

namespace sedge::wpt {
namespace {

using e2e::ServerRequest;
using e2e::ServerResponse;
using e2e::WritePiece;

const char* TypeOf(const std::string& path) {
  static constexpr std::pair<const char*, const char*> kTypes[] = {
      {".json", "application/json"}, {".html", "text/html"},        {".txt", "text/plain"},
      {".js", "text/javascript"},    {".wasm", "application/wasm"}, {".idl", "text/plain"},
      {".png", "image/png"}};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

}  // namespace

WptServer::WptServer(std::string checkout)
    : checkout_(std::move(checkout)),
      first_([this](const ServerRequest& request) { return Answer(request); }),
      second_([this](const ServerRequest& request) { return Answer(request); }),
      tls_([this](const ServerRequest& request) { return Answer(request); },
           certificates_.certificate_file(), certificates_.key_file()),
      second_tls_([this](const ServerRequest& request) { return Answer(request); },
                  certificates_.certificate_file(), certificates_.key_file()) {}

ServerResponse WptServer::Answer(const ServerRequest& request) {
  const size_t question = request.target.find('?');
  const std::string path = PercentDecode(request.target.substr(0, question));
  const UrlQuery query(question == std::string::npos ? "" : request.target.substr(question + 1));
  if (path.find("..") != std::string::npos) return {.status = 400};
  if (!path.ends_with(".py")) return Piped(File(path), query.GetOr("pipe", ""));
  std::optional<ServerResponse> made =
      CallHandler(path.substr(path.rfind('/') + 1), request, query, state_);
  if (made) return *std::move(made);
  return {.status = 501, .body = "the runner's server has no " + path + "\n"};
}

ServerResponse WptServer::File(const std::string& path) {
  const std::string file = checkout_ + path;
  if (!std::filesystem::is_regular_file(file)) return {.status = 404, .body = "not found\n"};
  ServerResponse response{.body = ReadFile(file)};
  if (path.ends_with(".asis")) {
    response.raw = [whole = response.body](const WritePiece& write) { write(whole); };
    return response;
  }
  if (path.find(".sub.") != std::string::npos) {
    response.body = Substitute(std::move(response.body), ports(), path.substr(1));
  }
  bool typed = false;
  std::istringstream headers(ReadFile(file + ".headers"));
  for (std::string line; std::getline(headers, line);) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string name(Trim(line.substr(0, colon)));
    typed |= AsciiLowerCopy(name) == "content-type";
    response.headers.emplace_back(name, Trim(std::string_view(line).substr(colon + 1)));
  }
  if (!typed) response.headers.emplace_back("Content-Type", TypeOf(path));
  return response;
}

}  // namespace sedge::wpt
