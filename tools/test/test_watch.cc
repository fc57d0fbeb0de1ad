// SPDX-License-Identifier: Apache-2.0
#include "tools/test/test_watch.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
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

std::string Absolute(const std::string& path) {
  std::error_code ignored;
  std::string absolute = fs::absolute(path, ignored).lexically_normal();
  if (absolute.size() > 1 && absolute.ends_with("/")) absolute.pop_back();
  return absolute;
}

}  // namespace

TestWatch::TestWatch(const TestCommandOptions& options, Reporter& reporter)
    : options_(options), reporter_(reporter) {
  if (!options.flags.output.empty()) outputs_.push_back(Absolute(options.flags.output));
  if (options.flags.coverage) outputs_.push_back(Absolute(options.coverage_dir));
  memory_ = std::make_shared<CommandMemory>(CommandMemory::Options{.ignored = outputs_});
}

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
  quiet_ = std::make_unique<loop::Timer>(*loop_, [this] {
    if (runner_ || quitting_ || !memory_->WantsFollowUp()) return;
    memory_->StartFollowUp();
    command_due_ = in_quiet_ = true;
    Start(AllFiles());
  });
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
  quiet_.reset();
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
  if (command_due_) files = AllFiles();  // any of them may use what it makes
  runs_all_ =
      std::ranges::all_of(seen_, [&](const auto& seen) { return files.contains(seen.first); });
  before_.clear();
  for (const auto& [test, seen] : seen_) {
    before_[test] = FileStamp::Of(test);
    for (const auto& [path, stamp] : seen) {
      if (!before_.contains(path)) before_[path] = FileStamp::Of(path);
    }
  }
  for (const std::string& test : files) before_.emplace(test, FileStamp::Of(test));
  PrepareOptions prepare;
  prepare.in_quiet = std::exchange(in_quiet_, false);
  prepare.run_build_command = std::exchange(command_due_, false);
  prepare.memory = memory_;
  runner_ = std::make_unique<TestRunner>(options_, reporter_, std::move(prepare));
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
  Take(std::move(outcome));
  Rewatch();
  DecideWhatToRun();
  if (pending_.empty()) {
    std::fprintf(stderr, keys_ ? "Waiting for changes. Keys: a run all, f run what failed, q quit\n"
                               : "Waiting for changes.\n");
  }
  RunPending();
  AwaitQuiet();
}

void TestWatch::AwaitQuiet() {
  if (!runner_ && memory_->WantsFollowUp()) quiet_->Start(CommandMemory::kQuietMs);
}

void TestWatch::Take(TestRunOutcome outcome) {
  for (auto& [file, seen] : outcome.seen) {
    seen_[file] = std::move(seen);
    failed_.erase(file);
  }
  for (const std::string& file : outcome.failed) {
    if (outcome.seen.contains(file)) continue;
    // It was not read at all: what it needs is what it needed before.
    auto& seen = seen_[file];
    if (seen.empty()) seen.emplace_back(file, FileStamp());
    for (auto& [path, stamp] : seen) stamp = before_[path];
  }
  failed_.insert(outcome.failed.begin(), outcome.failed.end());
  ProjectWatch& projects = outcome.projects;
  if (runs_all_) {
    configs_.clear();
    sources_.clear();
    trees_.clear();
  }
  // A run of some tests is no news for the others: what they know of a file stays.
  configs_.insert(projects.configs.begin(), projects.configs.end());
  sources_.insert(projects.sources.begin(), projects.sources.end());
  for (std::string& tree : projects.trees) {
    if (std::ranges::find(trees_, tree) == trees_.end()) trees_.push_back(std::move(tree));
  }
  for (std::string& path : memory_->TakeStale()) changed_.insert(std::move(path));
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
  for (const auto& [path, stamp] : configs_) files.emplace(path, &stamp);
  for (const auto& [path, stamp] : sources_) files.emplace(path, &stamp);
  for (const auto& [path, stamp] : files) set.files.push_back({path, stamp});
  const std::vector<std::string> here = {"."};
  for (const std::string& path : options_.flags.paths.empty() ? here : options_.flags.paths) {
    std::error_code ignored;
    const std::string absolute = Absolute(path);
    if (fs::is_directory(absolute, ignored)) set.folders.push_back(absolute);
  }
  set.folders.insert(set.folders.end(), trees_.begin(), trees_.end());
  set.wanted = [this](const std::string& path) {
    return IsTestFile(fs::path(path).filename().string()) ||
           (IsBelow(path, trees_) && !IsOutput(path));
  };
  CommandMemory::Watched watched;
  for (const auto& [path, stamp] : files) watched.files.emplace_back(path, *stamp);
  for (const auto& [path, stamp] : configs_) {
    if (IsConfiguration(path)) watched.configs.push_back(path);
  }
  memory_->Watch(watched);
  watch_->Watch(set);
  if (!watch_->problem().empty()) LogWarn(watch_->problem());
  if (std::exchange(watched_trees_, trees_) == trees_) return;
  for (const std::string& path : memory_->Changed()) {  // before they were watched
    if (!IsOutput(path)) Take(path);
  }
}

bool TestWatch::IsOutput(const std::string& path) const {
  return std::ranges::find(outputs_, path) != outputs_.end() || IsBelow(path, outputs_);
}

void TestWatch::OnChanged(const std::vector<std::string>& changed) {
  if (quitting_) return;
  for (const std::string& path : changed) {
    Take(path);
  }
  AwaitQuiet();
  if (runner_ || changed_.empty()) return;  // what runs may read them yet
  DecideWhatToRun();
  RunPending();
}

void TestWatch::Take(const std::string& path) {
  const CommandMemory::News what = memory_->Tell(path);
  if (what == CommandMemory::News::kNone || what == CommandMemory::News::kLater) return;
  changed_.insert(path);
  command_due_ |= what == CommandMemory::News::kDue;
}

// What has to run for what has changed since it was read.
void TestWatch::DecideWhatToRun() {
  if (changed_.empty()) return;
  const Files all = AllFiles();
  bool runs_all = false;
  for (const std::string& path : std::exchange(changed_, {})) runs_all |= DecideFor(path, all);
  if (runs_all || command_due_) pending_ = all;
  ForgetGone(all);
}

// True when all have to.
bool TestWatch::DecideFor(const std::string& path, const Files& all) {
  if (IsBelow(path, trees_)) return true;
  const FileStamp now = FileStamp::Of(path);
  const auto has_changed = [&](const FileStamp& read) {
    return !read.SameFile(now) || read.racy();
  };
  bool is_module = false, was_read = false;
  for (const auto& [test, seen] : seen_) {
    for (const auto& [file, stamp] : seen) {
      if (file != path) continue;
      is_module |= stamp.exists;
      was_read |= test == path;
      if (has_changed(stamp)) pending_.insert(test);
    }
  }
  if (all.contains(path) && !was_read) pending_.insert(path);
  const auto source = sources_.find(path);
  if (source != sources_.end() && has_changed(source->second)) return true;
  // A script may decide about a configuration too, by being there.
  const auto config = configs_.find(path);
  return !is_module && config != configs_.end() && has_changed(config->second);
}

// Test files that are there no more.
void TestWatch::ForgetGone(const Files& all) {
  std::erase_if(seen_, [&](const auto& seen) { return !all.contains(seen.first); });
  std::erase_if(failed_, [&](const std::string& test) { return !all.contains(test); });
  std::erase_if(pending_, [&](const std::string& test) { return !all.contains(test); });
}

void TestWatch::OnKey(char key) {
  if (key == 'a' || key == 'f') command_due_ |= memory_->failed();
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
