// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/error_hint.h"

#include <algorithm>
#include <regex>
#include <string_view>
#include <vector>

#include "runtime/worker/suggest.h"

namespace sedge::worker {
namespace {

// Longer lines are of bundled code, where nothing can be read off. std::regex recurses per
// character.
constexpr size_t kMaxLineBytes = 500;

std::vector<std::string_view> BindingNames(const WorkerConfig& config) {
  std::vector<std::string_view> names;
  for (const KvNamespaceConfig& ns : config.kv_namespaces) names.push_back(ns.binding);
  for (const VarConfig& var : config.vars) names.push_back(var.name);
  return names;
}

bool IsVar(const WorkerConfig& config, const std::string& name) {
  return std::any_of(config.vars.begin(), config.vars.end(),
                     [&](const VarConfig& var) { return var.name == name; });
}

bool IsKv(const WorkerConfig& config, const std::string& name) {
  return std::any_of(config.kv_namespaces.begin(), config.kv_namespaces.end(),
                     [&](const KvNamespaceConfig& ns) { return ns.binding == name; });
}

std::string KvSnippet(const WorkerConfig& config, const std::string& name) {
  if (config.source.ends_with(".toml")) {
    return "[[kv_namespaces]] with binding = \"" + name + "\" in " + config.source;
  }
  const std::string snippet = "\"kv_namespaces\": [{ \"binding\": \"" + name + "\" }]";
  const bool json = config.source.ends_with(".json") || config.source.ends_with(".jsonc");
  return snippet + " in " + (json ? config.source : "a wrangler.jsonc");
}

// "env.KV is undefined: ..." with what there is, and how one is added.
std::string NoBinding(const WorkerConfig& config, const std::string& name) {
  const std::vector<std::string_view> known = BindingNames(config);
  std::string text = "env." + name + " is undefined: the worker has no binding of this name";
  const std::string near = DidYouMean(name, known);
  if (!near.empty()) {
    text += near;
  } else if (known.empty()) {
    text += ", nor any other";
  } else {
    text += " (there are: ";
    for (size_t i = 0; i < known.size(); ++i) text += (i > 0 ? ", " : "") + std::string(known[i]);
    text += ")";
  }
  return text + (text.ends_with('?') ? " " : ". ") + "Add a KV namespace with --kv " + name +
         " or " + KvSnippet(config, name) + "; a variable with --var " + name +
         "=VALUE or in \"vars\".";
}

// The name behind "env." whose property is read on the line; "" when it cannot be told.
std::string EnvNameBefore(const std::string& property, const std::string& line) {
  static const std::regex path(
      R"(\benv(?:\??\.([A-Za-z_$][\w$]*)|\[["']([^"']+)["']\])\)?!?(?:\??\.\s*([A-Za-z_$][\w$]*)|\[))");
  for (std::sregex_iterator it(line.begin(), line.end(), path), end; it != end; ++it) {
    if ((*it)[3].matched && (*it)[3] != property) continue;
    return (*it)[1].matched ? (*it)[1] : (*it)[2];
  }
  return "";
}

std::string OfUndefined(const std::string& message, const std::string& line,
                        const WorkerConfig& config) {
  static const std::regex read(
      R"(^TypeError: Cannot read properties of undefined \(reading '(.*)'\))");
  std::smatch match;
  if (!std::regex_search(message, match, read)) return "";
  const std::string name = EnvNameBefore(match[1], line);
  if (name.empty() || IsKv(config, name) || IsVar(config, name)) return "";
  return NoBinding(config, name);
}

std::string OfNoFunction(const std::string& message, const WorkerConfig& config) {
  static const std::regex call(R"(^TypeError: (?:.*\b)?env\.([\w$]+)\.([\w$]+) is not a function)");
  std::smatch match;
  if (!std::regex_search(message, match, call)) return "";
  const std::string name = match[1];
  if (IsKv(config, name)) {
    return "env." + name + " is a KV namespace: it has get, getWithMetadata, put, delete and list.";
  }
  if (!IsVar(config, name)) return "";
  return "env." + name + " is a variable. For a KV namespace of this name write " +
         KvSnippet(config, name) + ", and take the variable away.";
}

struct Absent {
  std::string_view name;
  std::string_view hint;
};
constexpr Absent kAbsent[] = {
    {"process", "process is of Node.js: variables of a worker are in env, such as env.MODE."},
    {"Buffer", "Buffer is of Node.js: use Uint8Array, TextEncoder, and Uint8Array.fromBase64."},
    {"require",
     "require is of Node.js: use import; main modules that use it are bundled when "
     "they are named .cjs or import something."},
    {"module", "module.exports is of Node.js: use export default."},
    {"__dirname", "A worker has no file system; import files with import text from \"./x.txt\"."},
    {"window", "A worker has no window: its global object is globalThis."},
    {"document", "A worker has no document: it answers with text that it makes."},
    {"localStorage", "A worker has no localStorage: keep data in a KV namespace."},
    {"XMLHttpRequest", "Use fetch()."},
    {"caches", "sedge has no Cache API yet; docs/differences.md lists what is not there yet."},
    {"HTMLRewriter",
     "sedge has no HTMLRewriter yet; docs/differences.md lists what is not there yet."},
    {"WebSocketPair",
     "sedge has no WebSocket yet; docs/differences.md lists what is not there yet."},
    {"WebSocket", "sedge has no WebSocket yet; docs/differences.md lists what is not there yet."},
};

std::string OfReference(const std::string& message, const WorkerConfig& config) {
  static const std::regex reference(R"(^ReferenceError: ([\w$]+) is not defined)");
  std::smatch match;
  if (!std::regex_search(message, match, reference)) return "";
  const std::string name = match[1];
  if (IsKv(config, name) || IsVar(config, name)) {
    return "In a module, bindings are in the second argument of fetch(request, env, ctx): env." +
           name + ".";
  }
  for (const Absent& absent : kAbsent) {
    if (absent.name == name) return std::string(absent.hint);
  }
  const std::string near = DidYouMean(name, BindingNames(config));
  return near.empty() ? "" : "The worker has no binding " + name + near;
}

// What to return in place of what is no Response, as dispatch.js words it.
std::string OfNoResponse(const std::string& message) {
  if (message.find("did not resolve to 'Response'") == std::string::npos) return "";
  constexpr std::string_view kReturned = "The handler returned ";
  const size_t at = message.find(kReturned);
  if (at == std::string::npos) return "";
  const std::string_view what = std::string_view(message).substr(at + kReturned.size());
  if (what.starts_with("nothing")) {
    return "Every way through the handler ends with return new Response(...): look for a branch "
           "without return, or a call whose result is not returned.";
  }
  if (what.starts_with("a Request"))
    return "To answer with what it fetches: return fetch(request);";
  if (what.starts_with("an object")) return "To answer with JSON: return Response.json(object);";
  if (what.starts_with("a string")) return "To answer with a text: return new Response(text);";
  return "Write return new Response(...).";
}

// Words of tests, and the modules that have them: "sedge:test" has most.
constexpr std::string_view kRunners = "sedge:test vitest @jest/globals node:test";
constexpr std::string_view kSedge = "sedge:test";
constexpr std::string_view kPool = "sedge:test cloudflare:test";
struct TestWord {
  std::string_view name;
  std::string_view modules;  // the first one is advised to those who asked another
};
constexpr TestWord kTestWords[] = {
    {"test", kRunners},
    {"it", kRunners},
    {"describe", kRunners},
    {"suite", kRunners},
    {"expect", kRunners},
    {"beforeAll", kRunners},
    {"beforeEach", kRunners},
    {"afterEach", kRunners},
    {"afterAll", kRunners},
    {"onTestFinished", kRunners},
    {"onTestFailed", kRunners},
    {"mock", "sedge:test node:test"},
    {"jest", "@jest/globals sedge:test"},
    {"vi", "vitest sedge:test"},
    {"expectTypeOf", "vitest"},
    {"assertType", "vitest"},
    {"assert", "vitest"},
    {"xit", "@jest/globals"},
    {"xtest", "@jest/globals"},
    {"fit", "@jest/globals"},
    {"xdescribe", "@jest/globals"},
    {"fdescribe", "@jest/globals"},
    {"before", "node:test"},
    {"after", "node:test"},
    {"SELF", kPool},
    {"env", kPool},
    {"createExecutionContext", kPool},
    {"waitOnExecutionContext", kPool},
    {"fetchMock", "cloudflare:test"},
    {"seed", kSedge},
    {"clock", kSedge},
    {"worker", kSedge},
    {"settled", kSedge},
    {"captureConsole", kSedge},
    {"captureUncaught", kSedge},
    {"inspect", kSedge},
};

const TestWord* FindTestWord(std::string_view name) {
  for (const TestWord& word : kTestWords) {
    if (word.name == name) return &word;
  }
  return nullptr;
}

bool HasWord(std::string_view module, const TestWord& word) {
  return (" " + std::string(word.modules) + " ").find(" " + std::string(module) + " ") !=
         std::string::npos;
}

// import { jest } from "vitest"
std::string OfTestImport(const std::string& message) {
  static const std::regex missing(
      R"(^SyntaxError: The requested module '(sedge:test|cloudflare:test|vitest|@jest/globals|node:test)')"
      R"( does not provide an export named '([\w$]+)')");
  std::smatch match;
  if (!std::regex_search(message, match, missing)) return "";
  const std::string asked = match.str(1);
  const std::string name = match.str(2);
  const std::string list = "docs/test-library.md lists what each module has.";
  const TestWord* word = FindTestWord(name);
  std::string text;
  if (!word) {
    std::vector<std::string_view> known;
    for (const TestWord& one : kTestWords) {
      // Those of the module that was asked go first: of two that are as near the first is taken.
      known.insert(HasWord(asked, one) ? known.begin() : known.end(), one.name);
    }
    word = FindTestWord(NearestWord(name, known));
    if (!word) return list;
    text = "Did you mean " + std::string(word->name) + "? ";
  }
  const std::string from =
      HasWord(asked, *word) ? asked : std::string(word->modules.substr(0, word->modules.find(' ')));
  return text + "Write import { " + std::string(word->name) + " } from \"" + from + "\"; " + list;
}

}  // namespace

