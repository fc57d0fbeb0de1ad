// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/worker_isolate.h"

#include <filesystem>

#include "runtime/base/log.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/error.h"
#include "runtime/script/result.h"
#include "runtime/worker/error_hint.h"
#include "runtime/worker/error_page.h"

namespace sedge::worker {
namespace {

v8::Local<v8::Value> Utf8(v8::Isolate* isolate, std::string_view text) {
  v8::Local<v8::Value> value;
  if (!script::Utf8ToV8(isolate, text).ToLocal(&value)) return v8::String::Empty(isolate);
  return value;
}

// The loop's pool as services see it.
web::CryptoService::RunBlocking PoolOf(loop::Loop& loop) {
  return [&loop](std::function<void()> work, std::function<void()> done) {
    loop.RunBlocking(std::move(work), std::move(done));
  };
}

// The same, with a count of what is not over.
web::CryptoService::RunBlocking CountingPoolOf(loop::Loop& loop, std::shared_ptr<size_t> running) {
  return [&loop, running](std::function<void()> work, std::function<void()> done) {
    ++*running;
    loop.RunBlocking(std::move(work), [running, done = std::move(done)] {
      --*running;
      done();
    });
  };
}

// A file as errors name it.
std::string Shown(const std::string& path, const std::string& base_dir) {
  const std::filesystem::path relative = std::filesystem::path(path).lexically_relative(base_dir);
  return relative.empty() || *relative.begin() == ".." ? path : relative.string();
}

}  // namespace

void SetUpLoader(const WorkerConfig& config, script::ModuleLoader& modules) {
  for (const ModuleRule& rule : config.build.rules) {
    modules.SetFileKind(rule.extension, rule.type == ModuleType::kText   ? script::FileKind::kText
                                        : rule.type == ModuleType::kData ? script::FileKind::kData
                                                                         : script::FileKind::kWasm);
  }
  modules.set_shown_main(config.bundled_from);
}

Result<std::unique_ptr<WorkerIsolate>> WorkerIsolate::Create(
    const WorkerSpec& spec, loop::Loop& loop, http::Client& client,
    const std::vector<ListenAddress>& listening, const NoteLoading& note) {
  std::unique_ptr<WorkerIsolate> self(new WorkerIsolate(spec, loop, client));
  self->outbound_.set_listening(listening);
  Status status = self->Start(note);
  if (status.ok()) return self;
  if (note) note(nullptr);
  return status;
}

WorkerIsolate::WorkerIsolate(const WorkerSpec& spec, loop::Loop& loop, http::Client& client)
    : spec_(spec),
      loop_(loop),
      incoming_(bodies_, *this),
      log_{spec.log_name, spec.log_sink},
      cf_{spec.cf, spec.cf_of},
      event_limit_{spec.config->limits.event_bytes},
      kv_{spec.store, spec.test_host ? CountingPoolOf(loop, kv_operations_) : PoolOf(loop),
          spec.eventual},
      crypto_(
          PoolOf(loop), [&loop](std::function<void()> task) { loop.Post(std::move(task)); },
          spec.config->limits.pbkdf2_iterations),
      outbound_(loop, client, *spec.options, *spec.config, spec.outbound.get(), incoming_) {}

WorkerIsolate::~WorkerIsolate() {
  for (http::Exchange* exchange : ready_) exchange->Release();
}

Status WorkerIsolate::Start(const NoteLoading& note) {
  script::IsolateOptions options;
  options.memory_bytes = spec_.config->limits.memory_bytes;
  options.cpu_ms = spec_.config->limits.cpu_ms;
  SEDGE_ASSIGN_OR_RETURN(isolate_, script::Isolate::Create(options));
  timers_ = std::make_unique<web::TimerService>(loop_, *isolate_, *spec_.clock);
  bodies_.set_loop(&loop_);
  bodies_.set_add_callback([this](SlotId body) {
    if (incoming_.NoteBody(isolate_->continuation_request(), body)) return;
    loop_.Post([this, body, life = isolate_->life()] {
      if (*life) bodies_.Abandon(body);
    });
  });
  isolate_->SetService(&bodies_);
  isolate_->SetService(&incoming_);
  isolate_->SetService(&log_);
  isolate_->SetService(&cf_);
  isolate_->SetService(&event_limit_);
  isolate_->SetService(&kv_);
  isolate_->SetService(&crypto_);
  isolate_->SetService(timers_.get());
  isolate_->SetService<web::FetchService>(spec_.fetches ? spec_.fetches : &outbound_);
  isolate_->SetService(&loop_);
  isolate_->SetService(this);
  if (spec_.is_test) {
    isolate_->SetService(spec_.test_host);
    isolate_->CarryNoRequest();
  }
  if (note) note(this);
  SEDGE_RETURN_IF_ERROR(LoadWorker());
  InstallRejectionFlush();
  return {};
}

Status WorkerIsolate::LoadWorker() {
  script::EntryScope scope(*isolate_);
  v8::Isolate* v8 = scope.v8();
  v8::TryCatch caught(v8);
  if (isolate_->CallHook("prepare", {Utf8(v8, spec_.bindings)}).IsEmpty()) {
    return Internal(script::DescribeException(v8, scope.context(), caught).ToText());
  }
  if (spec_.before_load) spec_.before_load(*isolate_);
  if (spec_.is_test) {
    isolate_->modules().set_may_wait();
    isolate_->modules().set_builtin_modules([this](std::string_view specifier) {
      return isolate_->CallHook("testModule", {Utf8(isolate_->v8(), specifier)});
    });
  }
  isolate_->modules().set_hints([this](const script::ScriptError& error) {
    const auto hint = spec_.is_test ? HintForTest : HintFor;
    return hint(error.message, error.source_line, *spec_.config);
  });
  SetUpLoader(*spec_.config, isolate_->modules());
  SEDGE_ASSIGN_OR_RETURN(
      const script::MainScript main,
      isolate_->modules().LoadMain(spec_.sources, spec_.config->base_dir, spec_.config->main,
                                   [&] { isolate_->CallHook("exposeBindings").IsEmpty(); }));
  return spec_.is_test ? Status() : StartHandler(main, spec_.config->main);
}

Result<bool> WorkerIsolate::StartModule(const std::string& main) {
  script::EntryScope scope(*isolate_);
  SEDGE_ASSIGN_OR_RETURN(const script::MainScript script, isolate_->modules().LoadModule(main));
  if (!script.is_module) return false;
  SEDGE_RETURN_IF_ERROR(StartHandler(script, main));
  return true;
}

Status WorkerIsolate::StartHandler(const script::MainScript& main, const std::string& path) {
  v8::Isolate* v8 = isolate_->v8();
  v8::TryCatch caught(v8);
  v8::Local<v8::Value> exported = v8::Undefined(v8);
  if (main.is_module) exported = main.exports;
  v8::Local<v8::Value> wrong;
  const bool started = isolate_->CallHook("start", {exported}).ToLocal(&wrong);
  if (isolate_->terminating()) return isolate_->modules().TerminatedStatus();
  if (!started) {
    return InvalidArgument(script::DescribeException(v8, isolate_->context(), caught).ToText());
  }
  if (wrong->IsString()) {
    const std::string& from = spec_.config->bundled_from;
    const bool as_given = from.empty() || path != spec_.config->main;
    return InvalidArgument(Shown(as_given ? path : from, spec_.config->base_dir) + ": " +
                           *v8::String::Utf8Value(v8, wrong));
  }
  dispatch_hook_ = isolate_->NewHook("dispatch");
  return {};
}

void WorkerIsolate::InstallRejectionFlush() {
  // Unhandled rejections are told once the microtasks have run; telling may make more of both.
  isolate_->set_after_microtasks([this] {
    v8::Isolate* v8 = isolate_->v8();
    for (bool more = isolate_->take_rejections(); more;) {
      v8::TryCatch ignored(v8);
      v8::Local<v8::Value> told;
      if (!isolate_->CallHook("flushRejections").ToLocal(&told)) return;
      script::RunMicrotasks(v8);
      more = told->IsTrue() || isolate_->take_rejections();
    }
  });
}

void WorkerIsolate::RunReady() {
  // Answering one may make the next of its connection ready: those wait for the next turn of the
  // loop.
  batch_.swap(ready_);
  {
    // One entry for the whole turn; what is per request is its handles, its microtasks and its
    // errors.
    script::EntryScope scope(*isolate_);
    for (size_t i = 0; i < batch_.size(); ++i) {
      if (isolate_->termination() != script::Termination::kNone) {
        ready_.push_back(batch_[i]);  // for the isolate that replaces this one
        continue;
      }
      Dispatch(batch_[i], dispatch_hook_, scope);
    }
    scope.set_is_through();
  }
  batch_.clear();
  CheckTermination();
}

ServerState WorkerIsolate::State() const {
  ServerState state;
  state.requests = incoming_.size() + ready_.size();
  state.bodies = bodies_.size();
  state.fetches = outbound_.running_count();
  state.isolates = 1;
  return state;
}

void WorkerIsolate::DispatchNow(http::Exchange* exchange, Target target) {
  {
    script::EntryScope scope(*isolate_);
    if (target == Target::kMocks && !mock_hook_) mock_hook_ = isolate_->NewHook("dispatchMock");
    Dispatch(exchange, target == Target::kMocks ? *mock_hook_ : dispatch_hook_, scope);
  }
  CheckTermination();
}

void WorkerIsolate::Dispatch(http::Exchange* exchange, size_t hook, script::EntryScope& scope) {
  if (exchange->aborted()) {
    exchange->Release();
    return;
  }
  const SlotId id = incoming_.Add(exchange);
  if (id == 0) {
    http::ResponseHead head;
    head.status = 503;
    exchange->Respond(head, "too many requests are being worked on\n").ok();
    exchange->Release();
    return;
  }
  v8::HandleScope handles(scope.v8());
  v8::TryCatch caught(scope.v8());
  v8::Local<v8::Value> args[] = {
      v8::Number::New(scope.v8(), static_cast<double>(id)),
      v8::Integer::New(scope.v8(), web::IncomingRequests::MethodNumber(exchange->head().method))};
  isolate_->set_current_request(id, scope.context(), args[0]);
  const bool failed =
      isolate_->HookAt(hook)->Call(scope.context(), v8::Undefined(scope.v8()), 2, args).IsEmpty();
  if (failed && !caught.HasTerminated()) {
    // dispatch() catches what handlers throw: this is a bug of a builtin, or V8's stack is
    // exhausted.
    const script::ScriptError error =
        script::DescribeException(scope.v8(), scope.context(), caught);
    LogError(error.ToText());
    RespondWithPage(incoming_, id, PageFor(error));
  }
  scope.RunMicrotasks();
  // Before the request is another one: a termination is this one's.
  scope.SettleTermination();
}

bool WorkerIsolate::CheckTermination() {
  const script::Termination why = isolate_->termination();
  if (why == script::Termination::kNone) return false;
  if (why == script::Termination::kMemory) {
    for (const SlotId id : incoming_.Unanswered()) AnswerTerminated(id);
  } else {
    for (const SlotId id : isolate_->TakeTerminatedRequests()) {
      AnswerTerminated(id);
      bodies_.FailPipesOf(id, "the worker was ended by force");
      incoming_.EndAllWaits(id);
    }
  }
  return true;
}

void WorkerIsolate::AnswerTerminated(SlotId id) {
  const Limits& limits = spec_.config->limits;
  ErrorPage page;
  page.live_token = spec_.live_token;
  page.status = 503;
  if (isolate_->termination() == script::Termination::kMemory) {
    page.title = "Worker exceeded its memory limit of " +
                 std::to_string(limits.memory_bytes >> 20) + " MB (limits.memory_mb)";
    page.detail =
        "Stream large bodies instead of buffering them, or raise limits.memory_mb in the "
        "configuration.";
  } else if (isolate_->termination() == script::Termination::kShutdown) {
    page.title = "The server is shutting down";
    if (ended_for_reload_) {
      page.title = "The handler computed on and was ended for the reload";
    }
  } else {
    page.title = "Worker exceeded its CPU time limit of " + std::to_string(limits.cpu_ms) +
                 " ms (limits.cpu_ms)";
    page.detail =
        "The handler ran without yielding for too long. Raise limits.cpu_ms in the configuration "
        "if it must.";
  }
  if (spec_.log_sink) {
    spec_.log_sink->OnHandlerError(spec_.log_name, page.title);
  } else {
    LogError(page.title, {{"worker", spec_.config->name}, {"request", incoming_.Label(id)}});
  }
  RespondWithPage(incoming_, id, page);
}

void WorkerIsolate::RespondWithError(SlotId id, v8::Local<v8::Value> error) {
  script::ScriptError described = script::DescribeError(isolate_->v8(), isolate_->context(), error);
  // The error is that memory ran out, or describing it was: CheckTermination answers.
  if (isolate_->terminating()) return;
  const std::string request = incoming_.Label(id);
  described.hint = HintFor(described.message, described.source_line, *spec_.config);
  std::string text = described.stack.empty() ? described.ToText() : described.stack;
  if (!described.stack.empty()) {
    const std::string frame = described.CodeFrame();
    if (!frame.empty()) text += "\n" + frame;
    if (!described.hint.empty()) text += "\n  " + described.hint;
  }
  if (spec_.log_sink) {
    spec_.log_sink->OnHandlerError(spec_.log_name, text);
  } else if (incoming_.client_gone(id)) {
    LogDebug("a request failed whose client is gone", {{"request", request}, {"why", text}});
  } else {
    LogError(text, {{"request", request}});
  }
  ErrorPage page = PageFor(described);
  page.live_token = spec_.live_token;
  RespondWithPage(incoming_, id, page);
}

void WorkerIsolate::ReportBodyFailure(SlotId, v8::Local<v8::Value> error) {
  const script::ScriptError described =
      script::DescribeError(isolate_->v8(), isolate_->context(), error);
  LogDebug("a response's stream ended early", {{"why", described.message}});
}

void WorkerIsolate::TellOfRequest(std::string_view hook, SlotId id) {
  script::EntryScope scope(*isolate_, id);
  v8::TryCatch ignored(scope.v8());
  isolate_->CallHook(hook, {v8::Number::New(scope.v8(), static_cast<double>(id))}).IsEmpty();
}

void WorkerIsolate::OnResponseSent(SlotId id) {
  loop_.Post([this, id, life = isolate_->life()] {
    if (*life) TellOfRequest("responseSent", id);
  });
}

void WorkerIsolate::OnClientGone(SlotId id) {
  TellOfRequest("clientGone", id);
  if (!incoming_.waits(id)) outbound_.CancelFor(id);
  // Later: the connection that tells this is still at work with its exchange.
  loop_.Post([this, id, life = isolate_->life()] {
    if (*life) incoming_.Detach(id);
  });
}

}  // namespace sedge::worker
