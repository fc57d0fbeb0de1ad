// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/place.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/base/ascii.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxTokenBytes = 4096;
constexpr std::string_view kDefaultBasePath = "/client/v4";
// Which account a path names does not matter to a sedge server.
constexpr std::string_view kDefaultAccount = "local";

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

Status CheckToken(const std::string& source, std::string_view token) {
  for (const char c : token) {
    if (c <= ' ' || c > '~') {
      return InvalidArgument(source +
                             " holds a character that no token has; allowed are printable "
                             "ASCII characters without spaces");
    }
  }
  return {};
}

Result<std::string> ReadTokenFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxTokenBytes + 1, '\0');
  if (!file || !file.read(text.data(), static_cast<std::streamsize>(text.size())).eof()) {
    return IoError("--token-file " + path + ": " +
                   (file ? "the file is longer than a token" : "the file cannot be read"));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  text = std::string(Trim(text, " \t\r\n"));
  if (text.empty()) return IoError("--token-file " + path + ": the file holds no token");
  SEDGE_RETURN_IF_ERROR(CheckToken("--token-file " + path, text));
  return text;
}

Result<std::string> FindToken(const KvPlaceFlags& flags) {
  if (!flags.token_file.empty()) return ReadTokenFile(flags.token_file);
  for (const char* name : {"SEDGE_ADMIN_TOKEN", "CLOUDFLARE_API_TOKEN"}) {
    std::string token = FromEnvironment(name);
    if (token.empty()) continue;
    SEDGE_RETURN_IF_ERROR(CheckToken(name, token));
    return token;
  }
  return std::string();
}

bool IsPathCharacter(char c) {
  return IsAsciiAlnum(c) || c == '/' || c == '-' || c == '_' || c == '.';
}

Result<KvPlace> FindServer(const std::string& flag, const std::string& url,
                           const KvPlaceFlags& flags) {
  KvPlace place;
  const size_t scheme = url.find("://");
  const size_t slash = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  Result<worker::Endpoint> server = worker::ParseEndpoint(url.substr(0, slash));
  if (!server.ok()) {
    return InvalidArgument(flag + " " + url + ": " + std::string(server.status().message()));
  }
  place.server = std::move(server).value();
  std::string path = slash == std::string::npos ? "" : url.substr(slash);
  while (path.ends_with('/')) path.pop_back();
  for (const char c : path) {
    if (!IsPathCharacter(c)) {
      return InvalidArgument(flag + " " + url +
                             ": the path is not that of an API; allowed is for "
                             "example http://127.0.0.1:8788 or http://127.0.0.1:8788/client/v4");
    }
  }
  place.base_path = path.empty() ? kDefaultBasePath : path;
  place.account = FromEnvironment("CLOUDFLARE_ACCOUNT_ID");
  if (place.account.empty()) place.account = kDefaultAccount;
  SEDGE_ASSIGN_OR_RETURN(place.token, FindToken(flags));
  return place;
}

Result<std::string> FolderOfConfig(const std::string& config) {
  std::error_code error;
  const fs::file_status status = fs::status(config, error);
  if (!fs::exists(status)) {
    return InvalidArgument("--config " + config +
                           ": there is no such file or folder; allowed is a "
                           "wrangler.jsonc, .json or .toml, or its folder");
  }
  const fs::path path = fs::absolute(config).lexically_normal();
  return (fs::is_directory(status) ? path : path.parent_path()).string();
}

}  // namespace

std::string KvPlace::name() const {
  if (is_folder()) return data_dir;
  const bool v6 = server.host.find(':') != std::string::npos;
  return std::string(server.tls ? "https://" : "http://") + (v6 ? "[" : "") + server.host +
         (v6 ? "]:" : ":") + std::to_string(server.port);
}

void AddFolderFlags(CLI::App& command, KvPlaceFlags& flags) {
  command
      .add_option("--data-dir,--persist-to", flags.data_dir,
                  "The data folder (.sedge beside the configuration)")
      ->type_name("DIR");
  command
      .add_option("-c,--config", flags.config,
                  "Wrangler configuration, or its folder (the one of this folder)")
      ->type_name("PATH");
  command
      .add_option("--cwd", flags.cwd, "Run as if started in this folder; other paths start there")
      ->type_name("DIR");
}

void AddPlaceFlags(CLI::App& command, KvPlaceFlags& flags) {
  AddFolderFlags(command, flags);
  command
      .add_option("--url", flags.url,
                  "A running server's admin listener instead of a folder, http://127.0.0.1:8788")
      ->type_name("URL");
  command
      .add_option("--token-file", flags.token_file,
                  "File with the token for --url (else SEDGE_ADMIN_TOKEN or CLOUDFLARE_API_TOKEN "
                  "of the environment)")
      ->type_name("FILE");
  command.add_flag("--local", flags.local, "The data folder; this is the default");
  command.add_flag("--remote", flags.remote,
                   "A server: that of --url, or of CLOUDFLARE_API_BASE_URL in the environment");
}

Status EnterFolder(const KvPlaceFlags& flags) {
  if (flags.cwd.empty()) return {};
  std::error_code error;
  fs::current_path(flags.cwd, error);
  if (!error) return {};
  return InvalidArgument("--cwd " + flags.cwd + ": " + error.message() + "; allowed is a folder");
}

Result<std::string> FindDataDir(const KvPlaceFlags& flags) {
  fs::path dir;
  if (flags.data_dir.empty()) {
    SEDGE_ASSIGN_OR_RETURN(const std::string base,
                           FolderOfConfig(flags.config.empty() ? "." : flags.config));
    dir = fs::path(base) / ".sedge";
  } else {
    dir = fs::absolute(flags.data_dir);
  }
  std::string path = dir.lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    return InvalidArgument((flags.data_dir.empty() ? path : "--data-dir " + flags.data_dir) +
                           ": this is a file; allowed is a folder");
  }
  return path;
}

Result<KvPlace> FindKvPlace(const KvPlaceFlags& flags) {
  const auto exclusive = [](const char* one, const char* other, const char* why) {
    return InvalidArgument(std::string(one) + " and " + other + ": " + why);
  };
  if (flags.local && flags.remote) {
    return exclusive("--local", "--remote", "they contradict each other; allowed is one of them");
  }
  std::string url = flags.url, flag = "--url";
  if (flags.remote && url.empty()) {
    url = FromEnvironment("CLOUDFLARE_API_BASE_URL");
    flag = "CLOUDFLARE_API_BASE_URL";
    if (url.empty()) {
      return InvalidArgument(
          "--remote: which server is not said; allowed is --url URL besides, or "
          "CLOUDFLARE_API_BASE_URL in the environment");
    }
  }
  if (url.empty()) {
    if (!flags.token_file.empty()) {
      return InvalidArgument("--token-file: a folder needs no token; allowed is it with --url");
    }
    SEDGE_ASSIGN_OR_RETURN(std::string dir, FindDataDir(flags));
    return KvPlace{.data_dir = std::move(dir)};
  }
  const char* why = "the data is either in a folder or on a server; allowed is one of them";
  if (!flags.data_dir.empty()) return exclusive("--data-dir", flag.c_str(), why);
  if (flags.local) return exclusive("--local", flag.c_str(), why);
  return FindServer(flag, url, flags);
}

}  // namespace sedge::tools
