// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/esbuild.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/base/held_folder.h"
#include "runtime/base/log.h"
#include "tools/bundle/child.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kTimeoutMs = 120'000;
constexpr const char* kMetafile = "sedge-metafile.json";
#if defined(__aarch64__)
constexpr const char* kPlatform = "@esbuild/linux-arm64/bin/esbuild";
#else
constexpr const char* kPlatform = "@esbuild/linux-x64/bin/esbuild";
#endif

// For what esbuild writes. The real path, as esbuild's own paths are compared with it.
Result<std::unique_ptr<HeldFolder>> MakeOutputFolder() {
  std::error_code error;
  const fs::path parent = fs::canonical(fs::temp_directory_path(error), error);
  return HeldFolder::Create((error ? fs::path("/tmp") : parent).string(), "sedge-build-");
}

std::string InPath(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = (folder.empty() ? "." : folder) + "/" + name;
    if (access(file.c_str(), X_OK) == 0 && !fs::is_directory(file)) return file;
  }
  return "";
}

// npm's esbuild/bin/esbuild is a script that starts Node.js to start the program of another
// package.
std::string WithoutLauncher(const std::string& found) {
  std::error_code error;
  const fs::path real = fs::canonical(found, error);
  if (error) return found;
  const fs::path program = real.parent_path().parent_path().parent_path() / kPlatform;
  return access(program.c_str(), X_OK) == 0 ? program.string() : found;
}

std::string JsonText(std::string_view text) {
  std::string json = "\"";
  AppendJsonEscaped(json, text);
  return json + "\"";
}

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

const char* LoaderOf(worker::ModuleType type) {
  // "copy" leaves the import in place, of a file beside the bundle, which the runtime then reads.
  return type == worker::ModuleType::kText ? "text" : "copy";
}

// "index.ts.bundled": apart from every file that there is. esbuild reads brackets as placeholders.
std::string OutputName(const std::string& main) {
  std::string name = fs::path(main).filename().string() + ".bundled";
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '[' || c == ']'; }, '_');
  return name;
}

// What esbuild says that it read and wrote; null when that is not what it should be.
nlohmann::json ReadMetafile(const std::string& folder) {
  const auto meta = nlohmann::json::parse(ReadText(fs::path(folder) / kMetafile), nullptr, false);
  const bool whole = meta.is_object() && meta.contains("inputs") && meta["inputs"].is_object() &&
                     meta.contains("outputs") && meta["outputs"].is_object();
  return whole ? meta : nlohmann::json();
}

// Takes what is in `folder` into memory, as if it were beside the main file.
// `cwd`: where esbuild ran, which is what its paths are relative to.
Status TakeOutputs(const worker::WorkerConfig& config, const fs::path& cwd,
                   const std::string& folder, Bundle& bundle) {
  const nlohmann::json meta = ReadMetafile(folder);
  if (meta.is_null()) return Internal("esbuild has written no metafile");
  const fs::path beside = fs::path(config.main).parent_path();
  auto modules = std::make_shared<worker::ModuleTexts>();
  for (const auto& [path, output] : meta["outputs"].items()) {
    const fs::path file = (cwd / path).lexically_normal();
    const fs::path name = file.lexically_relative(folder);
    const std::string key = (beside / name).lexically_normal().string();
    if (output.is_object() && output.contains("entryPoint") && name.extension() == ".js") {
      bundle.main = key;
    }
    (*modules)[key] = ReadText(file);
  }
  if (bundle.main.empty()) return Internal("esbuild has written no bundle of " + config.main);
  bundle.modules = std::move(modules);
  for (const auto& input : meta["inputs"].items()) {
    if (input.key().find(':') != std::string::npos) continue;  // "(disabled):x", "<runtime>"
    bundle.inputs.push_back((cwd / input.key()).lexically_normal().string());
  }
  return {};
}

}  // namespace

std::string FindEsbuild(const std::string& folder) {
  fs::path at(folder);
  for (;; at = at.parent_path()) {
    const fs::path local = at / "node_modules/.bin/esbuild";
    if (access(local.c_str(), X_OK) == 0) return WithoutLauncher(local.string());
    if (at == at.parent_path()) break;
  }
  const std::string global = InPath("esbuild");
  return global.empty() ? "" : WithoutLauncher(global);
}

