// SPDX-License-Identifier: Apache-2.0
#include "tools/cli.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "runtime/worker/suggest.h"

#ifndef SEDGE_VERSION
#error "SEDGE_VERSION is the project's version, given by the build"
#endif

namespace sedge::tools {
namespace {

constexpr const char* kDescription =
    "sedge runs Cloudflare Workers scripts unchanged, with KV inside, on every core, offline.";
constexpr const char* kExamples = R"(Examples:
  sedge serve                       serve the worker of this folder
  sedge serve worker.js --port 0    serve a script alone on any free port
  sedge dev                         serve it while you write it, with each change
  sedge check                       validate without running anything
  sedge kv key list --binding KV    what is in a KV namespace
  sedge serve --help                every flag of a command

Exit status: 0 fine, 1 the work failed, 2 wrong usage.)";

std::vector<std::string> FlagNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// "unknown flag --prot; did you mean --port?", or all that there are.
std::string UnknownWord(const char* kind, const std::string& word,
                        const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string hint = worker::DidYouMean(word, views);
  return std::string("unknown ") + kind + " " + word +
         (hint.empty() ? "; there are: " + Join(known) : hint);
}

// What stayed unread, as a message; empty when all was read.
std::string DescribeExtras(const CLI::App& app) {
  for (const std::string& extra : app.remaining()) {
    if (extra == "--") continue;
    if (extra.size() > 1 && extra.front() == '-') {
      return UnknownWord("flag", extra.substr(0, extra.find('=')), FlagNames(app));
    }
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
    if (names.empty()) return "unexpected argument \"" + extra + "\"";
    return UnknownWord("command", extra, names);
  }
  return {};
}

// CLI11's "--port: 1 required TEXT missing" in our words.
std::string DescribeParseError(const CLI::ParseError& error) {
  const std::string what = error.what();
  const size_t colon = what.find(": ");
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch) &&
      what.starts_with("--") && colon != std::string::npos) {
    return what.substr(0, colon) + " needs a value";
  }
  return what;
}

// The words after the program's name. "--preview false" is one flag with its value, as wrangler has
// it; CLI11 wants a "=" there.
std::vector<std::string> WordsOf(int argc, const char* const* argv) {
  std::vector<std::string> words;
  bool literal = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!literal && !words.empty() && words.back() == "--preview" &&
        (word == "true" || word == "false")) {
      words.back() += "=" + word;
      continue;
    }
    literal |= word == "--";
    words.push_back(word);
  }
  return words;
}

const CLI::App& Innermost(const CLI::App& root) {
  const auto chosen = root.get_subcommands();
  return chosen.empty() ? root : Innermost(*chosen.front());
}

// Extras are ours to describe, so that a near miss gets a suggestion.
void AllowExtras(CLI::App& app) {
  app.allow_extras();
  for (CLI::App* command : app.get_subcommands({})) AllowExtras(*command);
}

std::string FullName(const CLI::App& app) {
  return app.get_parent() ? FullName(*app.get_parent()) + " " + app.get_name() : app.get_name();
}

// Nothing of ours throws; of what it stands on, something may, such as for want of memory.
int RunGuarded(const CommandRun& run) {
  try {
    return run();
  } catch (const std::exception& error) {
    PrintError(Internal(std::string("this failed in a way that is not foreseen: ") + error.what() +
                        "; please report it, with what you did"));
  } catch (...) {
    PrintError(
        Internal("this failed in a way that is not foreseen; please report it, with what "
                 "you did"));
  }
  return kExitFailed;
}

}  // namespace

int RunCli(int argc, const char* const* argv, const std::vector<AddCommand>& commands) {
  CLI::App root(kDescription, "sedge");
  CommandRun run;
  root.footer(kExamples);
  root.set_version_flag("--version", "sedge " SEDGE_VERSION, "Print the version");
  for (const AddCommand& add : commands) add(root, run);
  AllowExtras(root);
  try {
    std::vector<std::string> words = WordsOf(argc, argv);
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    root.parse(std::move(words));
  } catch (const CLI::Success& success) {  // --help, --version
    return root.exit(success);
  } catch (const CLI::ParseError& error) {
    const CLI::App& at = Innermost(root);
    const std::string extras = DescribeExtras(at);
    return PrintUsageError(FullName(at), extras.empty() ? DescribeParseError(error) : extras);
  }
  for (const CLI::App* app = &Innermost(root); app; app = app->get_parent()) {
    const std::string extras = DescribeExtras(*app);
    if (!extras.empty()) return PrintUsageError(FullName(*app), extras);
  }
  if (!run) {
    std::fputs(root.help().c_str(), stderr);  // of the innermost command
    return kExitUsage;
  }
  return RunGuarded(run);
}

void PrintError(const Status& status) {
  std::fprintf(stderr, "sedge: %s\n", std::string(status.message()).c_str());
}

int PrintUsageError(const std::string& command, const std::string& message) {
  std::fprintf(stderr, "%s: %s\nTry: %s --help\n", command.c_str(), message.c_str(),
               command.c_str());
  return kExitUsage;
}

bool WantsColor(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return isatty(fd) == 1 && !(no_color && *no_color) && !(term && std::string_view(term) == "dumb");
}

void AddVersionCommand(CLI::App& root, CommandRun& run) {
  CLI::App* command = root.add_subcommand("version", "Print the version");
  command->callback([&run] {
    run = [] {
      std::puts("sedge " SEDGE_VERSION);
      return static_cast<int>(kExitOk);
    };
  });
}

}  // namespace sedge::tools
