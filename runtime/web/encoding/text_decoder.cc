// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/encoding/text_decoder.h"

#include <algorithm>
#include <cstring>

#include "runtime/web/encoding/encoding_index.h"
#include "runtime/web/encoding/multi_byte_decoder.h"
#include "runtime/web/encoding/utf8.h"

namespace sedge::web {

namespace {

constexpr size_t kMaxUtf8Pending = 3;

// Moves the start of an unfinished sequence from the end of `bytes` into the state.
ByteSpan KeepIncompleteUtf8(DecoderState& state, ByteSpan bytes) {
  const size_t window = std::min(bytes.size(), kMaxUtf8Pending);
  for (size_t back = 1; back <= window; ++back) {
    const ByteSpan tail = bytes.last(back);
    if (tail[0] < 0x80) break;
    if (tail[0] < 0xC0) continue;  // a continuation byte: the lead is further back
    if (NextUtf8(tail).kind != Utf8Step::kIncomplete) break;
    std::copy(tail.begin(), tail.end(), state.pending);
    state.pending_count = static_cast<uint8_t>(back);
    return bytes.first(bytes.size() - back);
  }
  return bytes;
}

bool DecodeUtf8(DecodeOptions options, DecoderState& state, ByteSpan bytes, std::u16string& out) {
  size_t pending = std::min<size_t>(state.pending_count, kMaxUtf8Pending);
  state.pending_count = 0;
  if (pending > 0) {
    // The remembered bytes and as many new ones as may belong to them.
    uint8_t sequence[kMaxUtf8Pending * 2];
    std::copy_n(state.pending, pending, sequence);
    const size_t added = std::min(bytes.size(), kMaxUtf8Pending);
    std::copy_n(bytes.begin(), added, sequence + pending);
    const Utf8Step step = NextUtf8({sequence, pending + added});
    if (step.kind == Utf8Step::kIncomplete && !options.flush) {
      if (step.size > kMaxUtf8Pending) return true;  // unreachable: four bytes are never incomplete
      std::copy_n(sequence, step.size, state.pending);
      state.pending_count = step.size;
      return true;
    }
    // A remembered sequence is a valid beginning, so the step takes all of it.
    const size_t taken = std::max<size_t>(step.size, pending);
    if (!AppendUtf8AsUtf16(out, {sequence, taken}, options.fatal)) return false;
    bytes = bytes.subspan(taken - pending);
  }
  if (!options.flush) bytes = KeepIncompleteUtf8(state, bytes);
  return AppendUtf8AsUtf16(out, bytes, options.fatal);
}

class Utf16Decoder {
 public:
  Utf16Decoder(bool big_endian, DecodeOptions options, DecoderState& state, std::u16string& out)
      : big_endian_(big_endian), options_(options), state_(state), out_(out) {}

  bool Run(ByteSpan bytes) {
    out_.reserve(out_.size() + bytes.size() / 2 + 2);
    size_t i = 0;
    if (state_.pending_count != 0 && !bytes.empty()) {
      state_.pending_count = 0;
      if (!Take(Unit(state_.pending[0], bytes[i++]))) return false;
    }
    for (; i + 1 < bytes.size(); i += 2) {
      if (!Take(Unit(bytes[i], bytes[i + 1]))) return false;
    }
    if (i < bytes.size()) {
      state_.pending[0] = bytes[i];
      state_.pending_count = 1;
    }
    if (!options_.flush) return true;
    const bool unfinished = state_.pending_count != 0 || state_.lead_surrogate != 0;
    state_.pending_count = 0;
    state_.lead_surrogate = 0;
    return !unfinished || Error();
  }

 private:
  char16_t Unit(uint8_t first, uint8_t second) const {
    return static_cast<char16_t>(big_endian_ ? first << 8 | second : second << 8 | first);
  }

  bool Error() {
    if (options_.fatal) return false;
    out_.push_back(static_cast<char16_t>(kReplacementCharacter));
    return true;
  }

  bool Take(char16_t unit) {
    if (state_.lead_surrogate != 0) {
      const char16_t lead = static_cast<char16_t>(state_.lead_surrogate);
      state_.lead_surrogate = 0;
      if ((unit & 0xFC00) == 0xDC00) {
        out_.push_back(lead);
        out_.push_back(unit);
        return true;
      }
      if (!Error()) return false;
    }
    if ((unit & 0xFC00) == 0xD800) {
      state_.lead_surrogate = unit;
      return true;
    }
    if ((unit & 0xFC00) == 0xDC00) return Error();
    out_.push_back(unit);
    return true;
  }

  const bool big_endian_;
  const DecodeOptions options_;
  DecoderState& state_;
  std::u16string& out_;
};

bool DecodeSingleByte(const SingleByteIndex& index, bool fatal, ByteSpan bytes,
                      std::u16string& out) {
  out.resize(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    char16_t unit = bytes[i] < 0x80 ? bytes[i] : index[bytes[i] - 0x80u];
    if (unit == 0 && bytes[i] != 0) [[unlikely]] {
      if (fatal) return false;
      unit = static_cast<char16_t>(kReplacementCharacter);
    }
    out[i] = unit;
  }
  return true;
}

void DecodeXUserDefined(ByteSpan bytes, std::u16string& out) {
  out.resize(bytes.size());
  std::transform(bytes.begin(), bytes.end(), out.begin(), [](uint8_t byte) {
    return static_cast<char16_t>(byte < 0x80 ? byte : 0xF780 + byte - 0x80);
  });
}

bool DecodeWithBom(Encoding encoding, DecodeOptions options, DecoderState& state, ByteSpan bytes,
                   std::u16string& out) {
  bool ok;
  if (encoding == Encoding::kUtf8) {
    ok = DecodeUtf8(options, state, bytes, out);
  } else {
    ok = Utf16Decoder(encoding == Encoding::kUtf16Be, options, state, out).Run(bytes);
  }
  if (ok && !out.empty() && state.bom_seen == 0 && !options.ignore_bom) {
    state.bom_seen = 1;
    if (out[0] == 0xFEFF) out.erase(0, 1);
  }
  return ok;
}

}  // namespace

bool DecodeText(Encoding encoding, DecodeOptions options, DecoderState& state, ByteSpan bytes,
                std::u16string& out) {
  out.clear();
  switch (encoding) {
    case Encoding::kUtf8:
    case Encoding::kUtf16Le:
    case Encoding::kUtf16Be:
      return DecodeWithBom(encoding, options, state, bytes, out);
    case Encoding::kXUserDefined:
      DecodeXUserDefined(bytes, out);
      return true;
    case Encoding::kReplacement:
      // One error for any input; TextDecoder refuses this encoding.
      if (bytes.empty() || state.flag != 0) return true;
      state.flag = 1;
      if (!options.fatal) out.push_back(static_cast<char16_t>(kReplacementCharacter));
      return !options.fatal;
    default:
      if (encoding >= Encoding::kIbm866) {
        return DecodeSingleByte(SingleByteIndexOf(encoding), options.fatal, bytes, out);
      }
      out.reserve(bytes.size());
      return MultiByteDecoder(state, bytes, out).Run(encoding, options);
  }
}

}  // namespace sedge::web