std::vector<std::string> EsbuildArguments(const worker::WorkerConfig& config,
                                          const BundleOptions& options, const std::string& folder) {
  const worker::BuildConfig& build = config.build;
  std::vector<std::string> words = {
      config.main, "--bundle", "--format=esm",
      // What every V8 that this runs on can do; wrangler has es2024, for newer ones.
      "--target=es2022", "--platform=browser", "--conditions=workerd,worker,browser",
      "--loader:.js=jsx", "--loader:.mjs=jsx", "--loader:.cjs=jsx", "--loader:.txt=text",
      "--loader:.html=text", "--loader:.sql=text", "--loader:.bin=copy", "--loader:.wasm=copy",
      "--external:node:*", "--external:cloudflare:*", "--external:sedge:*",
      "--external:__STATIC_CONTENT_MANIFEST", "--sourcemap", "--source-root=" + folder + "/",
      "--outdir=" + folder, "--entry-names=" + OutputName(config.main),
      "--metafile=" + folder + "/" + kMetafile, "--log-level=warning", "--log-limit=0",
      "--color=false"};
  for (const std::string& name : options.external) words.push_back("--external:" + name);
  for (const worker::ModuleRule& rule : build.rules) {
    words.push_back("--loader:" + rule.extension + "=" + LoaderOf(rule.type));
  }
  const std::string node_env = JsonText(options.node_env);
  for (const char* name : {"process", "global.process", "globalThis.process"}) {
    words.push_back(std::string("--define:") + name + ".env.NODE_ENV=" + node_env);
  }
  words.push_back("--define:navigator.userAgent=\"Cloudflare-Workers\"");
  for (const auto& [name, value] : build.define) words.push_back("--define:" + name + "=" + value);
  for (const auto& [name, value] : build.alias) words.push_back("--alias:" + name + "=" + value);
  if (build.keep_names) words.push_back("--keep-names");
  if (build.minify) words.push_back("--minify");
  if (!build.tsconfig.empty()) words.push_back("--tsconfig=" + build.tsconfig);
  if (!build.jsx_factory.empty()) words.push_back("--jsx-factory=" + build.jsx_factory);
  if (!build.jsx_fragment.empty()) words.push_back("--jsx-fragment=" + build.jsx_fragment);
  return words;
}

Result<Bundle> RunEsbuild(const worker::WorkerConfig& config, const BundleOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(const std::unique_ptr<HeldFolder> folder, MakeOutputFolder());
  ChildOptions child;
  child.argv = EsbuildArguments(config, options, folder->path());
  child.argv.insert(child.argv.begin(), options.esbuild);
  std::error_code error;
  child.cwd = fs::canonical(config.base_dir, error).string();
  if (error) return NotFound("cannot bundle in " + config.base_dir + ": " + error.message());
  child.timeout_ms = kTimeoutMs;
  child.cancel = options.cancel;
  SEDGE_ASSIGN_OR_RETURN(const ChildResult ran, RunChild(child));
  if (ran.cancelled)
    return Cancelled(options.esbuild + " was ended while it bundled " + config.main);
  if (ran.timed_out) {
    return DeadlineExceeded(options.esbuild + " was not done with " + config.main + " after " +
                            std::to_string(kTimeoutMs / 1000) + " s");
  }
  EsbuildOutput output = ParseEsbuildOutput(ran.output);
  Bundle bundle;
  bundle.errors = std::move(output.errors);
  bundle.warnings = std::move(output.warnings);
  if (!bundle.errors.empty()) return bundle;
  if (ran.exit_code != 0) {
    return Internal(options.esbuild + " ended with status " + std::to_string(ran.exit_code) +
                    (output.rest.empty() ? "" : ": " + output.rest));
  }
  SEDGE_RETURN_IF_ERROR(TakeOutputs(config, child.cwd, folder->path(), bundle));
  return bundle;
}

}  // namespace sedge::tools
