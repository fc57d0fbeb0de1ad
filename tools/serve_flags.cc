// SPDX-License-Identifier: Apache-2.0
#include "tools/serve_flags.h"

#include <sched.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>

#include "runtime/base/log.h"
#include "runtime/worker/config_env.h"
#include "runtime/worker/suggest.h"

namespace sedge::tools {
namespace {

using worker::HostMapping;
using worker::ServeOptions;
using worker::WorkerConfig;

Status FlagError(std::string_view flag, const std::string& value, const std::string& why) {
  return InvalidArgument(std::string(flag) + " " + value + ": " + why);
}

// The cores that this process may use, which in a container or under taskset are fewer than there
// are.
int AvailableCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::clamp(CPU_COUNT(&set), 1, worker::kMaxThreads);
}

struct NameAndValue {
  std::string name;
  std::string value;
  bool has_value = false;
};

NameAndValue SplitAtEquals(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return {text, "", false};
  return {text.substr(0, equals), text.substr(equals + 1), true};
}

template <typename T>
Result<T> OneOf(std::string_view flag, const std::string& value,
                const std::vector<std::pair<std::string_view, T>>& choices) {
  std::vector<std::string_view> names;
  std::string all;
  for (const auto& [name, choice] : choices) {
    if (name == value) return choice;
    names.push_back(name);
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  return FlagError(flag, value, "allowed is one of " + all + worker::DidYouMean(value, names));
}

Result<int> ReadThreads(const std::string& text) {
  if (text.empty()) return AvailableCores();
  int threads = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (error != std::errc() || end != text.data() + text.size() || threads < 1 ||
      threads > worker::kMaxThreads) {
    return FlagError("--threads", text,
                     "allowed is a number from 1 to " + std::to_string(worker::kMaxThreads));
  }
  return threads;
}

Result<HostMapping> ReadMap(const std::string& text) {
  const NameAndValue pair = SplitAtEquals(text);
  if (!pair.has_value || pair.name.empty()) {
    return FlagError("--map", text,
                     "allowed is HOST=URL, such as api.example.com=http://127.0.0.1:9000");
  }
  Result<worker::Endpoint> to = worker::ParseEndpoint(pair.value);
  if (!to.ok()) return FlagError("--map", text, std::string(to.status().message()));
  // HOST is read as a URL's host and port are.
  const bool has_scheme = pair.name.find("://") != std::string::npos;
  Result<worker::Endpoint> from = worker::ParseEndpoint("http://" + pair.name);
  if (has_scheme || !from.ok() || pair.name.find('/') != std::string::npos) {
    return FlagError("--map", text,
                     "\"" + pair.name +
                         "\" is not a host; allowed is HOST or "
                         "HOST:PORT before the =");
  }
  const size_t colon = pair.name.rfind(':');
  const bool has_port =
      colon != std::string::npos && pair.name.find(']', colon) == std::string::npos;
  return HostMapping{from->host, has_port ? from->port : uint16_t{0}, std::move(to).value()};
}

// --listen, or --host and --port with defaults for what is not given.
Status ReadListen(const ServeFlags& flags, ServeOptions& options) {
  worker::ListenAddress& address = options.listen[0];
  if (!flags.host.empty()) {
    Result<std::string> host = worker::ParseListenHost(flags.host);
    if (!host.ok()) return FlagError("--host", flags.host, std::string(host.status().message()));
    address.host = std::move(host).value();
  }
  if (!flags.port.empty()) {
    const Result<uint16_t> port = worker::ParsePort(flags.port);
    if (!port.ok()) {
      return FlagError("--port", flags.port, "allowed is a number from 0 (any free port) to 65535");
    }
    address.port = *port;
  }
  if (flags.listen.empty()) return {};
  if (!flags.host.empty() || !flags.port.empty()) {
    return InvalidArgument(
        "--listen says where to listen, and so do --host and --port; allowed is one of them");
  }
  options.listen.clear();
  const std::string here = std::filesystem::current_path().string();
  for (const std::string& text : flags.listen) {
    Result<worker::ListenAddress> one = worker::ParseListenAddress(text, here);
    if (!one.ok()) return FlagError("--listen", text, std::string(one.status().message()));
    options.listen.push_back(std::move(one).value());
  }
  return {};
}

Status ReadAdmin(const ServeFlags& flags, ServeOptions& options) {
  if (flags.admin.empty() && flags.admin_tokens.empty()) return {};
  if (flags.admin.empty()) {
    return FlagError("--admin-tokens", flags.admin_tokens,
                     "there is no --admin HOST:PORT that these tokens are for");
  }
  Result<worker::ListenAddress> address = worker::ParseListenAddress(flags.admin, "");
  if (!address.ok())
    return FlagError("--admin", flags.admin, std::string(address.status().message()));
  if (address->is_unix()) {
    return FlagError("--admin", flags.admin,
                     "allowed is HOST:PORT; a Unix socket is always there, as kv/admin.sock in the "
                     "folder of the data");
  }
  options.admin = std::move(address).value();
  return {};
}

Status CheckNamed(std::string_view flag, const std::vector<std::string>& values, bool needs_value,
                  const std::string& allowed) {
  for (const std::string& text : values) {
    const NameAndValue pair = SplitAtEquals(text);
    const bool empty_value = pair.has_value && pair.value.empty() && !needs_value;
    if (pair.name.empty() || (needs_value && !pair.has_value) || empty_value) {
      return FlagError(flag, text, "allowed is " + allowed);
    }
  }
  return {};
}

Status ReadRules(std::string_view flag, const std::vector<std::string>& texts,
                 std::vector<worker::OutboundRule>& rules) {
  for (const std::string& text : texts) {
    Result<worker::OutboundRule> rule = worker::ParseOutboundRule(text);
    if (!rule.ok()) return FlagError(flag, text, std::string(rule.status().message()));
    rules.push_back(std::move(rule).value());
  }
  return {};
}

Status ReadLogFlags(const ServeFlags& flags, ServeOptions& options) {
  if (!flags.log_level.empty()) {
    SEDGE_ASSIGN_OR_RETURN(options.log_level, OneOf<LogLevel>("--log-level", flags.log_level,
                                                              {{"debug", LogLevel::kDebug},
                                                               {"info", LogLevel::kInfo},
                                                               {"warn", LogLevel::kWarn},
                                                               {"error", LogLevel::kError},
                                                               {"off", LogLevel::kOff}}));
  }
  if (!flags.log_format.empty()) {
    SEDGE_ASSIGN_OR_RETURN(options.log_format, OneOf<LogFormat>("--log-format", flags.log_format,
                                                                {{"text", LogFormat::kText},
                                                                 {"json", LogFormat::kJson}}));
  }
  if (!flags.ready_format.empty()) {
    SEDGE_RETURN_IF_ERROR(
        OneOf<int>("--ready-format", flags.ready_format, {{"text", 0}, {"json", 1}}).status());
  }
  return {};
}

}  // namespace

void AddServeFlags(CLI::App& command, ServeFlags& flags) {
  const auto one = [&](const char* name, std::string& value, const char* type, const char* help) {
    command.add_option(name, value, help)
        ->type_name(type)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  };
  // One value per flag, so that a PATH after it stays a PATH.
  const auto many = [&](const char* name, std::vector<std::string>& values, const char* type,
                        const char* help) {
    command.add_option(name, values, help)
        ->type_name(type)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  };
  command
      .add_option("path", flags.paths,
                  "Scripts (.js, .mjs), folders, or wrangler.jsonc, .json or .toml files; "
                  "default: this folder")
      ->type_name("PATH")
      ->expected(0, CLI::detail::expected_max_vector_size);
  one("-e,--env", flags.env, "NAME", "The configuration's [env.NAME], and .dev.vars.NAME");
  one("--host", flags.host, "ADDRESS", "Address to listen on (127.0.0.1; 0.0.0.0: every one)");
  one("--port", flags.port, "PORT", "Port to listen on (8787; 0: any free one)");
  many("--listen", flags.listen, "ADDRESS",
       "HOST:PORT, [IPV6]:PORT or unix:PATH, instead of --host and --port; repeatable");
  many("--trusted-proxy", flags.trusted_proxies, "NETWORK",
       "Whose X-Forwarded-For and -Proto are believed: 10.0.0.0/8, ::1, unix; repeatable");
  one("--threads", flags.threads, "N", "Threads, each with its own isolates (one per core; sedge dev: 1)");
  many("--kv", flags.kv, "BINDING[=NAMESPACE]", "A KV namespace in env; repeatable");
  many("--var", flags.vars, "NAME=VALUE", "A variable in env; repeatable");
  many("--var-json", flags.json_vars, "NAME=JSON",
       "A variable that is no text, such as LIMITS={\"tries\":3}; repeatable");
  one("--data-dir", flags.data_dir, "DIR", "Where KV is kept (.sedge beside the configuration)");
  one("--origin", flags.origin, "URL", "Where fetch(request) to the worker's own host goes");
  many("--map", flags.maps, "HOST=URL",
       "Requests that the worker makes to HOST go to URL; repeatable");
  many("--ca", flags.ca_files, "FILE", "A further trusted certificate authority (PEM); repeatable");
  many("--outbound-allow", flags.outbound_allow, "RULE",
       "fetch() may only connect to a network or a host such as public, 10.0.0.0/8, *.example.com");
  many("--outbound-deny", flags.outbound_deny, "RULE", "fetch() may not connect to it");
  one("--admin", flags.admin, "ADDRESS",
      "HOST:PORT of the administration API and the data browser (none); needs a token");
  one("--admin-tokens", flags.admin_tokens, "FILE",
      "Who may use it: lines of NAME SHA256 RIGHT...; also SEDGE_ADMIN_TOKEN in the environment");
  one("--cf", flags.cf_file, "FILE", "JSON for request.cf");
  one("--log-level", flags.log_level, "LEVEL", "debug, info, warn, error or off (info)");
  one("--log-format", flags.log_format, "FORMAT", "text or json (text)");
}

void AddChildFlags(CLI::App& command, ServeFlags& flags) {
  command.add_flag("--temp-data", flags.temp_data,
                   "KV is kept in a new folder that goes with the server");
  command
      .add_option("--ready-format", flags.ready_format,
                  "text or json: how standard output says that it listens (text)")
      ->type_name("FORMAT")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  command.add_flag("--exit-with-stdin", flags.exit_with_stdin,
                   "End at once when standard input ends: with the program that started it");
}

Result<ServeOptions> ReadServeFlags(const ServeFlags& flags) {
  ServeOptions options;
  if (const Status env = worker::CheckEnvironmentName(flags.env); !env.ok()) {
    return FlagError("--env", flags.env, std::string(env.message()));
  }
  SEDGE_RETURN_IF_ERROR(ReadListen(flags, options));
  for (const std::string& text : flags.trusted_proxies) {
    if (const Status added = options.trusted_proxies.Add(text); !added.ok()) {
      return FlagError("--trusted-proxy", text, std::string(added.message()));
    }
  }
  SEDGE_ASSIGN_OR_RETURN(options.threads, ReadThreads(flags.threads));
  SEDGE_RETURN_IF_ERROR(
      CheckNamed("--kv", flags.kv, false, "BINDING or BINDING=NAMESPACE, such as CACHE=cache-1"));
  SEDGE_RETURN_IF_ERROR(
      CheckNamed("--var", flags.vars, true, "NAME=VALUE, such as GREETING=hello"));
  SEDGE_RETURN_IF_ERROR(
      CheckNamed("--var-json", flags.json_vars, true, "NAME=JSON, such as LIMITS={\"tries\":3}"));
  if (flags.temp_data && !flags.data_dir.empty()) {
    return FlagError("--data-dir", flags.data_dir,
                     "--temp-data makes a folder of its own; allowed is one of them");
  }
  if (!flags.origin.empty()) {
    Result<worker::Endpoint> origin = worker::ParseEndpoint(flags.origin);
    if (!origin.ok()) {
      return FlagError("--origin", flags.origin, std::string(origin.status().message()));
    }
    options.origin = std::move(origin).value();
  }
  for (const std::string& text : flags.maps) {
    SEDGE_ASSIGN_OR_RETURN(HostMapping map, ReadMap(text));
    for (const HostMapping& other : options.maps) {
      if (other.host == map.host && other.port == map.port) {
        return FlagError("--map", text, "the host is mapped twice; one URL per host is allowed");
      }
    }
    options.maps.push_back(std::move(map));
  }
  SEDGE_RETURN_IF_ERROR(
      ReadRules("--outbound-allow", flags.outbound_allow, options.outbound.allow));
  SEDGE_RETURN_IF_ERROR(ReadRules("--outbound-deny", flags.outbound_deny, options.outbound.deny));
  SEDGE_RETURN_IF_ERROR(ReadAdmin(flags, options));
  SEDGE_RETURN_IF_ERROR(ReadLogFlags(flags, options));
  return options;
}

}  // namespace sedge::tools
