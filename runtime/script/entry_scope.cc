// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/entry_scope.h"

namespace sedge::script {

void EntryScope::RunMicrotasks() {
  if (isolate_.entry_depth() != 1) return;
  if (isolate_.v8()->IsExecutionTerminating()) return;
  sedge::script::RunMicrotasks(isolate_.v8());
  if (isolate_.after_microtasks()) isolate_.after_microtasks()();
}

void EntryScope::Leave() {
  if (!is_through_) RunMicrotasks();
  isolate_.mark().Leave();
  SettleTermination();
}

void EntryScope::SettleTermination() {
  // A termination ends what ran in this entry and nothing else: later entries (to report it, to let
  // other requests finish) must be able to run.
  if (isolate_.termination() != Termination::kNone) isolate_.SettleTermination();
}

}  // namespace sedge::script
