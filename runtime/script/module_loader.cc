// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/module_loader.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "runtime/base/node_module.h"
#include "runtime/script/buffers.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/error.h"
#include "runtime/script/result.h"

namespace sedge::script {
namespace {

namespace fs = std::filesystem;

// What wrangler's default module rules make of an extension.
FileKind UsualKind(const std::string& extension) {
  if (extension == ".js" || extension == ".mjs") return FileKind::kScript;
  if (extension == ".json") return FileKind::kJson;
  if (extension == ".txt" || extension == ".html" || extension == ".sql") return FileKind::kText;
  if (extension == ".bin") return FileKind::kData;
  if (extension == ".wasm") return FileKind::kWasm;
  return FileKind::kUnknown;
}

v8::Local<v8::String> Text(v8::Isolate* isolate, std::string_view text) {
  v8::Local<v8::Value> value;
  if (!Utf8ToV8(isolate, text).ToLocal(&value)) return v8::String::Empty(isolate);
  return value.As<v8::String>();
}

void ThrowError(v8::Isolate* isolate, const std::string& text) {
  isolate->ThrowException(v8::Exception::Error(Text(isolate, text)));
}

// Somebody installed a package of that name for the worker.
bool IsInstalled(const std::string& package, const std::string& base_dir) {
  std::error_code error;
  for (fs::path at(base_dir);; at = at.parent_path()) {
    if (fs::exists(at / "node_modules" / package, error)) return true;
    if (at == at.parent_path()) return false;
  }
}

// Why there is no module of this scheme, and what to do in further lines; "" for other specifiers.
std::string_view AdviceForScheme(std::string_view specifier) {
  if (specifier.starts_with("node:")) {
    return "sedge has no modules of Node.js\n  \"alias\" in the configuration can put a package in its "
           "place; see docs/typescript.md";
  }
  if (specifier == "cloudflare:workers") {
    return "this module is not there yet\n  Bindings are in the second argument of fetch(request, env, "
           "ctx), waitUntil() is in the third";
  }
  if (specifier.starts_with("cloudflare:")) {
    return "this module is not there yet\n  docs/differences.md lists what is not there yet";
  }
  if (specifier == "sedge:test") {
    return "it is for test files, which sedge test runs\n  Name the file *.test.js or *_test.js";
  }
  if (specifier.starts_with("https:") || specifier.starts_with("http:")) {
    return "modules are not loaded from the network\n  Install the package with npm, or save the file "
           "beside the worker and import it by its relative path";
  }
  return "";
}

}  // namespace

FileKind ModuleLoader::KindOf(const std::string& path) const {
  const std::string extension = fs::path(path).extension();
  const auto own = kinds_.find(extension);
  return own != kinds_.end() ? own->second : UsualKind(extension);
}

void ModuleLoader::ConfigureIsolate() {
  isolate_.v8()->SetHostImportModuleDynamicallyCallback(OnDynamicImport);
  isolate_.v8()->SetHostInitializeImportMetaObjectCallback(OnImportMeta);
}

Result<MainScript> ModuleLoader::LoadMain(std::shared_ptr<SourceCache> sources,
                                          const std::string& base_dir, const std::string& path,
                                          const std::function<void()>& before_classic) {
  sources_ = std::move(sources);
  base_dir_ = base_dir;
  main_ = DisplayName(shown_main_.empty() ? path : shown_main_);
  v8::Local<v8::Module> module;
  v8::Local<v8::Script> script;
  SEDGE_RETURN_IF_ERROR(CompileMain(path, &module, &script));
  v8::TryCatch caught(isolate_.v8());
  if (script.IsEmpty()) return RunModule(module, caught);
  if (before_classic) before_classic();
  return RunClassic(script, caught);
}

Result<MainScript> ModuleLoader::LoadModule(const std::string& path) {
  v8::TryCatch caught(isolate_.v8());
  v8::Local<v8::Module> module;
  v8::Local<v8::Script> script;
  started_ = false;  // what it imports may lie anywhere, as what the main file imports
  Status status;
  if (const auto known = by_path_.find(path); known != by_path_.end()) {
    module = known->second.Get(isolate_.v8());
  } else {
    status = CompileMain(path, &module, &script);
  }
  Result<MainScript> ran = MainScript{};
  if (!status.ok()) {
    ran = status;
  } else if (script.IsEmpty()) {
    ran = RunModule(module, caught);
  }
  started_ = true;
  return ran;
}

Status ModuleLoader::CheckMain(std::shared_ptr<SourceCache> sources, const std::string& base_dir,
                               const std::string& path) {
  sources_ = std::move(sources);
  base_dir_ = base_dir;
  main_ = DisplayName(shown_main_.empty() ? path : shown_main_);
  v8::Local<v8::Module> module;
  v8::Local<v8::Script> script;
  SEDGE_RETURN_IF_ERROR(CompileMain(path, &module, &script));
  return CheckHandlers(path, module, script);
}

// The texts are those of worker/dispatch.js, which looks when the code has run.
Status ModuleLoader::CheckHandlers(const std::string& path, v8::Local<v8::Module> module,
                                   v8::Local<v8::Script> script) {
  if (!script.IsEmpty()) {
    SEDGE_ASSIGN_OR_RETURN(const std::string_view text, sources_->Read(path));
    if (text.find("addEventListener") != std::string_view::npos) return {};
    return InvalidArgument(main_ + ": the script handles no requests: it neither exports anything "
                           "nor calls addEventListener(\"fetch\", ...)");
  }
  v8::Isolate* isolate = isolate_.v8();
  v8::Local<v8::Object> exports = module->GetModuleNamespace().As<v8::Object>();
  v8::Local<v8::Array> names;
  std::string others;
  if (!exports->GetOwnPropertyNames(isolate_.context(), v8::SKIP_SYMBOLS).ToLocal(&names)) return {};
  for (uint32_t i = 0; i < names->Length(); ++i) {
    v8::Local<v8::Value> name;
    if (!names->Get(isolate_.context(), i).ToLocal(&name)) continue;
    const std::string text = *v8::String::Utf8Value(isolate, name);
    if (text == "default") return {};
    others += (others.empty() ? "" : ", ") + text;
  }
  return InvalidArgument(main_ + ": the module has no default export" +
                         (others.empty() ? "" : " (it exports " + others + ")") +
                         "; write: export default { async fetch(request, env, ctx) { ... } }");
}

Status ModuleLoader::CompileMain(const std::string& path, v8::Local<v8::Module>* module,
                                 v8::Local<v8::Script>* script) {
  v8::Isolate* isolate = isolate_.v8();
  SEDGE_ASSIGN_OR_RETURN(const std::string_view text, sources_->Read(path));
  Status as_module;
  {
    v8::TryCatch caught(isolate);
    if (CompileSource(path, text).ToLocal(module)) {
      if (!(*module)->InstantiateModule(isolate_.context(), OnResolve).FromMaybe(false)) {
        return ErrorStatus(caught);
      }
      v8::Local<v8::Object> exports = (*module)->GetModuleNamespace().As<v8::Object>();
      v8::Local<v8::Array> names;
      const bool exports_something =
          exports->GetOwnPropertyNames(isolate_.context(), v8::SKIP_SYMBOLS).ToLocal(&names) &&
          names->Length() > 0;
      if (exports_something || (*module)->GetModuleRequests()->Length() > 0 ||
          path.ends_with(".mjs")) {
        return {};
      }
    } else {
      as_module = ErrorStatus(caught);
    }
  }
  v8::TryCatch caught(isolate);
  v8::ScriptCompiler::Source source(
      Text(isolate, text), MakeOrigin(isolate, Text(isolate, DisplayName(path)), false));
  if (v8::ScriptCompiler::Compile(isolate_.context(), &source).ToLocal(script)) return {};
  // Neither form: the module's error is the one to tell, since a script's would be about `import`.
  // A module that only uses top-level await compiled above, and is fine.
  return as_module;
}

Result<MainScript> ModuleLoader::RunModule(v8::Local<v8::Module> module, v8::TryCatch& caught) {
  v8::Isolate* isolate = isolate_.v8();
  v8::Local<v8::Value> result;
  if (!module->Evaluate(isolate_.context()).ToLocal(&result)) return ErrorStatus(caught);
  v8::Local<v8::Promise> promise = result.As<v8::Promise>();
  promise->MarkAsHandled();
  RunMicrotasks(isolate);
  if (isolate_.terminating()) return TerminatedStatus();
  if (promise->State() == v8::Promise::kRejected) {
    return InvalidArgument(TextOf(DescribeError(isolate, isolate_.context(), promise->Result())));
  }
  if (promise->State() == v8::Promise::kPending && std::exchange(may_wait_, false)) {
    waiting_.Reset(isolate, promise);
  } else if (promise->State() == v8::Promise::kPending) {
    return InvalidArgument(main_ +
                           ": a top-level await does not finish: a worker cannot wait for timers, "
                           "requests or long cryptography while it loads; do that inside a "
                           "handler");
  }
  NoteStarted();
  return MainScript{true, module->GetModuleNamespace().As<v8::Object>()};
}

ModuleLoader::Loading ModuleLoader::loading(std::string* error) {
  if (waiting_.IsEmpty()) return Loading::kDone;
  v8::Local<v8::Promise> promise = waiting_.Get(isolate_.v8());
  if (promise->State() == v8::Promise::kPending) return Loading::kWaiting;
  waiting_.Reset();
  if (promise->State() == v8::Promise::kFulfilled) return Loading::kDone;
  *error = TextOf(DescribeError(isolate_.v8(), isolate_.context(), promise->Result()));
  return Loading::kFailed;
}

Result<MainScript> ModuleLoader::RunClassic(v8::Local<v8::Script> script, v8::TryCatch& caught) {
  v8::Local<v8::Value> ignored;
  if (!script->Run(isolate_.context()).ToLocal(&ignored)) return ErrorStatus(caught);
  RunMicrotasks(isolate_.v8());
  if (isolate_.terminating()) return TerminatedStatus();
  NoteStarted();
  return MainScript{false, {}};
}

void ModuleLoader::NoteStarted() {
  started_ = true;
  for (const auto& [path, module] : by_path_) {
    folders_.push_back(fs::path(path).parent_path().string() + "/");
  }
}

Status ModuleLoader::ErrorStatus(v8::TryCatch& caught) {
  ScriptError error = DescribeException(isolate_.v8(), isolate_.context(), caught);
  const StackPlace noted = std::exchange(failed_at_, {});
  if (error.terminated) return TerminatedStatus();
  if (error.file.empty() && noted.line > 0) {
    StackPlace place = noted;
    error.source_line = SourceLine(place.file, place.line);
    ToOriginal(place, &error.source_line);
    error.file = place.file;
    error.line = place.line;
    error.column = place.column;
    // The loader's own words: what is wrong, and what to do in further lines.
    if (error.message.starts_with("Error: ")) error.message.erase(0, 7);
    if (const size_t advice = error.message.find("\n  "); advice != std::string::npos) {
      error.hint = error.message.substr(advice + 3);
      error.message.resize(advice);
    }
  }
  return InvalidArgument(TextOf(std::move(error)));
}

std::string ModuleLoader::TextOf(ScriptError error) const {
  if (std::string hint = find_hint_ ? find_hint_(error) : ""; !hint.empty()) {
    error.hint = std::move(hint);
  }
  return error.ToText();
}

void ModuleLoader::NoteImport(v8::Local<v8::Module> referrer, v8::Local<v8::String> specifier) {
  v8::Local<v8::FixedArray> requests = referrer->GetModuleRequests();
  for (int i = 0; i < requests->Length(); ++i) {
    v8::Local<v8::ModuleRequest> request =
        requests->Get(isolate_.context(), i).As<v8::ModuleRequest>();
    if (!request->GetSpecifier()->StringEquals(specifier)) continue;
    v8::Location at = referrer->SourceOffsetToLocation(request->GetSourceOffset());
    failed_at_ = {DisplayName(PathOf(referrer)), at.GetLineNumber() + 1, at.GetColumnNumber() + 1};
    return;
  }
}

// V8 says "... at position 12", or nothing when the text ends too early.
void ModuleLoader::NotePlaceInJson(const std::string& path, std::string_view text,
                                   const std::string& why) {
  constexpr std::string_view kPosition = " position ";
  size_t offset = text.size();
  if (const size_t at = why.find(kPosition); at != std::string::npos) {
    offset = std::min<size_t>(std::strtoul(why.c_str() + at + kPosition.size(), nullptr, 10), offset);
  }
  const std::string_view before = text.substr(0, offset);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  failed_at_ = {DisplayName(path), static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
                static_cast<int>(offset - line_start) + 1};
}

Status ModuleLoader::TerminatedStatus() {
  const IsolateOptions& options = isolate_.options();
  if (isolate_.termination() == Termination::kShutdown) {
    return Cancelled(main_ + ": the worker was stopped while it loaded");
  }
  const std::string limit =
      isolate_.termination() == Termination::kMemory
          ? "memory limit of " + std::to_string(options.memory_bytes >> 20) + " MB (limits.memory_mb)"
          : "CPU time limit of " + std::to_string(options.cpu_ms) + " ms (limits.cpu_ms)";
  return ResourceExhausted(main_ + ": the worker exceeded its " + limit + " while it loaded");
}

v8::MaybeLocal<v8::Module> ModuleLoader::LoadFile(const std::string& path) {
  v8::Isolate* isolate = isolate_.v8();
  if (auto known = by_path_.find(path); known != by_path_.end()) return known->second.Get(isolate);
  Result<std::string_view> text = sources_->Read(path);
  if (!text.ok()) {
    ThrowError(isolate, std::string(text.status().message()));
    return {};
  }
  if (KindOf(path) == FileKind::kScript) return CompileSource(path, *text);

  v8::Local<v8::Value> value;
  if (!ReadValue(path, *text).ToLocal(&value)) return {};
  v8::Local<v8::Object> exports = v8::Object::New(isolate);
  exports->Set(isolate_.context(), Intern(isolate, "default"), value).Check();
  return MakeSynthetic(path, DisplayName(path), exports);
}

void ModuleLoader::AddBuiltinModule(const std::string& specifier, v8::Local<v8::Object> exports) {
  MakeSynthetic(specifier, specifier, exports);
}

v8::Local<v8::Module> ModuleLoader::MakeSynthetic(const std::string& key, const std::string& name,
                                                  v8::Local<v8::Object> exports) {
  v8::Isolate* isolate = isolate_.v8();
  v8::Local<v8::Context> context = isolate_.context();
  std::vector<v8::Local<v8::String>> names;
  v8::Local<v8::Array> keys = exports->GetOwnPropertyNames(context).ToLocalChecked();
  for (uint32_t i = 0; i < keys->Length(); ++i) {
    names.push_back(keys->Get(context, i).ToLocalChecked().As<v8::String>());
  }
  v8::Local<v8::Module> module =
      v8::Module::CreateSyntheticModule(isolate, Text(isolate, name), names, OnEvaluateSynthetic);
  values_.emplace(module->GetIdentityHash(),
                  std::make_pair(v8::Global<v8::Module>(isolate, module),
                                 v8::Global<v8::Object>(isolate, exports)));
  by_path_.emplace(key, v8::Global<v8::Module>(isolate, module));
  return module;
}

v8::MaybeLocal<v8::Module> ModuleLoader::CompileSource(const std::string& path,
                                                       std::string_view text) {
  v8::Isolate* isolate = isolate_.v8();
  v8::ScriptCompiler::Source source(
      Text(isolate, text), MakeOrigin(isolate, Text(isolate, DisplayName(path)), true));
  v8::Local<v8::Module> module;
  if (!v8::ScriptCompiler::CompileModule(isolate, &source).ToLocal(&module)) return {};
  by_path_.emplace(path, v8::Global<v8::Module>(isolate, module));
  by_hash_.emplace(module->GetIdentityHash(), Known{v8::Global<v8::Module>(isolate, module), path});
  return module;
}

v8::MaybeLocal<v8::Value> ModuleLoader::ReadValue(const std::string& path, std::string_view text) {
  v8::Isolate* isolate = isolate_.v8();
  switch (KindOf(path)) {
    case FileKind::kJson: {
      v8::TryCatch caught(isolate);
      v8::Local<v8::Value> value;
      if (v8::JSON::Parse(isolate_.context(), Text(isolate, text)).ToLocal(&value)) return value;
      const std::string why =
          DescribeException(isolate, isolate_.context(), caught).message;
      caught.Reset();
      NotePlaceInJson(path, text, why);
      isolate->ThrowException(
          v8::Exception::SyntaxError(Text(isolate, DisplayName(path) + " is not JSON: " + why)));
      caught.ReThrow();
      return {};
    }
    case FileKind::kData: {
      v8::Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, text.size());
      if (!text.empty()) std::memcpy(buffer->Data(), text.data(), text.size());
      return buffer;
    }
    case FileKind::kWasm: {
      v8::Local<v8::WasmModuleObject> module;
      if (!v8::WasmModuleObject::Compile(isolate, {AsBytes(text).data(), text.size()})
               .ToLocal(&module)) {
        return {};
      }
      return module;
    }
    default: return Text(isolate, text);
  }
}

