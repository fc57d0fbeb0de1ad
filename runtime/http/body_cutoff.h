// SPDX-License-Identifier: Apache-2.0
// BodyCutoff: ends a BodySource that somebody else reads. Who handed a body on keeps one, and can
// still abort it. One loop thread; the source and its cutoff may each go away first.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "runtime/http/body.h"

namespace sedge::http {

class BodyCutoff {
 public:
  // The source that is to be handed on in place of `source`. `over` is called once: when its end or
  // its failure was given, or its reader let it go. The cutoff may be destroyed then.
  static std::pair<std::unique_ptr<BodyCutoff>, std::unique_ptr<BodySource>> Make(
      std::unique_ptr<BodySource> source, std::function<void()> over);

  // The source goes on; `over` is not called any more.
  ~BodyCutoff();
  BodyCutoff(const BodyCutoff&) = delete;
  BodyCutoff& operator=(const BodyCutoff&) = delete;

  // Fails the reader, at once or at its next Read, and lets what is behind the source go.
  void Fail(Status why);

 private:
  struct State;
  class Source;
  explicit BodyCutoff(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace sedge::http
