// SPDX-License-Identifier: Apache-2.0
// EntryScope: the only way into JavaScript. Enters isolate and context, opens a handle scope, marks
// the run, and, when the outermost one ends, runs the microtasks. Nested scopes only nest. A
// stack object on the isolate's thread.
#pragma once

#include "runtime/script/isolate.h"

namespace sedge::script {

class EntryScope {
 public:
  // JavaScript that runs in here works for `request` (0: for none).
  explicit EntryScope(Isolate& isolate, uint64_t request = 0)
      : isolate_(isolate),
        isolate_scope_(isolate.v8()),
        handles_(isolate.v8()),
        context_(isolate.context()),
        context_scope_(context_),
        outer_request_(isolate.current_request()) {
    // Outside of all entries there is no request, and V8 carries none.
    if (request != 0 || isolate.entry_depth() > 0 || isolate.carries_no_request()) {
      isolate.set_current_request(request);
    }
    if (isolate.entry_depth()++ > 0) return;
    isolate.mark().Enter();
  }

  ~EntryScope() {
    if (isolate_.entry_depth() == 1) Leave();
    --isolate_.entry_depth();
    if (isolate_.current_request() != 0 || isolate_.entry_depth() > 0) {
      isolate_.set_current_request(outer_request_);
    }
  }
  EntryScope(const EntryScope&) = delete;
  EntryScope& operator=(const EntryScope&) = delete;

  v8::Local<v8::Context> context() const { return context_; }
  v8::Isolate* v8() const { return isolate_.v8(); }

  // Runs what is queued now: between the requests of one entry, so that each answers as early as
  // it can and CPU time is blamed on the right one. No-op in a nested scope.
  void RunMicrotasks();
  // Nothing ran since RunMicrotasks: the destructor need not do it.
  void set_is_through() { is_through_ = true; }
  // When JavaScript was ended by force: notes that the current request did it, and makes the
  // isolate able to run again. Done by the destructor too.
  void SettleTermination();

 private:
  void Leave();

  Isolate& isolate_;
  v8::Isolate::Scope isolate_scope_;
  v8::HandleScope handles_;
  v8::Local<v8::Context> context_;
  v8::Context::Scope context_scope_;
  uint64_t outer_request_;
  bool is_through_ = false;
};

}  // namespace sedge::script