v8::MaybeLocal<v8::Module> ModuleLoader::Resolve(const std::string& specifier,
                                                 const std::string& referrer) {
  if (auto known = by_path_.find(specifier); known != by_path_.end()) {
    return known->second.Get(isolate_.v8());
  }
  if (find_builtin_ && !specifier.starts_with('.') && !specifier.starts_with('/')) {
    v8::Local<v8::Value> exports;
    if (!find_builtin_(specifier).ToLocal(&exports)) return {};
    if (exports->IsObject()) return MakeSynthetic(specifier, specifier, exports.As<v8::Object>());
  }
  Result<std::string> path = ResolvePath(specifier, referrer);
  if (path.ok()) return LoadFile(*path);
  ThrowError(isolate_.v8(), std::string(path.status().message()));
  return {};
}

Result<std::string> ModuleLoader::ResolvePath(const std::string& specifier,
                                              const std::string& referrer) {
  const std::string place = "import of \"" + specifier + "\" in " + DisplayName(referrer);
  if (!specifier.starts_with("./") && !specifier.starts_with("../")) {
    if (specifier.starts_with("/") || specifier.starts_with("file:")) {
      return NotFound(place + " cannot be resolved: only relative paths such as \"./lib.js\" are files");
    }
    size_t end = specifier.find('/');
    if (specifier.starts_with("@") && end != std::string::npos) end = specifier.find('/', end + 1);
    const bool is_node = IsNodeModule(specifier) && !IsInstalled(specifier.substr(0, end), base_dir_);
    const std::string_view advice = AdviceForScheme(is_node ? "node:" + specifier : specifier);
    if (!advice.empty()) return NotFound(place + " cannot be resolved: " + std::string(advice));
    return NotFound(place + " cannot be resolved: npm packages are bundled with the project's esbuild, "
                            "and there is none (or no_bundle is true)\n  Install both: npm install "
                            "--save-dev esbuild && npm install " + specifier.substr(0, end));
  }
  std::string wanted = specifier;
  if (const size_t query = wanted.find('?'); query != std::string::npos) wanted.resize(query);
  const fs::path exact = (fs::path(referrer).parent_path() / wanted).lexically_normal();
  // As bundlers do: ./lib means ./lib.js, or ./lib/index.js.
  for (const char* suffix : {"", ".js", ".mjs", ".json", "/index.js", "/index.mjs"}) {
    std::string candidate = exact.string() + suffix;
    if (started_ && !IsAmongModules(candidate)) continue;
    if (!sources_->Exists(candidate)) continue;
    if (KindOf(candidate) == FileKind::kUnknown) {
      return InvalidArgument(place + " is of no known type: use .js, .mjs, .json, .txt, .html, .sql, "
                                     ".bin or .wasm");
    }
    return candidate;
  }
  return NotFound(place + " cannot be resolved: there is no file " + exact.string());
}

