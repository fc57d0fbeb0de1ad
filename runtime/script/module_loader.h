// SPDX-License-Identifier: Apache-2.0
// ModuleLoader: turns a worker's files into running code. ES modules with imports of sibling files (by
// extension: JavaScript, JSON, text, data, WebAssembly), dynamic import, import.meta.url; and classic
// scripts for the service-worker form. The isolate's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/base/file_stamp.h"
#include "runtime/base/status.h"
#include "runtime/script/error.h"
#include "runtime/script/source_map.h"
#include "runtime/script/stack_text.h"
#include "runtime/script/v8_compat.h"

namespace sedge::script {

class Isolate;

// The contents of a worker's files as they were at first sight, shared by the isolates of all threads, so
// that every thread runs the same version whatever happens to the files later. Thread-safe.
class SourceCache {
 public:
  // Absolute path -> text.
  using Texts = std::map<std::string, std::string>;
  // `made`: modules that are in no file; they go before files of the same path. Null: none.
  explicit SourceCache(std::shared_ptr<const Texts> made = nullptr) { AddMade(std::move(made)); }
  void AddMade(std::shared_ptr<const Texts> made);

  // Lives as long as the cache.
  Result<std::string_view> Read(const std::string& path);
  // For tests and for code that is not in a file.
  void Add(const std::string& path, std::string text);
  bool Exists(const std::string& path);
  // The source map of a script that was read before; null when it has none. A map in a file of its
  // own is read when `may_read` allows it.
  std::shared_ptr<const SourceMap> MapOf(const std::string& path,
                                         const std::function<bool(const std::string&)>& may_read);

  // Every file that was read, or looked for in vain, as it looked then: what a change of would make
  // another worker. Ordered by path.
  std::vector<std::pair<std::string, FileStamp>> Seen();

 private:
  bool WasRead(const std::string& path);
  const std::string* FindMade(const std::string& path) const;  // REQUIRES: mutex_ is held

  std::mutex mutex_;
  std::vector<std::shared_ptr<const Texts>> made_;             // guarded by mutex_
  std::map<std::string, std::unique_ptr<std::string>> files_;  // guarded by mutex_
  std::map<std::string, FileStamp> seen_;                      // guarded by mutex_
  std::mutex maps_mutex_;  // taken before mutex_
  // Guarded by maps_mutex_; null where there is none.
  std::map<std::string, std::shared_ptr<const SourceMap>> maps_;
};

// What an import of a file gives.
enum class FileKind : uint8_t { kScript, kJson, kText, kData, kWasm, kUnknown };

struct MainScript {
  bool is_module = false;
  v8::Local<v8::Object> exports;  // the module's namespace object
};

class ModuleLoader {
 public:
  explicit ModuleLoader(Isolate& isolate) : isolate_(isolate) {}

  // Compiles and runs the worker. A file is a module when it imports or exports something (or is .mjs),
  // else a classic script. Names in stack traces are relative to `base_dir`. Failures are
  // texts with file:line:column and a code frame. REQUIRES: an EntryScope.
  // `before_classic` is called before a classic script runs.
  Result<MainScript> LoadMain(std::shared_ptr<SourceCache> sources, const std::string& base_dir,
                              const std::string& path,
                              const std::function<void()>& before_classic = {});
  // Runs one more file, which shares what it imports with the main one; a classic script is not run:
  // it would share the globals too. REQUIRES: LoadMain came first; an EntryScope.
  Result<MainScript> LoadModule(const std::string& path);
  // Compiles without running: for `sedge check`.
  Status CheckMain(std::shared_ptr<SourceCache> sources, const std::string& base_dir,
                   const std::string& path);

  // The main file may wait for timers and requests at its top level: LoadMain then returns before it
  // has come to its end, and loading() says when it has. For test files.
  void set_may_wait() { may_wait_ = true; }
  enum class Loading : uint8_t { kWaiting, kDone, kFailed };
  // `error` of one that failed: a text for the user. REQUIRES: an EntryScope.
  Loading loading(std::string* error);

  // That the worker was ended by force while it loaded: which limit it passed.
  Status TerminatedStatus();

  // Files that end in `extension` (".md") are of this kind, whatever they are otherwise. To be called
  // before LoadMain and CheckMain.
  void SetFileKind(const std::string& extension, FileKind kind) { kinds_[extension] = kind; }

  // What messages call the main file, where that is not what runs. To be called before LoadMain.
  void set_shown_main(const std::string& path) { shown_main_ = path; }

  // Makes `import ... from "specifier"` give the properties of `exports`. REQUIRES: an EntryScope.
  void AddBuiltinModule(const std::string& specifier, v8::Local<v8::Object> exports);

  // Asked for the exports of each module whose specifier is no path, before it counts as unknown: an
  // object, or undefined when there is no such module.
  using FindModule = std::function<v8::MaybeLocal<v8::Value>(std::string_view specifier)>;
  void set_builtin_modules(FindModule find) { find_builtin_ = std::move(find); }
  // Asked what to do about each error of loading; "": what is known here.
  using FindHint = std::function<std::string(const ScriptError& error)>;
  void set_hints(FindHint find) { find_hint_ = std::move(find); }

