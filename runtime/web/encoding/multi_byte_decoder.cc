// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/encoding/multi_byte_decoder.h"

#include <utility>

#include "runtime/web/encoding/encoding_index.h"
#include "runtime/web/encoding/utf8.h"

namespace sedge::web {

namespace {

constexpr bool InRange(int byte, int first, int last) { return byte >= first && byte <= last; }
constexpr bool IsAscii(int byte) { return InRange(byte, 0, 0x7F); }

// DecoderState::mode and output_mode of ISO-2022-JP.
enum Iso2022JpMode : uint8_t { kAscii, kRoman, kKatakana, kLead, kTrail, kEscapeStart, kEscape };

// Half-width katakana; `first` is the byte of U+FF61.
constexpr char32_t Katakana(int byte, int first) {
  return static_cast<char32_t>(0xFF61 - first + byte);
}

}  // namespace

MultiByteDecoder::Handler MultiByteDecoder::HandlerOf(Encoding encoding) {
  switch (encoding) {
    case Encoding::kBig5:
      return &MultiByteDecoder::HandleBig5;
    case Encoding::kEucJp:
      return &MultiByteDecoder::HandleEucJp;
    case Encoding::kIso2022Jp:
      return &MultiByteDecoder::HandleIso2022Jp;
    case Encoding::kShiftJis:
      return &MultiByteDecoder::HandleShiftJis;
    case Encoding::kEucKr:
      return &MultiByteDecoder::HandleEucKr;
    default:
      return &MultiByteDecoder::HandleGb18030;
  }
}

bool MultiByteDecoder::Run(Encoding encoding, const DecodeOptions& options) {
  const Handler handler = HandlerOf(encoding);
  const bool ascii_is_plain = encoding != Encoding::kIso2022Jp;
  for (;;) {
    if (!HasInput() && !options.flush) return true;
    if (ascii_is_plain && restored_count_ == 0 && state_.pending[0] == 0) CopyAscii();
    if (!HasInput() && !options.flush) return true;
    const Outcome outcome = (this->*handler)(Next());
    if (outcome == Outcome::kFinished) return true;
    if (outcome == Outcome::kError) {
      if (options.fatal) return false;
      Emit(kReplacementCharacter);
    }
  }
}

int MultiByteDecoder::Next() {
  if (restored_count_ > 0) return restored_[--restored_count_];
  return position_ < input_.size() ? input_[position_++] : kEndOfQueue;
}

void MultiByteDecoder::CopyAscii() {
  const ByteSpan rest = input_.subspan(position_);
  const size_t run = AsciiPrefixLength(rest);
  out_.append(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(run));
  position_ += run;
}

uint8_t MultiByteDecoder::TakeLead() { return std::exchange(state_.pending[0], uint8_t{0}); }

MultiByteDecoder::Outcome MultiByteDecoder::Emit(char32_t c) {
  if (c > 0xFFFF) {
    out_.push_back(static_cast<char16_t>(0xD7C0 + (c >> 10)));
    c = 0xDC00 + (c & 0x3FF);
  }
  out_.push_back(static_cast<char16_t>(c));
  return Outcome::kContinue;
}

MultiByteDecoder::Outcome MultiByteDecoder::EmitTrail(char32_t code_point, int byte) {
  if (code_point != 0) return Emit(code_point);
  if (IsAscii(byte)) Restore(byte);
  return Outcome::kError;
}

// -------------------------------------------------------------------------------- GBK and gb18030

MultiByteDecoder::Outcome MultiByteDecoder::HandleGb18030(int byte) {
  auto& [first, second, third] = state_.pending;
  if (byte == kEndOfQueue) {
    if (first == 0 && second == 0 && third == 0) return Outcome::kFinished;
    first = second = third = 0;
    return Outcome::kError;
  }
  if (first != 0) return HandleGb18030Trail(byte);
  second = third = 0;
  if (IsAscii(byte)) return Emit(static_cast<char32_t>(byte));
  if (byte == 0x80) return Emit(0x20AC);
  if (byte == 0xFF) return Outcome::kError;
  first = static_cast<uint8_t>(byte);
  return Outcome::kContinue;
}

MultiByteDecoder::Outcome MultiByteDecoder::HandleGb18030Trail(int byte) {
  auto& [first, second, third] = state_.pending;
  if (third != 0) {
    const int a = first - 0x81;
    const int b = second - 0x30;
    const int c = third - 0x81;
    const int pointer = ((a * 10 + b) * 126 + c) * 10 + byte - 0x30;
    const bool digit = InRange(byte, 0x30, 0x39);
    if (!digit) {
      Restore(byte);
      Restore(third);
      Restore(second);
    }
    first = second = third = 0;
    if (!digit || pointer < 0) return Outcome::kError;
    const char32_t code_point = Gb18030RangesCodePoint(static_cast<uint32_t>(pointer));
    return code_point == 0 ? Outcome::kError : Emit(code_point);
  }
  if (second != 0) {
    if (InRange(byte, 0x81, 0xFE)) {
      third = static_cast<uint8_t>(byte);
      return Outcome::kContinue;
    }
    Restore(byte);
    Restore(second);
    first = second = 0;
    return Outcome::kError;
  }
  if (InRange(byte, 0x30, 0x39)) {
    second = static_cast<uint8_t>(byte);
    return Outcome::kContinue;
  }
  const int lead = TakeLead();
  char32_t code_point = 0;
  if (InRange(byte, 0x40, 0x7E) || InRange(byte, 0x80, 0xFE)) {
    const int offset = byte < 0x7F ? 0x40 : 0x41;
    code_point = Gb18030Index().At(static_cast<size_t>((lead - 0x81) * 190 + byte - offset));
  }
  return EmitTrail(code_point, byte);
}

// ------------------------------------------------------------------------------------------- Big5

MultiByteDecoder::Outcome MultiByteDecoder::HandleBig5(int byte) {
  const int lead = TakeLead();
  if (byte == kEndOfQueue) return lead == 0 ? Outcome::kFinished : Outcome::kError;
  if (lead == 0) {
    if (IsAscii(byte)) return Emit(static_cast<char32_t>(byte));
    if (!InRange(byte, 0x81, 0xFE)) return Outcome::kError;
    state_.pending[0] = static_cast<uint8_t>(byte);
    return Outcome::kContinue;
  }
  char32_t code_point = 0;
  if (InRange(byte, 0x40, 0x7E) || InRange(byte, 0xA1, 0xFE)) {
    const int pointer = (lead - 0x81) * 157 + byte - (byte < 0x7F ? 0x40 : 0x62);
    // These four are two code points each: a letter and a combining mark.
    const bool macron = pointer == 1133 || pointer == 1164;
    const bool caron = pointer == 1135 || pointer == 1166;
    if (macron || caron) {
      Emit(pointer < 1164 ? 0x00CA : 0x00EA);
      return Emit(macron ? 0x0304 : 0x030C);
    }
    code_point = Big5Index().At(static_cast<size_t>(pointer));
  }
  return EmitTrail(code_point, byte);
}

// ----------------------------------------------------------------------------------------- EUC-JP

MultiByteDecoder::Outcome MultiByteDecoder::HandleEucJp(int byte) {
  const int lead = TakeLead();
  if (byte == kEndOfQueue) {
    state_.flag = 0;
    return lead == 0 ? Outcome::kFinished : Outcome::kError;
  }
  if (lead == 0) {
    if (IsAscii(byte)) return Emit(static_cast<char32_t>(byte));
    if (byte != 0x8E && byte != 0x8F && !InRange(byte, 0xA1, 0xFE)) return Outcome::kError;
    state_.pending[0] = static_cast<uint8_t>(byte);
    return Outcome::kContinue;
  }
  if (lead == 0x8E && InRange(byte, 0xA1, 0xDF)) return Emit(Katakana(byte, 0xA1));
  if (lead == 0x8F && InRange(byte, 0xA1, 0xFE)) {
    state_.flag = 1;
    state_.pending[0] = static_cast<uint8_t>(byte);
    return Outcome::kContinue;
  }
  const bool jis0212 = std::exchange(state_.flag, uint8_t{0}) != 0;
  char32_t code_point = 0;
  if (InRange(lead, 0xA1, 0xFE) && InRange(byte, 0xA1, 0xFE)) {
    const size_t pointer = static_cast<size_t>((lead - 0xA1) * 94 + byte - 0xA1);
    code_point = (jis0212 ? Jis0212Index() : Jis0208Index()).At(pointer);
  }
  return EmitTrail(code_point, byte);
}

// ------------------------------------------------------------------------------------ ISO-2022-JP

MultiByteDecoder::Outcome MultiByteDecoder::HandleIso2022Jp(int byte) {
  switch (state_.mode) {
    case kTrail:
      return HandleIso2022JpTrail(byte);
    case kEscapeStart:
      if (byte == '$' || byte == '(') {
        state_.pending[0] = static_cast<uint8_t>(byte);
        state_.mode = kEscape;
        return Outcome::kContinue;
      }
      if (byte != kEndOfQueue) Restore(byte);
      LeaveEscape();
      return Outcome::kError;
    case kEscape:
      return HandleIso2022JpEscape(byte);
    default:
      return HandleIso2022JpSingle(byte);
  }
}

// No escape after all. In a state that no decoder made, the mode before it may be one again: without an end.
void MultiByteDecoder::LeaveEscape() {
  state_.flag = 0;
  state_.mode = state_.output_mode <= kLead ? state_.output_mode : uint8_t{kAscii};
}

// The states in which a character begins.
MultiByteDecoder::Outcome MultiByteDecoder::HandleIso2022JpSingle(int byte) {
  if (byte == kEndOfQueue) return Outcome::kFinished;
  if (byte == 0x1B) {
    state_.mode = kEscapeStart;
    return Outcome::kContinue;
  }
  state_.flag = 0;
  switch (state_.mode) {
    case kKatakana:
      return InRange(byte, 0x21, 0x5F) ? Emit(Katakana(byte, 0x21)) : Outcome::kError;
    case kLead:
      if (!InRange(byte, 0x21, 0x7E)) return Outcome::kError;
      state_.pending[0] = static_cast<uint8_t>(byte);
      state_.mode = kTrail;
      return Outcome::kContinue;
    case kRoman:
      if (byte == 0x5C) return Emit(0x00A5);
      if (byte == 0x7E) return Emit(0x203E);
      [[fallthrough]];
    default:
      if (!IsAscii(byte) || byte == 0x0E || byte == 0x0F) return Outcome::kError;
      return Emit(static_cast<char32_t>(byte));
  }
}

MultiByteDecoder::Outcome MultiByteDecoder::HandleIso2022JpTrail(int byte) {
  if (byte == 0x1B) {
    state_.mode = kEscapeStart;
    return Outcome::kError;
  }
  state_.mode = kLead;
  if (!InRange(byte, 0x21, 0x7E)) return Outcome::kError;
  const int lead = TakeLead();
  if (lead < 0x21) return Outcome::kError;
  const char32_t code_point =
      Jis0208Index().At(static_cast<size_t>((lead - 0x21) * 94 + byte - 0x21));
  return code_point == 0 ? Outcome::kError : Emit(code_point);
}

MultiByteDecoder::Outcome MultiByteDecoder::HandleIso2022JpEscape(int byte) {
  const int lead = TakeLead();
  int mode = -1;
  if (lead == '(' && byte == 'B') mode = kAscii;
  if (lead == '(' && byte == 'J') mode = kRoman;
  if (lead == '(' && byte == 'I') mode = kKatakana;
  if (lead == '$' && (byte == '@' || byte == 'B')) mode = kLead;
  if (mode >= 0) {
    state_.mode = state_.output_mode = static_cast<uint8_t>(mode);
    // Two escapes with nothing between them are an error.
    return std::exchange(state_.flag, uint8_t{1}) == 0 ? Outcome::kContinue : Outcome::kError;
  }
  if (byte != kEndOfQueue) Restore(byte);
  Restore(lead);
  LeaveEscape();
  return Outcome::kError;
}

// -------------------------------------------------------------------------------------- Shift_JIS

MultiByteDecoder::Outcome MultiByteDecoder::HandleShiftJis(int byte) {
  const int lead = TakeLead();
  if (byte == kEndOfQueue) return lead == 0 ? Outcome::kFinished : Outcome::kError;
  if (lead == 0) {
    if (byte <= 0x80) return Emit(static_cast<char32_t>(byte));
    if (InRange(byte, 0xA1, 0xDF)) return Emit(Katakana(byte, 0xA1));
    if (byte == 0xA0 || byte > 0xFC) return Outcome::kError;
    state_.pending[0] = static_cast<uint8_t>(byte);
    return Outcome::kContinue;
  }
  char32_t code_point = 0;
  if (InRange(byte, 0x40, 0x7E) || InRange(byte, 0x80, 0xFC)) {
    const int pointer =
        (lead - (lead < 0xA0 ? 0x81 : 0xC1)) * 188 + byte - (byte < 0x7F ? 0x40 : 0x41);
    // Windows' end-user-defined characters.
    if (InRange(pointer, 8836, 10715)) return Emit(static_cast<char32_t>(0xE000 - 8836 + pointer));
    code_point = Jis0208Index().At(static_cast<size_t>(pointer));
  }
  return EmitTrail(code_point, byte);
}

// ----------------------------------------------------------------------------------------- EUC-KR

MultiByteDecoder::Outcome MultiByteDecoder::HandleEucKr(int byte) {
  const int lead = TakeLead();
  if (byte == kEndOfQueue) return lead == 0 ? Outcome::kFinished : Outcome::kError;
  if (lead == 0) {
    if (IsAscii(byte)) return Emit(static_cast<char32_t>(byte));
    if (!InRange(byte, 0x81, 0xFE)) return Outcome::kError;
    state_.pending[0] = static_cast<uint8_t>(byte);
    return Outcome::kContinue;
  }
  char32_t code_point = 0;
  if (InRange(byte, 0x41, 0xFE)) {
    code_point = EucKrIndex().At(static_cast<size_t>((lead - 0x81) * 190 + byte - 0x41));
  }
  return EmitTrail(code_point, byte);
}

}  // namespace sedge::web