bool ModuleLoader::IsAmongModules(const std::string& path) const {
  if (path.starts_with(base_dir_ + "/")) return true;
  return std::any_of(folders_.begin(), folders_.end(),
                     [&](const std::string& folder) { return path.starts_with(folder); });
}

bool ModuleLoader::IsInFolders(const std::string& path) const {
  if (IsAmongModules(path)) return true;
  const std::string folder = fs::path(path).parent_path().string();
  return std::any_of(by_path_.begin(), by_path_.end(), [&](const auto& known) {
    return fs::path(known.first).parent_path().string() == folder;
  });
}

const std::string& ModuleLoader::PathOf(v8::Local<v8::Module> module) {
  static const std::string kUnknown;
  auto [first, last] = by_hash_.equal_range(module->GetIdentityHash());
  for (; first != last; ++first) {
    if (first->second.module == module) return first->second.path;
  }
  return kUnknown;
}

std::string ModuleLoader::DisplayName(const std::string& path) const {
  const fs::path relative = fs::path(path).lexically_relative(base_dir_);
  if (relative.empty() || *relative.begin() == "..") return path;
  return relative.string();
}

std::string ModuleLoader::SourceLine(const std::string& name, int line) {
  if (!sources_ || line < 1) return "";
  const std::string path = PathOfDisplayName(name);
  if (!sources_->Exists(path)) return "";
  Result<std::string_view> text = sources_->Read(path);
  if (!text.ok()) return "";
  size_t start = 0;
  for (int i = 1; i < line; ++i) {
    start = text->find('\n', start);
    if (start == std::string_view::npos) return "";
    ++start;
  }
  std::string_view found = text->substr(start, text->find('\n', start) - start);
  if (found.ends_with('\r')) found.remove_suffix(1);
  return std::string(found);
}

