// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/prepare.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>
#include <utility>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/node_module.h"
#include "tools/bundle/child.h"
#include "tools/bundle/esbuild.h"
#include "tools/bundle/import_scan.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using worker::BuildConfig;
using worker::WorkerConfig;

constexpr int64_t kNsPerMs = 1'000'000;
// After build.command, so that what it wrote last can be told from a change behind it, by its time:
// more than a tick of the kernel.
constexpr std::chrono::milliseconds kSettle{12};
constexpr const char* kInstall = "npm install --save-dev esbuild";
// What an import may leave out.
constexpr const char* kEndsOfModules[] = {"",          ".ts",        ".tsx",     ".js",
                                          ".jsx",      ".mjs",       ".mts",     ".json",
                                          "/index.ts", "/index.tsx", "/index.js"};
constexpr std::string_view kTypeScript[] = {".ts", ".tsx", ".mts", ".cts"};

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool IsTypeScript(const fs::path& path) {
  const std::string extension = path.extension();
  return std::find(std::begin(kTypeScript), std::end(kTypeScript), extension) !=
         std::end(kTypeScript);
}

std::string Shown(const WorkerConfig& config, const std::string& path) {
  const fs::path relative = fs::path(path).lexically_relative(config.base_dir);
  return relative.empty() || *relative.begin() == ".." ? path : relative.string();
}

// Whether the worker has to be bundled, and why.
struct Need {
  bool bundler = false;
  bool certain = true;  // not just by what the scanner made of its text
  std::string why;      // "src/index.ts is TypeScript"
};

Need NeedOf(const WorkerConfig& config, const ModuleGraph& graph) {
  const fs::path main(config.main);
  const std::string shown = Shown(config, config.main);
  if (IsTypeScript(main)) return {true, true, shown + " is TypeScript"};
  if (main.extension() == ".jsx") return {true, true, shown + " is JSX"};
  if (main.extension() == ".cjs") return {true, true, shown + " is CommonJS"};
  if (config.build.no_bundle) return {};
  if (!config.build.define.empty()) return {true, true, config.source + " has \"define\""};
  if (!config.build.alias.empty()) return {true, true, config.source + " has \"alias\""};
  if (graph.why_bundle.empty()) return {};
  return {true, false, Shown(config, graph.file) + " imports " + graph.why_bundle};
}

// Runs `build.command` with its output on standard error.
Status RunBuildCommand(const WorkerConfig& config, const PrepareOptions& options) {
  const BuildConfig& build = config.build;
  const std::string where = config.source + ":" + std::to_string(build.command_line);
  LogInfo("build", {{"command", build.command}});
  ChildOptions child;
  child.argv = {"/bin/sh", "-c", build.command};
  child.cwd = build.cwd.empty() ? config.base_dir : build.cwd;
  std::error_code error;
  if (!fs::is_directory(child.cwd, error)) {
    return NotFound(where + ": build.cwd: there is no folder " + child.cwd);
  }
  child.env = {{"WRANGLER_COMMAND", options.node_env == "production" ? "deploy" : "dev"}};
  child.on_output = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  };
  child.cancel = options.cancel;
  SEDGE_ASSIGN_OR_RETURN(const ChildResult ran, RunChild(child));
  if (ran.cancelled) return Cancelled(where + ": build.command was ended");
  if (ran.exit_code == 0) return {};
  return FailedPrecondition(
      where + ": build.command \"" + build.command + "\" ended with status " +
      std::to_string(ran.exit_code) +
      (ran.output.empty() ? "; it printed nothing" : "; what it printed is above"));
}

// With what it does to the files noted.
Status RunAndRemember(const WorkerConfig& config, const PrepareOptions& options) {
  if (!options.memory) return RunBuildCommand(config, options);
  options.memory->Begin(config, options.in_quiet);
  const Status status = RunBuildCommand(config, options);
  const bool cancelled = status.code() == StatusCode::kCancelled;
  if (!cancelled) std::this_thread::sleep_for(kSettle);
  options.memory->End(status);
  return status;
}

