// SPDX-License-Identifier: Apache-2.0
#include "tools/test/test_watch.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <utility>

#include "runtime/base/log.h"
#include "runtime/worker/start_engine.h"
#include "tools/cli.h"
#include "tools/test/discovery.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;

}  // namespace

TestWatch::TestWatch(const TestCommandOptions& options, Reporter& reporter)
    : options_(options), reporter_(reporter) {}

TestWatch::~TestWatch() = default;

TestWatch::Files TestWatch::AllFiles() const {
  const Result<std::vector<std::string>> files = FindTestFiles(options_.flags.paths);
  if (!files.ok()) {
    PrintError(files.status());
    return {};
  }
  return {files->begin(), files->end()};
}

int TestWatch::Run() {
  worker::StartEngine();  // before the loop's pool has threads
  Result<std::unique_ptr<loop::Loop>> loop = loop::Loop::Create();
  if (!loop.ok()) {
    PrintError(loop.status());
    return kExitFailed;
  }
  loop_ = std::move(loop).value();
  watch_ = std::make_unique<loop::FileWatch>(
      *loop_, [this](const std::vector<std::string>& changed) { OnChanged(changed); });
  const auto on_signal = [this](int number) { OnSignal(number); };
  if (!KeyTerminal::IsThere()) {
    signals_.reset(new loop::Signals(*loop_, {SIGINT, SIGTERM, SIGHUP}, on_signal));
  } else {
    signals_.reset(
        new loop::Signals(*loop_, {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT}, on_signal));
    keys_ = std::make_unique<KeyTerminal>(*loop_, [this](char key) { OnKey(key); });
  }
  Rewatch();
  Start(AllFiles());
  loop_->Run();
  signals_->Stop();
  keys_.reset();
  watch_.reset();
  signals_.reset();
  loop_.reset();
  return exit_;
}

void TestWatch::Start(Files files) {
  if (runner_) {
    pending_.merge(files);
    return;
  }
  runner_ = std::make_unique<TestRunner>(options_, reporter_);
  auto outcome = std::make_shared<TestRunOutcome>();
  loop_->RunBlocking(
      [runner = runner_.get(), outcome, files = std::vector(files.begin(), files.end())] {
        *outcome = runner->Run(files);
      },
      [this, outcome] { OnDone(std::move(*outcome)); });
}

void TestWatch::OnDone(TestRunOutcome outcome) {
  runner_.reset();
  exit_ = outcome.ok ? kExitOk : kExitFailed;
  if (quitting_) {
    loop_->Stop();
    return;
  }
  for (auto& [file, seen] : outcome.seen) {
    seen_[file] = std::move(seen);
    failed_.erase(file);
  }
  failed_.insert(outcome.failed.begin(), outcome.failed.end());
  configs_.insert(outcome.configs.begin(), outcome.configs.end());
  Rewatch();
  if (pending_.empty()) {
    std::fprintf(stderr, keys_ ? "Waiting for changes. Keys: a run all, f run what failed, q quit\n"
                               : "Waiting for changes.\n");
  }
  RunPending();
}

void TestWatch::RunPending() {
  if (!pending_.empty() && !runner_) Start(std::exchange(pending_, {}));
}

// A file that changed since it was read is told of at once.
void TestWatch::Rewatch() {
  loop::WatchSet set;
  std::map<std::string, const FileStamp*> files;
  for (const auto& [test, seen] : seen_) {
    for (const auto& [path, stamp] : seen) files.emplace(path, &stamp);
  }
  for (const std::string& path : configs_) files.emplace(path, nullptr);
  for (const auto& [path, stamp] : files) set.files.push_back({path, stamp});
  const std::vector<std::string> here = {"."};
  for (const std::string& path : options_.flags.paths.empty() ? here : options_.flags.paths) {
    std::error_code ignored;
    std::string absolute = fs::absolute(path, ignored).lexically_normal();
    if (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
    if (fs::is_directory(absolute, ignored)) set.folders.push_back(absolute);
  }
  set.wanted = [](const std::string& path) {
    return IsTestFile(fs::path(path).filename().string());
  };
  watch_->Watch(set);
  if (!watch_->problem().empty()) LogWarn(watch_->problem());
}

void TestWatch::OnChanged(const std::vector<std::string>& changed) {
  if (quitting_) return;
  const Files all = AllFiles();
  bool config_changed = false;
  Files wanted;
  for (const std::string& path : changed) {
    if (all.contains(path)) wanted.insert(path);
    bool is_module = false;
    for (const auto& [test, seen] : seen_) {
      for (const auto& [file, stamp] : seen) {
        if (file != path) continue;
        wanted.insert(test);
        is_module |= stamp.exists;
      }
    }
    // A script may decide about a configuration too, by being there.
    config_changed |= !is_module && configs_.contains(path);
  }
  if (config_changed) wanted = all;
  for (auto seen = seen_.begin(); seen != seen_.end();) {
    const bool gone = !all.contains(seen->first);
    if (gone) {
      failed_.erase(seen->first);
      wanted.erase(seen->first);
    }
    seen = gone ? seen_.erase(seen) : std::next(seen);
  }
  pending_.merge(wanted);
  RunPending();
}

void TestWatch::OnKey(char key) {
  switch (key) {
    case 'a': Start(AllFiles()); break;
    case 'f':
      if (!failed_.empty()) Start(failed_);
      break;
    case 'q': Quit(); break;
    default: break;
  }
}

void TestWatch::OnSignal(int number) {
  switch (number) {
    case SIGTSTP:  // as Ctrl-Z does by default, with the terminal as the shell expects it
      keys_->GiveBack();
      kill(getpid(), SIGSTOP);
      break;
    case SIGCONT: keys_->TakeIfForeground(); break;
    default: Quit(); break;
  }
}

void TestWatch::Quit() {
  if (std::exchange(quitting_, true)) return;
  signals_->Stop();  // a second one ends the process at once
  if (keys_) keys_->GiveBack();
  if (runner_) {
    runner_->Stop();
  } else {
    loop_->Stop();
  }
}

}  // namespace sedge::tools
