// SPDX-License-Identifier: Apache-2.0
// BodySource: a message body (or any run of bytes) that is pulled, one chunk at a time. The reader
// asks, so nothing flows faster than it is taken: back-pressure without a second mechanism.
// One loop thread. The reader owns the source; destroying it is the same as Cancel().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "runtime/base/bytes.h"
#include "runtime/base/status.h"

namespace sedge::http {

class BodySource {
 public:
  // An empty chunk is the end; a failed status is the end too. Never called after Cancel().
  using ReadCallback = std::function<void(Result<Bytes> chunk)>;
  // The chunk lives until the callback returns, or lets the source go.
  using ViewCallback = std::function<void(Result<ByteSpan> chunk)>;
  // What a view has at most where the source can cut a chunk: so much may be copied on its way to a
  // socket that takes nothing.
  static constexpr size_t kMaxViewBytes = 256u << 10;

  virtual ~BodySource() = default;

  // Asks for the next chunk. `done` is called exactly once, perhaps before Read returns. `done` may
  // destroy the source. REQUIRES: no Read is pending; the end has not been reported.
  virtual void Read(ReadCallback done) = 0;
  // The same for a reader that is through with the chunk when its callback returns: from a socket's
  // buffer to another socket nothing is copied. After a view that was part of a chunk Read() gives
  // the rest.
  virtual void ReadView(ViewCallback done);

  // The reader lost interest: a pending callback is dropped and the writer is told. Idempotent.
  virtual void Cancel() = 0;

  // The number of bytes that all chunks from the start will have, when that is known.
  virtual std::optional<uint64_t> length() const = 0;

  // Goes back to the start, so that all of it can be read once more; false when it cannot.
  // REQUIRES: no Read is pending.
  virtual bool Rewind() { return false; }
};

// Reads `source` to its end and gives all bytes; fails with kOutOfRange past `max_bytes`. Takes
// ownership; the returned function cancels (dropping `done`). `admit`, when given, is asked before
// that many more bytes are kept: its failure is that of the read.
std::function<void()> ReadAll(std::unique_ptr<BodySource> source, uint64_t max_bytes,
                              std::function<void(Result<Bytes>)> done,
                              std::function<Status(size_t)> admit = nullptr);

// A body that is there already.
std::unique_ptr<BodySource> MakeBytesBody(Bytes bytes);
// The same for one that may have to be sent twice: it can be rewound. Read() copies, ReadView() does
// not.
std::unique_ptr<BodySource> MakeRewindableBody(Bytes bytes);

}  // namespace sedge::http
