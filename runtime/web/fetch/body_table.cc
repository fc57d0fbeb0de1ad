// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/body_table.h"

#include <utility>

#include "runtime/web/compression/coded_body.h"
#include "runtime/web/fetch/collected_bytes.h"

namespace sedge::web {
namespace {

constexpr std::string_view kStale =
    "this body is gone: it was read, cancelled or handed on already";
constexpr std::string_view kRequestOver =
    "the request that this body belongs to is over; keep it alive with ctx.waitUntil()";
constexpr std::string_view kReaderGone = "the reader of this body went away";

// A body that the network failed is a network error to JavaScript, that is, a TypeError. What is
// exhausted is a limit on what a server may send.
Status ForScript(const Status& status) {
  switch (status.code()) {
    case StatusCode::kIo:
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kResourceExhausted:
    case StatusCode::kCancelled: return InvalidArgument(std::string(status.message()));
    default: return status;
  }
}

// Promises are resolved with bytes inside of an array: see Deferred::ResolveWith.
std::vector<Bytes> Boxed(Bytes bytes) {
  std::vector<Bytes> box;
  box.push_back(std::move(bytes));
  return box;
}

}  // namespace

BodyTable::~BodyTable() {
  for (const auto& [id, collecting] : collecting_) collecting.cancel();
}

SlotId BodyTable::Add(std::unique_ptr<http::BodySource> source) {
  const SlotId id = entries_.Insert(Entry{std::move(source), std::nullopt, {}});
  if (id != 0 && added_) added_(id);
  return id;
}

void BodyTable::SetCodings(SlotId id, CodingList codings) {
  if (Entry* entry = entries_.Find(id)) entry->codings = std::move(codings);
}

std::unique_ptr<http::BodySource> BodyTable::Take(SlotId id) {
  std::optional<Entry> taken = Release(id);
  if (!taken) return nullptr;
  return HandOn(id, MakeDecodedBody(std::move(taken->source), taken->codings, loop_));
}

CodedSource BodyTable::TakeCoded(SlotId id) {
  std::optional<Entry> taken = Release(id);
  if (!taken) return {};
  return {HandOn(id, std::move(taken->source)), std::move(taken->codings)};
}

std::optional<BodyTable::Entry> BodyTable::Release(SlotId id) {
  const Entry* entry = entries_.Find(id);
  if (!entry || entry->reading) return std::nullopt;
  return entries_.Remove(id);
}

std::unique_ptr<http::BodySource> BodyTable::HandOn(SlotId id,
                                                    std::unique_ptr<http::BodySource> source) {
  if (watched_.empty() || !watched_.contains(id)) return source;
  auto [cutoff, handed] = http::BodyCutoff::Make(std::move(source), [this, id] {
    handed_on_.erase(id);
    EndWatch(id);
  });
  handed_on_.emplace(id, std::move(cutoff));
  return std::move(handed);
}

std::optional<BodyTable::Entry> BodyTable::Remove(SlotId id) {
  std::optional<Entry> removed = entries_.Remove(id);
  if (removed && !watched_.empty()) EndWatch(id);
  return removed;
}

void BodyTable::EndWatch(SlotId id) {
  const auto found = watched_.find(id);
  if (found == watched_.end()) return;
  const script::Deferred watching = std::move(found->second);
  watched_.erase(found);
  watching.ResolveUndefined();
}

void BodyTable::WatchEnd(script::Deferred deferred, SlotId id) {
  if (entries_.Find(id)) {
    watched_.insert_or_assign(id, std::move(deferred));
  } else {
    deferred.ResolveUndefined();
  }
}

void BodyTable::Read(script::Deferred deferred, SlotId id) {
  Entry* entry = entries_.Find(id);
  if (!entry || entry->reading) {
    deferred.Reject(FailedPrecondition(std::string(kStale)));
    return;
  }
  entry->reading = std::move(deferred);
  if (!entry->codings.empty()) {
    entry->source =
        MakeDecodedBody(std::move(entry->source), std::exchange(entry->codings, {}), loop_);
  }
  // Dropped with the source, so `this` is there when it is called.
  entry->source->Read([this, id](Result<Bytes> chunk) { OnRead(id, std::move(chunk)); });
}

void BodyTable::OnRead(SlotId id, Result<Bytes> chunk) {
  Entry* entry = entries_.Find(id);
  if (!entry || !entry->reading) return;
  const script::Deferred deferred = std::move(*entry->reading);
  entry->reading.reset();
  if (!chunk.ok() || chunk->empty()) Remove(id);
  if (!chunk.ok()) {
    deferred.Reject(ForScript(chunk.status()));
  } else if (chunk->empty()) {
    deferred.Resolve(std::optional<bool>());  // null
  } else {
    deferred.Resolve(Boxed(std::move(*chunk)));
  }
}

void BodyTable::ReadAll(script::Deferred deferred, SlotId id, uint64_t max_bytes) {
  std::optional<Entry> entry = Release(id);
  if (!entry) {
    deferred.Reject(FailedPrecondition(std::string(kStale)));
    return;
  }
  EndWatch(id);
  std::unique_ptr<http::BodySource> source =
      MakeDecodedBody(std::move(entry->source), entry->codings, loop_);
  auto over = std::make_shared<bool>(false);
  auto collected = std::make_shared<CollectedBytes>(deferred, unchecked_bytes_);
  std::function<void()> cancel = http::ReadAll(
      std::move(source), max_bytes,
      [this, deferred, id, over, collected](Result<Bytes> bytes) {
        *over = true;
        collecting_.erase(id);
        collected->Drop();  // JavaScript's buffer is counted on its own
        if (bytes.ok()) {
          deferred.Resolve(Boxed(std::move(*bytes)));
        } else {
          deferred.Reject(ForScript(bytes.status()));
        }
      },
      [collected](size_t bytes) { return collected->Add(bytes); });
  if (!*over) collecting_.emplace(id, Collecting{std::move(cancel), std::move(deferred)});
}

void BodyTable::Cancel(SlotId id) {
  std::optional<Entry> entry = Remove(id);
  if (!entry) {
    StopCollecting(id, "the body was cancelled");
    return;
  }
  entry->source->Cancel();
  if (entry->reading) entry->reading->Resolve(std::optional<bool>());
}

void BodyTable::Abort(SlotId id, std::string_view why) {
  const auto found = handed_on_.find(id);
  if (found == handed_on_.end()) {
    Cancel(id);
  } else {
    found->second->Fail(Cancelled(std::string(why)));
  }
}

void BodyTable::Abandon(SlotId id) {
  std::optional<Entry> entry = Remove(id);
  if (!entry) {
    StopCollecting(id, kRequestOver);
    return;
  }
  entry->source->Cancel();
  if (entry->reading) entry->reading->Reject(ForScript(Cancelled(std::string(kRequestOver))));
}

void BodyTable::StopCollecting(SlotId id, std::string_view why) {
  const auto found = collecting_.find(id);
  if (found == collecting_.end()) return;
  const Collecting collecting = std::move(found->second);
  collecting_.erase(found);
  collecting.cancel();
  collecting.deferred.Reject(ForScript(Cancelled(std::string(why))));
}

double BodyTable::Length(SlotId id) {
  Entry* entry = entries_.Find(id);
  if (!entry || !entry->codings.empty()) return -1;
  const std::optional<uint64_t> length = entry->source->length();
  return length ? static_cast<double>(*length) : -1;
}

SlotId BodyTable::CreatePipe(std::optional<uint64_t> length, uint64_t request) {
  auto [end, source] = http::BodyPipe::Make(length);
  const SlotId id = Add(std::move(source));
  if (id == 0) return 0;
  end->set_drain_callback([this, id] { OnDrained(id); });
  end->set_cancel_callback([this, id] { OnCancelled(id); });
  Pipe& pipe = pipes_[id];
  pipe.end = std::move(end);
  pipe.request = request;
  return id;
}

v8::Local<v8::Value> BodyTable::Write(script::Isolate& isolate, SlotId id, ByteSpan chunk) {
  auto found = pipes_.find(id);
  if (found != pipes_.end() && !found->second.cancelled &&
      found->second.end->WriteBorrowed(chunk)) {
    return v8::Undefined(isolate.v8());
  }
  found = pipes_.find(id);  // the reader may have run meanwhile
  script::Deferred deferred = script::Deferred::Create(isolate);
  if (!deferred.valid()) return v8::Undefined(isolate.v8());
  v8::Local<v8::Promise> promise = deferred.promise(isolate);
  if (found == pipes_.end() || found->second.cancelled) {
    pipes_.erase(id);
    deferred.Reject(Cancelled(std::string(kReaderGone)));
  } else {
    found->second.writing = std::move(deferred);
  }
  return promise;
}

void BodyTable::OnDrained(SlotId id) {
  auto found = pipes_.find(id);
  if (found == pipes_.end() || !found->second.writing) return;
  const script::Deferred deferred = std::move(*found->second.writing);
  found->second.writing.reset();
  deferred.ResolveUndefined();
}

void BodyTable::OnCancelled(SlotId id) {
  auto found = pipes_.find(id);
  if (found == pipes_.end()) return;
  found->second.cancelled = true;
  const std::optional<script::Deferred> writing =
      std::exchange(found->second.writing, std::nullopt);
  const std::optional<script::Deferred> watching =
      std::exchange(found->second.watching, std::nullopt);
  if (writing) writing->Reject(Cancelled(std::string(kReaderGone)));
  if (watching) watching->Reject(Cancelled(std::string(kReaderGone)));
}

void BodyTable::WatchPipe(script::Deferred deferred, SlotId id) {
  auto found = pipes_.find(id);
  if (found == pipes_.end()) {
    deferred.ResolveUndefined();
  } else if (found->second.cancelled) {
    deferred.Reject(Cancelled(std::string(kReaderGone)));
  } else {
    found->second.watching = std::move(deferred);
  }
}

void BodyTable::ClosePipe(SlotId id) {
  if (const std::unique_ptr<http::BodyPipe> end = TakePipe(id)) end->Close();
}

void BodyTable::FailPipe(SlotId id, std::string_view message) {
  if (const std::unique_ptr<http::BodyPipe> end = TakePipe(id)) {
    end->Fail(Unavailable(std::string(message)));
  }
}

std::unique_ptr<http::BodyPipe> BodyTable::TakePipe(SlotId id) {
  const auto found = pipes_.find(id);
  if (found == pipes_.end()) return nullptr;
  Pipe pipe = std::move(found->second);
  pipes_.erase(found);
  if (pipe.writing) pipe.writing->Reject(Cancelled(std::string(kReaderGone)));
  if (pipe.watching) pipe.watching->ResolveUndefined();
  return std::move(pipe.end);
}

void BodyTable::FailPipesOf(uint64_t request, const std::string& message) {
  std::vector<SlotId> failed;
  for (const auto& [id, pipe] : pipes_) {
    if (pipe.request == request) failed.push_back(id);
  }
  for (const SlotId id : failed) FailPipe(id, message);
}

}  // namespace sedge::web