bool ModuleLoader::LoadedFile(const std::string& name, std::string* path, std::string* text) {
  *path = PathOfDisplayName(name);
  if (!sources_ || name.empty() || name.starts_with("sedge:") || !sources_->Exists(*path)) return false;
  const Result<std::string_view> found = sources_->Read(*path);
  if (found.ok()) *text = *found;
  return found.ok();
}

std::string ModuleLoader::PathOfDisplayName(const std::string& name) const {
  return (fs::path(base_dir_) / name).lexically_normal().string();
}

v8::MaybeLocal<v8::Module> ModuleLoader::OnResolve(v8::Local<v8::Context> context,
                                                   v8::Local<v8::String> specifier,
                                                   v8::Local<v8::FixedArray>,
                                                   v8::Local<v8::Module> referrer) {
  v8::Isolate* isolate = context->GetIsolate();
  ModuleLoader& self = Isolate::From(isolate)->modules();
  // V8 wants the exception thrown here anew: one of a nested compilation went to the outer TryCatch.
  v8::TryCatch caught(isolate);
  v8::Local<v8::Module> module;
  if (self.Resolve(*v8::String::Utf8Value(isolate, specifier), self.PathOf(referrer))
          .ToLocal(&module)) {
    return module;
  }
  if (self.failed_at_.line == 0) self.NoteImport(referrer, specifier);
  caught.ReThrow();
  return {};
}

