// SPDX-License-Identifier: Apache-2.0
// The half of the serve flags that reads files: workers, --cf, --ca, --admin-tokens, --data-dir.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "runtime/base/log.h"
#include "runtime/worker/config_node.h"
#include "runtime/worker/host_name.h"
#include "runtime/worker/limit_keys.h"
#include "runtime/worker/router.h"
#include "tools/serve_flags.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using worker::ServeOptions;
using worker::WorkerConfig;

constexpr size_t kMaxFlagFileBytes = 4u << 20;  // of --cf, --ca and --admin-tokens
// Where a token with all rights is looked for.
constexpr const char* kTokenVariable = "SEDGE_ADMIN_TOKEN";

Result<std::string> ReadFlagFile(const std::string& flag, const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return IoError(flag + " " + path + ": this is a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) return IoError(flag + " " + path + ": the file cannot be read");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (text.size() > kMaxFlagFileBytes) {
    return InvalidArgument(flag + " " + path + ": the file has " + std::to_string(text.size()) +
                           " bytes; at most " + std::to_string(kMaxFlagFileBytes) + " are allowed");
  }
  return text;
}

Status ApplyBindings(const ServeFlags& flags, WorkerConfig& config) {
  for (const std::string& kv : flags.kv) {
    const size_t equals = kv.find('=');
    const std::string binding = kv.substr(0, equals);
    worker::SetKvNamespace(config, binding,
                           equals == std::string::npos ? binding : kv.substr(equals + 1));
  }
  for (const std::string& var : flags.vars) {
    const size_t equals = var.find('=');
    std::string json = "\"";
    AppendJsonEscaped(json, std::string_view(var).substr(equals + 1));
    worker::SetVar(config, var.substr(0, equals), json + "\"");
  }
  for (const std::string& var : flags.json_vars) {
    const size_t equals = var.find('=');
    const auto value = nlohmann::ordered_json::parse(var.substr(equals + 1), nullptr, false);
    if (value.is_discarded()) {
      return InvalidArgument("--var-json " + var +
                             ": what follows the = is no JSON; a text is given with --var");
    }
    worker::SetVar(config, var.substr(0, equals), value.dump());
  }
  return {};
}

// One server has one set of limits: two workers may not disagree about those of the server.
Status MergeLimits(ServeOptions& options) {
  for (const worker::LimitKey& key : worker::LimitKeys()) {
    if (key.per_worker) continue;
    const WorkerConfig* first = nullptr;
    for (const WorkerConfig& config : options.workers) {
      const auto line = config.limit_lines.find(std::string(key.name));
      if (line == config.limit_lines.end()) continue;
      const int64_t value = key.get(config.limits);
      if (first && key.get(first->limits) != value) {
        return InvalidArgument(
            first->source + ":" + std::to_string(first->limit_lines.find(line->first)->second) +
            " and " + config.source + ":" + std::to_string(line->second) + ": limits." +
            line->first + " is " + std::to_string(key.get(first->limits)) + " and " +
            std::to_string(value) + "; it belongs to the whole server, so both must say the same");
      }
      first = &config;
      key.set(options.limits, value);
    }
  }
  for (WorkerConfig& config : options.workers) {
    const Limits own = config.limits;
    config.limits = options.limits;
    for (const worker::LimitKey& key : worker::LimitKeys()) {
      if (key.per_worker) key.set(config.limits, key.get(own));
    }
  }
  return {};
}

// The first configuration that sets something of the server as a whole; null when none does. One
// that sets something else is an error.
template <typename T>
Result<const WorkerConfig*> WhoSets(const ServeOptions& options, const char* key,
                                    int WorkerConfig::*line, T WorkerConfig::*value) {
  const WorkerConfig* first = nullptr;
  for (const WorkerConfig& config : options.workers) {
    if (config.*line == 0) continue;
    if (first && first->*value != config.*value) {
      return InvalidArgument(first->source + ":" + std::to_string(first->*line) + " and " +
                             config.source + ":" + std::to_string(config.*line) + ": " + key +
                             " is not the same; it belongs to the whole server, so both must say "
                             "the same");
    }
    if (!first) first = &config;
  }
  return first;
}

// The first configuration that names a port or an address decides where no flag does.
void TakeDevAddress(const ServeFlags& flags, ServeOptions& options) {
  worker::ListenAddress& address = options.listen[0];
  bool port_known = !flags.port.empty(), host_known = !flags.host.empty();
  for (const WorkerConfig& config : options.workers) {
    if (config.dev_port && !port_known) {
      address.port = *config.dev_port;
      port_known = true;
    }
    if (config.dev_ip && !host_known) {
      address.host = *config.dev_ip == "*" ? "0.0.0.0" : worker::WithoutBrackets(*config.dev_ip);
      host_known = true;
    }
  }
}

// Flags go before `listen`, and that before dev.port and dev.ip.
Status TakeAddresses(const ServeFlags& flags, ServeOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(
      const WorkerConfig* config,
      WhoSets(options, "listen", &WorkerConfig::listen_line, &WorkerConfig::listen));
  std::string source = "--listen ";
  if (flags.listen.empty()) {
    const bool by_flags = !flags.host.empty() || !flags.port.empty();
    if (!config || by_flags) {
      TakeDevAddress(flags, options);
      return {};
    }
    options.listen = config->listen;
    source = config->source + ":" + std::to_string(config->listen_line) + ": listen has ";
  }
  for (size_t i = 0; i < options.listen.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const worker::ListenAddress& address = options.listen[i];
      const worker::ListenAddress& other = options.listen[j];
      if (!address.is_unix() && address.port == 0) continue;
      if (address == other) {
        return InvalidArgument(source + address.url() + " twice; each address is given once");
      }
      const bool every = (address.host == "::" && other.host == "0.0.0.0") ||
                         (address.host == "0.0.0.0" && other.host == "::");
      if (every && address.port == other.port) {
        return InvalidArgument(source + address.url() + " and " + other.url() +
                               ", but [::] takes IPv4 too; give it alone");
      }
    }
  }
  return {};
}

