// SPDX-License-Identifier: Apache-2.0
// BodyTable: the native byte sources of one isolate that JavaScript holds by handle, and the pipes
// that JavaScript writes. A service for ops; the isolate's thread. Destroying it cancels everything
// in it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "runtime/base/slot_map.h"
#include "runtime/http/body.h"
#include "runtime/http/body_cutoff.h"
#include "runtime/http/body_pipe.h"
#include "runtime/script/deferred.h"
#include "runtime/script/param.h"
#include "runtime/web/compression/content_coding.h"

namespace sedge::loop {
class Loop;
}

namespace sedge::web {

// A body as it came, and the content codings that are on it.
struct CodedSource {
  std::unique_ptr<http::BodySource> source;
  CodingList codings;
};

class BodyTable {
 public:
  BodyTable() = default;
  ~BodyTable();
  BodyTable(const BodyTable&) = delete;
  BodyTable& operator=(const BodyTable&) = delete;

  // A handle; 0 when the table is full (the source is dropped).
  SlotId Add(std::unique_ptr<http::BodySource> source);
  // Told of every handle that Add gives: who asked for it answers for its end.
  void set_add_callback(std::function<void(SlotId)> added) { added_ = std::move(added); }
  // The loop in whose turns long decoding goes on; none: it does not yield.
  void set_loop(loop::Loop* loop) { loop_ = loop; }
  loop::Loop* loop() const { return loop_; }
  // The body's bytes are coded; who reads it, or takes it without TakeCoded, gets them decoded.
  // Nothing happens when the handle is stale.
  void SetCodings(SlotId id, CodingList codings);
  // Moves a source out, for native code; null when the handle is stale or is being read.
  std::unique_ptr<http::BodySource> Take(SlotId id);
  CodedSource TakeCoded(SlotId id);

  // The ops of runtime/web/README.md.
  void Read(script::Deferred deferred, SlotId id);
  void ReadAll(script::Deferred deferred, SlotId id, uint64_t max_bytes);
  void Cancel(SlotId id);
  // The same for a body that was handed on already, when it is watched: whoever got it sees it
  // fail.
  void Abort(SlotId id, std::string_view why);
  // Ends a body whose request is over: nobody will read it, and it must not hold its connection. A
  // pending read fails, of a chunk or of all of it.
  void Abandon(SlotId id);
  double Length(SlotId id);
  // Fulfilled when the body is over: read to its end, failed, cancelled or abandoned, or let go by
  // who got it handed on, whom it can be taken from till then: see Abort. Once for a handle.
  void WatchEnd(script::Deferred deferred, SlotId id);
  // `request`: the one that JavaScript works for now.
  SlotId CreatePipe(std::optional<uint64_t> length, uint64_t request = 0);
  // Undefined while the reader keeps up; else a promise to wait for, rejected when it went away.
  v8::Local<v8::Value> Write(script::Isolate& isolate, SlotId id, ByteSpan chunk);
  // Rejected when the pipe's reader goes away, fulfilled when the pipe ends before. Once for a
  // pipe.
  void WatchPipe(script::Deferred deferred, SlotId id);
  void ClosePipe(SlotId id);
  void FailPipe(SlotId id, std::string_view message);
  // Fails what was to be written for a request: it was ended by force.
  void FailPipesOf(uint64_t request, const std::string& message);

  // Handles, bodies that are being read to their ends or can still be cut off, and pipes that are
  // written.
  size_t size() const {
    return entries_.size() + collecting_.size() + handed_on_.size() + pipes_.size();
  }

 private:
  struct Entry {
    std::unique_ptr<http::BodySource> source;
    std::optional<script::Deferred> reading;
    CodingList codings;  // on the source's bytes; none once it is read
  };
  struct Pipe {
    std::unique_ptr<http::BodyPipe> end;
    std::optional<script::Deferred> writing;
    std::optional<script::Deferred> watching;
    bool cancelled = false;
    uint64_t request = 0;  // that JavaScript worked for when it was made
  };

  // A body that is being read to its end: its handle is good for Cancel only.
  struct Collecting {
    std::function<void()> cancel;
    script::Deferred deferred;
  };

  std::function<void(SlotId)> added_;
  loop::Loop* loop_ = nullptr;
  // The one place where an entry goes that is not handed on.
  std::optional<Entry> Remove(SlotId id);
  // An entry that is: null when the handle is stale or is being read.
  std::optional<Entry> Release(SlotId id);
  // What native code gets of a released body.
  std::unique_ptr<http::BodySource> HandOn(SlotId id, std::unique_ptr<http::BodySource> source);
  void EndWatch(SlotId id);
  void OnRead(SlotId id, Result<Bytes> chunk);
  void StopCollecting(SlotId id, std::string_view why);
  std::unique_ptr<http::BodyPipe> TakePipe(SlotId id);
  void OnDrained(SlotId id);
  void OnCancelled(SlotId id);

  SlotMap<Entry> entries_;
  // By the handles of bodies, those that were handed on among them, which are cut off here.
  std::unordered_map<SlotId, script::Deferred> watched_;
  std::unordered_map<SlotId, std::unique_ptr<http::BodyCutoff>> handed_on_;
  std::unordered_map<SlotId, Collecting> collecting_;
  size_t unchecked_bytes_ = 0;              // see CollectedBytes
  std::unordered_map<SlotId, Pipe> pipes_;  // by the handle of their reading end
};

// A body that JavaScript passes down: null | string | Uint8Array | handle.
struct BodyArg {
  std::variant<std::monostate, std::string_view, ByteSpan, SlotId> value;

  bool is_null() const { return value.index() == 0; }
  bool is_handle() const { return value.index() == 3; }
  SlotId handle() const { return std::get<SlotId>(value); }
  // REQUIRES: neither null nor a handle.
  std::string_view text() const {
    return value.index() == 1 ? std::get<std::string_view>(value)
                              : AsText(std::get<ByteSpan>(value));
  }
};

}  // namespace sedge::web

namespace sedge::script {

template <>
struct ParamTraits<web::BodyArg> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate& isolate, const CallbackInfo& info, int index) : index_(index) {
    v8::Local<v8::Value> value = info[index];
    if (value->IsString()) {
      text_.LoadUtf8(isolate.v8(), value.As<v8::String>());
      body_.value = text_.view();
    } else if (value->IsNumber()) {
      body_.value = static_cast<SlotId>(value.As<v8::Number>()->Value());
    } else if (auto bytes = BytesOf(value)) {
      body_.value = ByteSpan(*bytes);
    } else {
      ok_ = value->IsNullOrUndefined();
    }
  }
  Status status() const { return ok_ ? Status() : BadArgument(index_, "a body"); }
  web::BodyArg get() const { return body_; }

 private:
  StringStorage text_;
  web::BodyArg body_;
  int index_;
  bool ok_ = true;
};

}  // namespace sedge::script
