// SPDX-License-Identifier: Apache-2.0
#include "tests/wpt/script_builder.h"

#include <cstdio>
#include <random>
#include <regex>

namespace sedge::wpt {
namespace {

void ReplaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

std::string Uuid() {
  static std::mt19937_64 random(std::random_device{}());
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-8%03x-%012llx",
                static_cast<unsigned>(random() & 0xFFFFFFFF),
                static_cast<unsigned>(random() & 0xFFFF), static_cast<unsigned>(random() & 0xFFF),
                static_cast<unsigned>(random() & 0xFFF),
                static_cast<unsigned long long>(random() & 0xFFFFFFFFFFFF));
  return text;
}

std::string Substitution(const std::string& name, const ServerPorts& ports,
                         const std::string& path) {
  if (name == "ports[http][0]" || name == "location[port]") return std::to_string(ports.first);
  if (name == "ports[http][1]") return std::to_string(ports.second);
  if (name == "ports[https][0]") return std::to_string(ports.tls);
  if (name == "ports[https][1]") return std::to_string(ports.second_tls);
  if (name.starts_with("ports[")) return "1";  // nothing listens there
  if (name == "location[scheme]") return "http";
  if (name == "location[path]") return "/" + path;
  if (name == "uuid()") return Uuid();
  // get-host-info.sub.js takes 127.0.0.1 for the other host when this one is "localhost".
  if (name == "host" || name == "location[hostname]") return "localhost";
  if (name == "location[host]") return "localhost:" + std::to_string(ports.first);
  if (name == "location[server]") return "http://localhost:" + std::to_string(ports.first);
  return "127.0.0.1";  // hosts[...], domains[...]
}

// The statements that make a script's functions properties of the global object, as they are on a
// page.
std::string ExposeFunctions(const std::string& text) {
  static const std::regex declaration(R"((^|\n)(async )?function ?\*? ?([A-Za-z_$][\w$]*)\()");
  std::string out;
  for (std::sregex_iterator at(text.begin(), text.end(), declaration), end; at != end; ++at) {
    const std::string name = (*at)[3];
    out += "if (typeof " + name + " === \"function\") globalThis." + name + " = " + name + ";\n";
  }
  return out;
}

// Where strings are not code, idlharness.js cannot evaluate the expressions that a test gives it as
// strings: all that stand in its add_objects({...}) become functions, found by their text.
std::string ExpressionTable(const std::string& text) {
  static const std::regex block(R"(add_objects\(\{([\s\S]*?)\n\s*\}\s*\))");
  static const std::regex literal(R"('((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)\")");
  std::string table = "globalThis.wptExpressions = { __proto__: null,\n";
  for (std::sregex_iterator at(text.begin(), text.end(), block), end; at != end; ++at) {
    const std::string objects = (*at)[1];
    for (std::sregex_iterator one(objects.begin(), objects.end(), literal); one != end; ++one) {
      const std::string expression = (*one)[1].matched ? (*one)[1] : (*one)[2];
      // A key of the object that is no expression would be an error of syntax.
      if (expression.find_first_of("\\-") == std::string::npos) {
        table += (*one)[0].str() + ": () => (" + expression + "),\n";
      }
    }
  }
  return table + "};\n";
}

std::string ReadScript(const std::string& checkout, const std::string& path,
                       const ServerPorts& ports) {
  std::string text = ReadFile(checkout + "/" + path);
  if (text.empty()) text = "throw new Error(\"the checkout has no " + path + "\");";
  // The one URL that tests of interfaces' shapes fetch; they are run without patches.
  if (path == "resources/idlharness.js") {
    ReplaceAll(text, "'/interfaces/'", "location.origin + '/interfaces/'");
    ReplaceAll(text, "eval(desc)", "(typeof desc === 'string' ? wptExpressions[desc]() : desc)");
  }
  if (path == "wasm/resources/load_wasm.js") {
    // Some checkouts have this module in one place alone.
    ReplaceAll(text, "'/wasm/", "location.origin + '/wasm/webapi/resources/");
  }
  if (path.find(".sub.") != std::string::npos) text = Substitute(std::move(text), ports, path);
  return text;
}

// The scripts share a scope, as scripts of a page do; a scope is strict or not as a whole.
bool IsStrict(const std::string& text) {
  static const std::regex directive(
      R"(^(\s*(//[^\n]*\n|/\*[^*]*\*+([^/*][^*]*\*+)*/))*\s*['"]use strict['"])");
  return std::regex_search(text.substr(0, 2000), directive);
}

// Statements in a scope of their own, `this` being the global object.
std::string Scope(const std::string& statements) {
  return "(function () {\n" + statements + "\n}).call(globalThis);\n";
}

std::string UrlOf(const TestCase& test, const ServerPorts& ports) {
  std::string url = "http://localhost:" + std::to_string(ports.first) + "/" + test.path;
  url.replace(url.rfind(".js"), 3, test.is_worker_script ? ".html" : ".worker.html");
  return url + test.variant;
}

std::string Prelude(const TestCase& test, const ServerPorts& ports) {
  std::string prelude = ReadFile(SEDGE_SOURCE_DIR "/tests/wpt/prelude.js");
  ReplaceAll(prelude, "WPT_LOCATION", "\"" + UrlOf(test, ports) + "\"");
  // Tests of the interfaces' own shapes must see them as they are.
  const bool shapes = test.path.find("idlharness") != std::string::npos;
  ReplaceAll(prelude, "WPT_PATCH_URLS", shapes ? "false" : "true");
  // Errors name the script as it is called on a page.
  return prelude + "\n//# sourceURL=http://localhost:" + std::to_string(ports.first) + "/" +
         test.path + "\n";
}

std::string Reporter(int timeout_ms) {
  std::string reporter = ReadFile(SEDGE_SOURCE_DIR "/tests/wpt/reporter.js");
  ReplaceAll(reporter, "WPT_TIMEOUT_MS", std::to_string(timeout_ms));
  return reporter;
}

}  // namespace

std::string Substitute(std::string text, const ServerPorts& ports, const std::string& path) {
  std::string out;
  size_t at = 0;
  for (size_t open; (open = text.find("{{", at)) != std::string::npos;) {
    const size_t close = text.find("}}", open);
    if (close == std::string::npos) break;
    out.append(text, at, open - at);
    out += Substitution(text.substr(open + 2, close - open - 2), ports, path);
    at = close + 2;
  }
  return out.append(text, at);
}

std::string NamePorts(std::string text, const ServerPorts& ports) {
  ReplaceAll(text, ":" + std::to_string(ports.first), ":{{ports[http][0]}}");
  ReplaceAll(text, ":" + std::to_string(ports.second), ":{{ports[http][1]}}");
  ReplaceAll(text, ":" + std::to_string(ports.tls), ":{{ports[https][0]}}");
  ReplaceAll(text, ":" + std::to_string(ports.second_tls), ":{{ports[https][1]}}");
  return text;
}

std::string TestBody(const std::string& checkout, const TestCase& test, const ServerPorts& ports,
                     int timeout_ms) {
  std::string scripts;
  for (const std::string& path : test.scripts) {
    const std::string script = ReadScript(checkout, path, ports);
    scripts += script + "\n;\n" + ExposeFunctions(script);
  }
  std::string text = ReadScript(checkout, test.path, ports);
  if (test.is_worker_script) {
    text = std::regex_replace(text, std::regex(R"(importScripts\([^)]*\);?)"), "");
  }
  const std::string directive = IsStrict(text) ? "\"use strict\";\n" : "";
  return Scope(Prelude(test, ports)) + Scope(ReadFile(checkout + "/resources/testharness.js")) +
         Scope(Reporter(timeout_ms)) + "try {\n" +
         Scope(directive + scripts + ExpressionTable(text) + text) +
         "} catch (error) { setTimeout(() => { throw error; }); }\ndone();\n";
}

}  // namespace sedge::wpt
