// SPDX-License-Identifier: Apache-2.0
// Ops: C++ functions that builtins call. An op is a free function with plain types:
//
//   Result<std::string> UrlSerialize(UrlService& urls, std::string_view input, uint32_t flags);
//   const OpDef kOps[] = {Op<UrlSerialize>("urlSerialize")};
//
// Parameters, in order, are converted from JavaScript's arguments (see param.h):
//   bool  int32_t  uint32_t  double  uint64_t (a slot id)  std::string_view (UTF-8)  Latin1View
//   ByteSpan / std::span<uint8_t> (view or buffer; valid during the call)  std::optional<T>
//   v8::Local<v8::Value|Object|Function|...>  Native<T> (native.h; also a result)
// and these take no argument:
//   Isolate&      the isolate
//   Deferred      the op returns a promise, which this settles
//   SomeService&  a service registered with Isolate::SetService (its absence is an error)
//   (an array that its promise is resolved with has no prototype: it is for builtins, not for
//   scripts)
// Results (see result.h): void bool numbers std::string (UTF-8) Latin1String Bytes (-> Uint8Array)
//   std::optional<T> (-> null) std::vector<T> (-> Array) v8::Local<T>, or Result<any of them>,
//   whose failure is thrown as TypeError (kInvalidArgument), RangeError (kOutOfRange) or Error.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "runtime/script/deferred.h"
#include "runtime/script/isolate.h"
#include "runtime/script/param.h"
#include "runtime/script/result.h"
#include "runtime/script/v8_compat.h"

namespace sedge::script {

struct OpDef {
  const char* name;
  v8::FunctionCallback callback;
};

namespace internal {

template <typename T>
inline constexpr bool kTakesArgument = ParamTraits<T>::kTakesArgument;

// The index in JavaScript's arguments of parameter `i`.
template <size_t i, typename... P>
constexpr int ArgumentIndex() {
  constexpr bool takes[] = {kTakesArgument<P>..., false};
  int index = 0;
  for (size_t k = 0; k < i; ++k) index += takes[k] ? 1 : 0;
  return index;
}

template <typename... P>
constexpr bool HasDeferred() {
  return (std::is_same_v<std::remove_cvref_t<P>, Deferred> || ...);
}

// One converted argument. Slots are bases of one object, so that none is moved: storage of strings
// stays where the views point.
template <size_t i, typename P, int argument>
struct ParamSlot {
  ParamSlot(Isolate& isolate, const v8::FunctionCallbackInfo<v8::Value>& info)
      : param(isolate, info, argument) {}
  ParamTraits<P> param;
};

template <typename Sequence, typename... P>
struct ParamSlots;
template <size_t... I, typename... P>
struct ParamSlots<std::index_sequence<I...>, P...> : ParamSlot<I, P, ArgumentIndex<I, P...>()>... {
  ParamSlots(Isolate& isolate, const v8::FunctionCallbackInfo<v8::Value>& info)
      : ParamSlot<I, P, ArgumentIndex<I, P...>()>(isolate, info)... {}
  bool AllOk() { return (ParamSlot<I, P, ArgumentIndex<I, P...>()>::param.status().ok() && ...); }
  Status FirstError() {
    Status bad;
    (void)((bad = ParamSlot<I, P, ArgumentIndex<I, P...>()>::param.status(), bad.ok()) && ...);
    return bad;
  }
  template <typename Fn>
  decltype(auto) Call(Fn fn) {
    return fn(ParamSlot<I, P, ArgumentIndex<I, P...>()>::param.get()...);
  }
};

template <auto fn, typename R, typename... P>
void Invoke(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Isolate& isolate = *Isolate::From(info.GetIsolate());
  ParamSlots<std::index_sequence_for<P...>, P...> params(isolate, info);
  if (!params.AllOk()) [[unlikely]] {
    ThrowStatus(isolate, params.FirstError());
    return;
  }
  if constexpr (HasDeferred<P...>() && std::is_same_v<R, Status>) {
    // The promise is the return value already: Deferred's ParamTraits put it there.
    if (Status status = params.Call(fn); !status.ok()) ThrowStatus(isolate, status);
  } else if constexpr (std::is_void_v<R>) {
    params.Call(fn);
  } else {
    static_assert(!HasDeferred<P...>(), "an op with a Deferred returns void or Status");
    ReturnValue(isolate, info, params.Call(fn));
  }
}

template <auto fn, typename R, typename... P>
void Callback(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Invoke<fn, R, P...>(info);
}

template <auto fn, typename R, typename... P>
constexpr v8::FunctionCallback CallbackOf(R (*)(P...)) {
  return &Callback<fn, R, P...>;
}

}  // namespace internal

template <auto fn>
constexpr OpDef Op(const char* name) {
  return OpDef{name, internal::CallbackOf<fn>(fn)};
}

}  // namespace sedge::script