v8::MaybeLocal<v8::Promise> ModuleLoader::OnDynamicImport(v8::Local<v8::Context> context,
                                                          v8::Local<v8::Data>,
                                                          v8::Local<v8::Value> resource_name,
                                                          v8::Local<v8::String> specifier,
                                                          v8::Local<v8::FixedArray>) {
  v8::Isolate* isolate = context->GetIsolate();
  ModuleLoader& self = Isolate::From(isolate)->modules();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  v8::TryCatch caught(isolate);
  v8::Local<v8::Module> module;
  v8::Local<v8::Value> evaluated;
  const std::string referrer = self.PathOfDisplayName(*v8::String::Utf8Value(isolate, resource_name));
  if (self.Resolve(*v8::String::Utf8Value(isolate, specifier), referrer).ToLocal(&module) &&
      module->InstantiateModule(context, OnResolve).FromMaybe(false) &&
      module->Evaluate(context).ToLocal(&evaluated)) {
    // The namespace once evaluation is done, or its failure.
    v8::Local<v8::Function> give_namespace;
    if (!v8::Function::New(
             context,
             [](const v8::FunctionCallbackInfo<v8::Value>& info) {
               info.GetReturnValue().Set(info.Data());
             },
             module->GetModuleNamespace())
             .ToLocal(&give_namespace)) {
      return {};
    }
    return evaluated.As<v8::Promise>()->Then(context, give_namespace);
  }
  if (!caught.HasCaught() || caught.HasTerminated()) return {};
  v8::Local<v8::Value> exception = caught.Exception();
  caught.Reset();
  resolver->Reject(context, exception).Check();
  return resolver->GetPromise();
}