std::string HintForTest(const std::string& message, const std::string& source_line,
                        const WorkerConfig& config) {
  if (message.size() > kMaxLineBytes) return "";
  static const std::regex reference(R"(^ReferenceError: ([\w$]+) is not defined)");
  std::smatch match;
  if (std::regex_search(message, match, reference)) {
    const std::string name = match[1];
    if (const TestWord* const word = FindTestWord(name)) {
      const std::string from(
          HasWord(kSedge, *word) ? kSedge : word->modules.substr(0, word->modules.find(' ')));
      return "Tests import their words: import { " + name + " } from \"" + from + "\";";
    }
    if (name == "require") {
      return "Test files are ES modules: write import instead of require, for example "
             "import { test, expect } from \"sedge:test\";";
    }
  }
  // A folder may have tests for other runners too.
  if (message.find("no modules of Node.js") != std::string::npos) {
    return "Is this a test for Node.js? Run it with node --test, and name the files or folders of "
           "the workers' tests to sedge test.";
  }
  const std::string hint = OfTestImport(message);
  return hint.empty() ? HintFor(message, source_line, config) : hint;
}

std::string HintFor(const std::string& message, const std::string& source_line,
                    const WorkerConfig& config) {
  if (message.size() > kMaxLineBytes) return "";
  const std::string line = source_line.size() > kMaxLineBytes ? "" : source_line;
  std::string hint = OfUndefined(message, line, config);
  if (hint.empty()) hint = OfNoFunction(message, config);
  if (hint.empty()) hint = OfReference(message, config);
  if (hint.empty()) hint = OfNoResponse(message);
  return hint;
}

}  // namespace sedge::worker
