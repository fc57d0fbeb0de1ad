// SPDX-License-Identifier: Apache-2.0
// The decoders of the Encoding Standard (https://encoding.spec.whatwg.org/#encodings), whole or in
// pieces. Their state is plain bytes, so that JavaScript can keep it. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "runtime/base/bytes.h"
#include "runtime/web/encoding/encoding_labels.h"

namespace sedge::web {

// What a decoder remembers between pieces. All zero at the start; no contents do harm.
struct DecoderState {
  uint8_t pending[3] = {};       // bytes of an unfinished character
  uint8_t pending_count = 0;     // UTF-8 and UTF-16
  uint8_t mode = 0;              // ISO-2022-JP
  uint8_t output_mode = 0;       // ISO-2022-JP
  uint8_t flag = 0;              // EUC-JP: jis0212; ISO-2022-JP: output
  uint8_t bom_seen = 0;
  uint16_t lead_surrogate = 0;   // UTF-16
  uint8_t reserved[6] = {};
};
static_assert(sizeof(DecoderState) == 16 && std::is_trivially_copyable_v<DecoderState>);

struct DecodeOptions {
  bool fatal = false;
  bool ignore_bom = false;
  bool flush = true;  // no more bytes follow
};

// Replaces `out` by the text of the next bytes as UTF-16. False on malformed input when
// options.fatal.
bool DecodeText(Encoding encoding, DecodeOptions options, DecoderState& state, ByteSpan bytes,
                std::u16string& out);

}  // namespace sedge::web