Status TakeTrustedProxies(const ServeFlags& flags, ServeOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(const WorkerConfig* config,
                         WhoSets(options, "trusted_proxies", &WorkerConfig::trusted_proxies_line,
                                 &WorkerConfig::trusted_proxies));
  if (config && flags.trusted_proxies.empty()) options.trusted_proxies = config->trusted_proxies;
  return {};
}

// `named` is how the user named it: a flag, or a key of a file.
Status AddCa(const std::string& named, const std::string& path, ServeOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(const std::string text, ReadFlagFile(named, path));
  if (text.find("-----BEGIN CERTIFICATE-----") == std::string::npos &&
      text.find("-----BEGIN TRUSTED CERTIFICATE-----") == std::string::npos) {
    return InvalidArgument(named + " " + path +
                           ": the file holds no certificate; allowed is PEM, "
                           "which begins with -----BEGIN CERTIFICATE-----");
  }
  std::string absolute = fs::absolute(path).lexically_normal().string();
  if (std::find(options.ca_files.begin(), options.ca_files.end(), absolute) ==
      options.ca_files.end()) {
    options.ca_files.push_back(std::move(absolute));
  }
  return {};
}

Status ReadCa(const ServeFlags& flags, ServeOptions& options) {
  for (const std::string& path : flags.ca_files) {
    SEDGE_RETURN_IF_ERROR(AddCa("--ca", path, options));
  }
  for (const WorkerConfig& config : options.workers) {
    for (const std::string& path : config.ca_files) {
      SEDGE_RETURN_IF_ERROR(AddCa(config.source + ": outbound.ca", path, options));
    }
  }
  return {};
}

Status ReadAdminTokens(const ServeFlags& flags, ServeOptions& options) {
  if (!options.admin) return {};
  if (!flags.admin_tokens.empty()) {
    SEDGE_ASSIGN_OR_RETURN(const std::string text,
                           ReadFlagFile("--admin-tokens", flags.admin_tokens));
    SEDGE_RETURN_IF_ERROR(options.admin_tokens.AddFile(text, flags.admin_tokens));
  }
  const char* token = std::getenv(kTokenVariable);
  if (token && *token) options.admin_tokens.AddToken(token, kTokenVariable);
  if (!options.admin_tokens.empty()) return {};
  if (!flags.admin_tokens.empty()) {
    return InvalidArgument("--admin-tokens " + flags.admin_tokens +
                           ": the file names no token, so nobody could use --admin; add a line of "
                           "NAME SHA256 RIGHT...");
  }
  return InvalidArgument("--admin " + flags.admin +
                         ": without a token everybody could read and change the data; give "
                         "--admin-tokens FILE, or set SEDGE_ADMIN_TOKEN in the environment");
}

Status TakeDataDir(const ServeFlags& flags, ServeOptions& options) {
  const fs::path dir = flags.data_dir.empty() ? fs::path(options.workers[0].base_dir) / ".sedge"
                                              : fs::absolute(flags.data_dir);
  options.data_dir = dir.lexically_normal().string();
  std::error_code error;
  if (fs::exists(dir, error) && !fs::is_directory(dir, error)) {
    return InvalidArgument(
        (flags.data_dir.empty() ? options.data_dir : "--data-dir " + flags.data_dir) +
        ": this is a file; allowed is a folder, which is made when missing");
  }
  return {};
}

}  // namespace

Status LoadServeFiles(const ServeFlags& flags, ServeOptions& options) {
  const std::vector<std::string> here = {"."};
  for (const std::string& path : flags.paths.empty() ? here : flags.paths) {
    SEDGE_ASSIGN_OR_RETURN(WorkerConfig config, worker::LoadWorkerConfig(path, flags.env));
    SEDGE_RETURN_IF_ERROR(ApplyBindings(flags, config));
    options.workers.push_back(std::move(config));
  }
  SEDGE_RETURN_IF_ERROR(worker::Router::Create(options.workers).status());
  SEDGE_RETURN_IF_ERROR(MergeLimits(options));
  SEDGE_RETURN_IF_ERROR(TakeAddresses(flags, options));
  SEDGE_RETURN_IF_ERROR(TakeTrustedProxies(flags, options));
  SEDGE_RETURN_IF_ERROR(ReadCa(flags, options));
  SEDGE_RETURN_IF_ERROR(ReadAdminTokens(flags, options));
  if (!flags.cf_file.empty()) {
    SEDGE_ASSIGN_OR_RETURN(const std::string text, ReadFlagFile("--cf", flags.cf_file));
    SEDGE_ASSIGN_OR_RETURN(const worker::ConfigNode cf, worker::ParseJsonc(text, flags.cf_file));
    options.cf_json = cf.ToJson();
  }
  return TakeDataDir(flags, options);
}

}  // namespace sedge::tools