Status CheckMain(const WorkerConfig& config) {
  if (IsFile(config.main)) return {};
  std::string why = config.source;
  if (config.main_line > 0) why += ":" + std::to_string(config.main_line);
  why += ": main: there is no file " + config.main;
  if (!config.build.command.empty()) {
    why +=
        ", though build.command \"" + config.build.command + "\" has run; main names what it makes";
  }
  return NotFound(why);
}

// The nearest file of that name from `folder` upwards; "" when there is none.
std::string Nearest(const fs::path& folder, const std::string& name) {
  for (fs::path at = folder;; at = at.parent_path()) {
    if (IsFile(at / name)) return (at / name).string();
    if (at == at.parent_path()) return "";
  }
}

// What esbuild could not resolve; "": the message says something else.
std::string UnresolvedIn(const BuildMessage& message) {
  constexpr std::string_view kStart = "Could not resolve \"";
  if (!message.text.starts_with(kStart) || !message.text.ends_with('"')) return "";
  return message.text.substr(kStart.size(), message.text.size() - kStart.size() - 1);
}

// What to do about an import that esbuild cannot resolve, in place of esbuild's own advice, which
// is about its flags.
void Advise(const WorkerConfig& config, BuildMessage& message) {
  const std::string specifier = UnresolvedIn(message);
  if (specifier.empty()) return;
  const std::string package = PackageOf(specifier);
  if (package.empty()) {
    message.advice = specifier.starts_with(".")
                         ? "There is no such file beside " + message.file + "."
                         : message.advice;
    return;
  }
  std::error_code error;
  for (fs::path at(config.base_dir);; at = at.parent_path()) {
    // The package is there, and what esbuild says is about what it exports.
    if (fs::exists(at / "node_modules" / package, error)) return;
    if (at == at.parent_path()) break;
  }
  if (IsNodeModule(package)) {
    message.advice = "\"" + package +
                     "\" is a module of Node.js, which sedge does not have; "
                     "\"alias\" in the configuration can put a package in its place.";
    return;
  }
  message.advice = "The package is not installed: npm install " + package;
}

class Preparation {
 public:
  Preparation(const WorkerConfig& config, const PrepareOptions& options) : options_(options) {
    made_.config = config;
  }

  PreparedWorker Run() {
    made_.status = Work();
    for (const std::string& path : watch_) {
      FileStamp stamp = FileStamp::Of(path);
      // Written while this worked: which of the two was read is not known.
      if (stamp.modified_ns >= start_ns_ && stamp.modified_ns <= stamp.taken_ns) {
        stamp = {};
      }
      made_.watch.files.emplace_back(path, stamp);
    }
    return std::move(made_);
  }

 private:
  Status Work() {
    WorkerConfig& config = made_.config;
    if (!config.build.command.empty()) SEDGE_RETURN_IF_ERROR(RunCommandIfDue());
    start_ns_ = Clock::System().WallMs() * kNsPerMs;
    WatchFile(config.main);
    SEDGE_RETURN_IF_ERROR(CheckMain(config));
    const ModuleGraph graph = FollowImports(config.main, options_.external, true);
    for (const std::string& file : graph.files) WatchFile(file);
    const Need need = NeedOf(config, graph);
    if (!need.bundler) return {};
    WatchProject();
    return MakeBundle(need);
  }

  Status RunCommandIfDue() {
    const WorkerConfig& config = made_.config;
    made_.watch.trees = config.build.watch_dirs;
    const bool due =
        options_.run_build_command || (options_.memory && options_.memory->IsDue(config));
    if (!due) {
      Status last = options_.memory ? options_.memory->FailureOf(config) : Status();
      made_.command_failed = !last.ok();
      return last;
    }
    Status status = RunAndRemember(config, options_);
    made_.command_failed = !status.ok();
    return status;
  }

