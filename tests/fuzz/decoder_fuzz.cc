// SPDX-License-Identifier: Apache-2.0
// Decoders: any bytes in any encoding decode, in pieces to the same text as in one; a fatal decoder
// gives the same text or fails where the other replaces something.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "runtime/base/check.h"
#include "runtime/web/encoding/text_decoder.h"

using sedge::ByteSpan;
using sedge::web::DecoderState;
using sedge::web::DecodeText;
using sedge::web::Encoding;
using sedge::web::kEncodingCount;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const Encoding encoding = static_cast<Encoding>(data[0] % kEncodingCount);
  const size_t piece = 1 + data[1] % 7;
  const ByteSpan bytes(data + 2, size - 2);

  DecoderState state;
  std::u16string whole;
  SEDGE_CHECK(DecodeText(encoding, {}, state, bytes, whole));

  state = DecoderState();
  std::u16string pieces;
  std::u16string text;
  for (size_t i = 0; i < bytes.size(); i += piece) {
    const ByteSpan part = bytes.subspan(i, std::min(piece, bytes.size() - i));
    SEDGE_CHECK(DecodeText(encoding, {.flush = false}, state, part, text));
    pieces += text;
  }
  SEDGE_CHECK(DecodeText(encoding, {}, state, {}, text));
  SEDGE_CHECK(whole == pieces + text);

  state = DecoderState();
  const bool valid = DecodeText(encoding, {.fatal = true}, state, bytes, text);
  SEDGE_CHECK(valid ? text == whole : whole.find(u'\uFFFD') != whole.npos);

  // A state that no decoder made.
  if (bytes.size() >= sizeof(state)) {
    std::memcpy(static_cast<void*>(&state), bytes.data(), sizeof(state));
    SEDGE_CHECK(DecodeText(encoding, {}, state, bytes, text));
  }
  return 0;
}
