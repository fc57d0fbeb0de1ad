// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/deferred.h"

#include "runtime/script/entry_scope.h"

namespace sedge::script {

Deferred Deferred::Create(Isolate& isolate) {
  Deferred deferred;
  v8::Local<v8::Promise::Resolver> resolver;
  // Fails when the isolate is being terminated: the op's caller does not run on either.
  if (!v8::Promise::Resolver::New(isolate.context()).ToLocal(&resolver)) return deferred;
  deferred.id_ = isolate.resolvers().Insert(
      v8::Global<v8::Promise::Resolver>(isolate.v8(), resolver));
  deferred.life_ = isolate.life();
  deferred.request_ = isolate.continuation_request();
  return deferred;
}

v8::Local<v8::Promise> Deferred::promise(Isolate& isolate) const {
  v8::Global<v8::Promise::Resolver>* resolver = isolate.resolvers().Find(id_);
  return resolver ? resolver->Get(isolate.v8())->GetPromise() : v8::Local<v8::Promise>();
}

void Deferred::ResolveWith(
    const std::function<v8::MaybeLocal<v8::Value>(Isolate&)>& make) const {
  Isolate* isolate = this->isolate();
  if (!isolate) return;
  std::optional<v8::Global<v8::Promise::Resolver>> taken = isolate->resolvers().Remove(id_);
  if (!taken) return;
  EntryScope scope(*isolate, request_);
  v8::Local<v8::Promise::Resolver> resolver = taken->Get(scope.v8());
  v8::TryCatch caught(scope.v8());
  v8::Local<v8::Value> value;
  if (make(*isolate).ToLocal(&value)) {
    // Resolving asks an object for `then`, which scripts can give to all arrays.
    if (value->IsArray()) {
      value.As<v8::Object>()->SetPrototype(scope.context(), v8::Null(scope.v8())).IsNothing();
    }
    resolver->Resolve(scope.context(), value).IsNothing();
  } else if (caught.HasCaught() && !caught.HasTerminated()) {
    v8::Local<v8::Value> exception = caught.Exception();
    caught.Reset();
    resolver->Reject(scope.context(), exception).IsNothing();
  }
}

void Deferred::ResolveUndefined() const {
  ResolveWith([](Isolate& isolate) -> v8::MaybeLocal<v8::Value> {
    return v8::Undefined(isolate.v8()).As<v8::Value>();
  });
}

void Deferred::Reject(const Status& status) const {
  Isolate* isolate = this->isolate();
  if (!isolate) return;
  std::optional<v8::Global<v8::Promise::Resolver>> taken = isolate->resolvers().Remove(id_);
  if (!taken) return;
  EntryScope scope(*isolate, request_);
  taken->Get(scope.v8())->Reject(scope.context(), StatusToError(*isolate, status)).IsNothing();
}

}  // namespace sedge::script