  // What the code was read from; null before it was.
  SourceCache* sources() { return sources_.get(); }
  // Line `line` (1-based) of the loaded file that stack traces call `name`; "" when unknown.
  std::string SourceLine(const std::string& name, int line);

  // Turns a place in what runs into the one in what its author wrote, by the file's source map, with
  // the text of that line where it is known. False, and nothing changed, when no map tells.
  bool ToOriginal(StackPlace& place, std::string* source_line);
  // The same for each line of a stack's text.
  std::string OriginalStack(std::string_view stack);
  // Path and text of the loaded file that stack traces call `name`; false when there is none.
  bool LoadedFile(const std::string& name, std::string* path, std::string* text);

  // Called once by the isolate.
  void ConfigureIsolate();

 private:
  struct Known {
    v8::Global<v8::Module> module;
    std::string path;
  };
  Result<MainScript> RunModule(v8::Local<v8::Module> module, v8::TryCatch& caught);
  Result<MainScript> RunClassic(v8::Local<v8::Script> script, v8::TryCatch& caught);
  // Compiles the main file as what it is; exactly one of the two is filled.
  Status CompileMain(const std::string& path, v8::Local<v8::Module>* module,
                     v8::Local<v8::Script>* script);
  // Fails when the main file cannot handle requests, as far as can be told without running it.
  Status CheckHandlers(const std::string& path, v8::Local<v8::Module> module,
                       v8::Local<v8::Script> script);
  void NoteStarted();
  // Where the import of `specifier` stands in `referrer`, for an error that has no place itself.
  void NoteImport(v8::Local<v8::Module> referrer, v8::Local<v8::String> specifier);
  void NotePlaceInJson(const std::string& path, std::string_view text, const std::string& why);
  Status ErrorStatus(v8::TryCatch& caught);
  // With the hint, where there is one.
  std::string TextOf(ScriptError error) const;
  // Each throws a JavaScript exception and returns empty on failure.
  v8::MaybeLocal<v8::Module> LoadFile(const std::string& path);
  v8::MaybeLocal<v8::Module> CompileSource(const std::string& path, std::string_view text);
  v8::Local<v8::Module> MakeSynthetic(const std::string& key, const std::string& name,
                                      v8::Local<v8::Object> exports);
  v8::MaybeLocal<v8::Value> ReadValue(const std::string& path, std::string_view text);
  FileKind KindOf(const std::string& path) const;
  v8::MaybeLocal<v8::Module> Resolve(const std::string& specifier, const std::string& referrer);
  // Whether a file may be loaded once the worker runs: when it lies in the worker's folder or in one
  // that a module was loaded from at start. Else code could read what it likes.
  bool IsAmongModules(const std::string& path) const;
  // The same before the worker runs.
  bool IsInFolders(const std::string& path) const;
  // The file that `specifier` means, or why there is none.
  Result<std::string> ResolvePath(const std::string& specifier, const std::string& referrer);

  std::string OriginalLine(const SourceMap& map, const SourceMap::Place& place);
  std::string RealToBase(const std::string& path) const;

  const std::string& PathOf(v8::Local<v8::Module> module);
  std::string DisplayName(const std::string& path) const;
  std::string PathOfDisplayName(const std::string& name) const;

  static v8::MaybeLocal<v8::Module> OnResolve(v8::Local<v8::Context> context,
                                              v8::Local<v8::String> specifier,
                                              v8::Local<v8::FixedArray> assertions,
                                              v8::Local<v8::Module> referrer);
  static v8::MaybeLocal<v8::Promise> OnDynamicImport(v8::Local<v8::Context> context,
                                                     v8::Local<v8::Data> host_options,
                                                     v8::Local<v8::Value> resource_name,
                                                     v8::Local<v8::String> specifier,
                                                     v8::Local<v8::FixedArray> assertions);
  static void OnImportMeta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                           v8::Local<v8::Object> meta);
  static v8::MaybeLocal<v8::Value> OnEvaluateSynthetic(v8::Local<v8::Context> context,
                                                       v8::Local<v8::Module> module);

  Isolate& isolate_;
  std::shared_ptr<SourceCache> sources_;
  std::string base_dir_;
  std::string shown_main_;  // "": the main file itself
  std::string main_;  // as messages show it
  std::vector<std::string> folders_;  // of modules that were loaded at start, each ending with "/"
  FindModule find_builtin_;
  FindHint find_hint_;
  bool started_ = false;
  bool may_wait_ = false;
  v8::Global<v8::Promise> waiting_;  // of the main file, while it loads
  StackPlace failed_at_;  // of the failure that ErrorStatus describes next; line 0: unknown
  std::map<std::string, FileKind> kinds_;  // by extension; besides the usual ones
  std::map<std::string, v8::Global<v8::Module>> by_path_;  // and builtin modules by specifier
  std::unordered_multimap<int, Known> by_hash_;
  // What synthetic modules export once they are evaluated: an object whose properties are the exports.
  std::unordered_multimap<int, std::pair<v8::Global<v8::Module>, v8::Global<v8::Object>>> values_;
};

}  // namespace sedge::script
