// SPDX-License-Identifier: Apache-2.0
// BodyPipe: the writing end of a BodySource whose bytes are produced elsewhere (a socket's parser,
// JavaScript, a store). The two ends share a small queue; each may go away first. One loop thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "runtime/http/body.h"

namespace sedge::http {

class BodyPipe {
 public:
  // Bytes queued before Write says "full"; a single chunk may exceed it.
  static constexpr size_t kDefaultHighWater = 64u << 10;

  // Makes a connected pair. `length` as in BodySource::length().
  static std::pair<std::unique_ptr<BodyPipe>, std::unique_ptr<BodySource>> Make(
      std::optional<uint64_t> length, size_t high_water_bytes = kDefaultHighWater);

  // An unfinished writer that goes away fails the reader with kUnavailable.
  ~BodyPipe();

  // Queues a chunk (an empty one is ignored). False when the queue is full: stop until the drain
  // callback. Ignored, with false, once the reader cancelled.
  bool Write(Bytes chunk);
  // The same for bytes that are somebody else's: copied unless a ReadView waits for them.
  bool WriteBorrowed(ByteSpan chunk);
  // The same for a writer that had better wait: a reader that does not ask for more at once is
  // behind, so that the answer is false then.
  bool WriteView(ByteSpan chunk);
  // The end. Nothing may be written afterwards.
  void Close();
  // The end by failure; queued chunks that were not read yet are dropped.
  void Fail(Status why);

  // Called whenever the queue falls to half its high-water mark after a write said "full", and when
  // the reader asks for more after WriteView said so.
  void set_drain_callback(std::function<void()> drain);
  // Called once when the reader cancels or is destroyed before the end.
  void set_cancel_callback(std::function<void()> cancelled);

  bool cancelled() const;
  size_t queued_bytes() const;

 private:
  struct State;
  explicit BodyPipe(std::shared_ptr<State> state) : state_(std::move(state)) {}
  class Source;
  std::shared_ptr<State> state_;
};

}  // namespace sedge::http
