// SPDX-License-Identifier: Apache-2.0
#include "tools/check_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "runtime/worker/config_env.h"
#include "runtime/worker/router.h"
#include "tools/bundle/prepare.h"

namespace sedge::tools {
namespace {

constexpr const char* kExamples = R"(Examples:
  sedge check                     the worker of this folder
  sedge check api/ web/           several, and that their routes do not collide
  sedge check worker.js && git commit

Prints a line per worker on standard output; what is wrong goes to standard error.)";

std::string Count(size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// Makes what the runtime would load, and compiles that.
Status Check(const worker::WorkerConfig& config, const CompileWorker& compile) {
  const PreparedWorker made = Prepare(config, {.node_env = "production"});
  SEDGE_RETURN_IF_ERROR(made.status);
  for (const BuildMessage& warning : made.warnings) {
    std::fprintf(stderr, "sedge: warning: %s\n", warning.ToText().c_str());
  }
  return compile(made.config);
}

int RunCheck(const std::vector<std::string>& paths, const std::string& env,
             const CompileWorker& compile) {
  if (const Status wrong = worker::CheckEnvironmentName(env); !wrong.ok()) {
    return PrintUsageError("sedge check", "--env " + env + ": " + std::string(wrong.message()));
  }
  std::vector<worker::WorkerConfig> configs;
  bool failed = false;
  const std::vector<std::string> here = {"."};
  for (const std::string& path : paths.empty() ? here : paths) {
    Result<worker::WorkerConfig> config = worker::LoadWorkerConfig(path, env);
    const Status status = config.ok() ? Check(*config, compile) : config.status();
    if (config.ok()) {
      for (const std::string& warning : config->warnings) {
        std::fprintf(stderr, "sedge: warning: %s\n", warning.c_str());
      }
    }
    if (!status.ok()) {
      PrintError(status);
      failed = true;
    } else {
      std::printf("%s: ok (%s, %s, %s, %s)\n", config->source.c_str(), config->name.c_str(),
                  Count(config->routes.size(), "route").c_str(),
                  Count(config->kv_namespaces.size(), "KV namespace").c_str(),
                  Count(config->vars.size(), "variable").c_str());
    }
    if (config.ok()) configs.push_back(std::move(config).value());
  }
  if (const auto router = worker::Router::Create(configs); !router.ok()) {
    PrintError(router.status());
    failed = true;
  }
  return failed ? kExitFailed : kExitOk;
}

}  // namespace

AddCommand CheckCommand(CompileWorker compile) {
  return [compile = std::move(compile)](CLI::App& root, CommandRun& run) {
    CLI::App* command =
        root.add_subcommand("check", "Validate configurations and compile workers; runs nothing");
    command->footer(kExamples);
    const auto paths = std::make_shared<std::vector<std::string>>();
    const auto env = std::make_shared<std::string>();
    command->add_option("-e,--env", *env, "The configuration's [env.NAME], and .dev.vars.NAME")
        ->type_name("NAME");
    command
        ->add_option("path", *paths,
                     "Scripts (.js, .mjs, .ts), folders, or wrangler.jsonc, .json or .toml files; "
                     "default: this folder")
        ->type_name("PATH");
    command->callback([paths, env, compile, &run] {
      run = [paths, env, compile] { return RunCheck(*paths, *env, compile); };
    });
  };
}

}  // namespace sedge::tools