void ModuleLoader::OnImportMeta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                                v8::Local<v8::Object> meta) {
  v8::Isolate* isolate = context->GetIsolate();
  ModuleLoader& self = Isolate::From(isolate)->modules();
  meta->CreateDataProperty(context, Intern(isolate, "url"),
                           Text(isolate, "file://" + self.PathOf(module)))
      .Check();
}

v8::MaybeLocal<v8::Value> ModuleLoader::OnEvaluateSynthetic(v8::Local<v8::Context> context,
                                                            v8::Local<v8::Module> module) {
  v8::Isolate* isolate = context->GetIsolate();
  ModuleLoader& self = Isolate::From(isolate)->modules();
  auto [first, last] = self.values_.equal_range(module->GetIdentityHash());
  for (; first != last; ++first) {
    if (!(first->second.first == module)) continue;
    v8::Local<v8::Object> exports = first->second.second.Get(isolate);
    v8::Local<v8::Array> keys;
    if (!exports->GetOwnPropertyNames(context).ToLocal(&keys)) return {};
    for (uint32_t i = 0; i < keys->Length(); ++i) {
      v8::Local<v8::Value> key, value;
      if (!keys->Get(context, i).ToLocal(&key) || !exports->Get(context, key).ToLocal(&value) ||
          module->SetSyntheticModuleExport(isolate, key.As<v8::String>(), value).IsNothing()) {
        return {};
      }
    }
    self.values_.erase(first);
    break;
  }
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  resolver->Resolve(context, v8::Undefined(isolate)).Check();
  return resolver->GetPromise();
}

}  // namespace sedge::script