  Status MakeBundle(const Need& need) {
    WorkerConfig& config = made_.config;
    if (config.build.no_bundle) {
      return InvalidArgument(config.source + ": " + need.why +
                             ", which has to be bundled, but no_bundle is true");
    }
    const char* from_environment = std::getenv("NODE_ENV");
    BundleOptions bundle_options;
    bundle_options.node_env =
        from_environment && *from_environment ? from_environment : options_.node_env;
    bundle_options.external = options_.external;
    bundle_options.cancel = options_.cancel;
    bundle_options.esbuild = FindEsbuild(fs::path(config.main).parent_path().string());
    if (bundle_options.esbuild.empty()) {
      WatchFolders();
      // The runtime says the same of an import, with its place.
      if (!need.certain) return {};
      return NotFound(need.why +
                      ", which is bundled with esbuild, but there is none in "
                      "node_modules/.bin of " +
                      config.base_dir +
                      " and the folders above it, nor "
                      "in PATH\n  Install it in the project: " +
                      kInstall);
    }
    SEDGE_ASSIGN_OR_RETURN(Bundle bundle, RunEsbuild(config, bundle_options));
    made_.errors = std::move(bundle.errors);
    made_.warnings = std::move(bundle.warnings);
    for (const std::string& file : bundle.inputs) WatchFile(file);
    if (made_.errors.empty()) {
      config.bundled_from = std::exchange(config.main, bundle.main);
      config.modules = std::move(bundle.modules);
      made_.bundled = true;
      return {};
    }
    WatchFolders();
    std::string all;
    for (BuildMessage& message : made_.errors) {
      WatchMissing(message);
      Advise(config, message);
      if (!all.empty()) all += "\n\n";
      all += message.ToText();
    }
    return InvalidArgument(all);
  }

  // Of npm's packages only the list of what is installed.
  void WatchFile(const std::string& path) {
    if (path.find("/node_modules/") != std::string::npos) return;
    watch_.insert(path);
  }

  void WatchProject() {
    const fs::path folder = fs::path(made_.config.main).parent_path();
    for (const char* name : {"package.json", "tsconfig.json", "node_modules/.package-lock.json"}) {
      const std::string found = Nearest(folder, name);
      if (!found.empty()) watch_.insert(found);
    }
    if (!made_.config.build.tsconfig.empty()) watch_.insert(made_.config.build.tsconfig);
  }

  // Whatever would mend the import.
  void WatchMissing(const BuildMessage& message) {
    const std::string specifier = UnresolvedIn(message);
    if (specifier.empty()) return;
    if (const std::string package = PackageOf(specifier); !package.empty()) {
      const fs::path packages = fs::path(made_.config.base_dir) / "node_modules";
      watch_.insert(packages / ".package-lock.json");
      watch_.insert(packages / package / "package.json");
      return;
    }
    if (!specifier.starts_with(".") && !specifier.starts_with("/")) return;
    const fs::path importer = fs::path(made_.config.base_dir) / message.file;
    const std::string path = (importer.parent_path() / specifier).lexically_normal();
    for (const char* end : kEndsOfModules) watch_.insert(path + end);
  }

  // A file or package that is missing may come to be.
  void WatchFolders() {
    std::set<std::string> folders = {made_.config.base_dir};
    for (const std::string& file : watch_) folders.insert(fs::path(file).parent_path());
    made_.watch.folders.assign(folders.begin(), folders.end());
  }

  const PrepareOptions& options_;
  PreparedWorker made_;
  std::set<std::string> watch_;
  int64_t start_ns_ = INT64_MAX;  // wall clock, of reading the sources
};

}  // namespace

bool IsSourceFile(const std::string& path) {
  const std::string extension = fs::path(path).extension();
  return worker::IsScriptExtension(extension) || extension == ".json";
}

PreparedWorker Prepare(const WorkerConfig& config, const PrepareOptions& options) {
  return Preparation(config, options).Run();
}

Status PrepareAll(worker::ServeOptions& options, const PrepareOptions& prepare, BuildWatch* watch) {
  Status status;
  for (WorkerConfig& config : options.workers) {
    PreparedWorker made = Prepare(config, prepare);
    if (watch) {
      const auto append = [](auto& to, auto& from) {
        to.insert(to.end(), from.begin(), from.end());
      };
      append(watch->files, made.watch.files);
      append(watch->folders, made.watch.folders);
      append(watch->trees, made.watch.trees);
    }
    if (status.ok()) status = made.status;
    if (!made.status.ok()) continue;  // the files of all others are watched all the same
    for (const BuildMessage& warning : made.warnings) LogWarn(warning.ToText());
    config = std::move(made.config);
  }
  return status;
}

}  // namespace sedge::tools
