// SPDX-License-Identifier: Apache-2.0
// Bodies with content codings put on or taken off while they are read: sources over sources.
// Nothing is read ahead, output comes in bounded chunks, and work goes on in the loop's next turn
// when it is long. One loop thread.
#pragma once

#include <memory>

#include "runtime/base/bytes.h"
#include "runtime/http/body.h"
#include "runtime/web/compression/content_coding.h"

namespace sedge::loop {
class Loop;
}

namespace sedge::web {

// What a body is whose bytes were coded with `codings`. Bytes that are not, or that end early, are
// a failure (kInvalidArgument); no bytes at all are an empty body. `loop` outlives the body; null:
// never yields.
std::unique_ptr<http::BodySource> MakeDecodedBody(std::unique_ptr<http::BodySource> source,
                                                  const CodingList& codings, loop::Loop* loop);

// `source` compressed. When that has to wait for its next chunk, what it gave so far is flushed: a
// stream of events goes out event by event.
std::unique_ptr<http::BodySource> MakeEncodedBody(std::unique_ptr<http::BodySource> source,
                                                  Coding coding, loop::Loop* loop);

// The same for bytes that are all there.
Bytes EncodeBytes(ByteSpan bytes, Coding coding);

}  // namespace sedge::web
