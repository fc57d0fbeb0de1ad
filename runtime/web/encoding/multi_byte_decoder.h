// SPDX-License-Identifier: Apache-2.0
// The decoders of the legacy multi-byte encodings (Chinese, Japanese, Korean), each the standard's
// state machine. Lives for one piece of input; DecoderState is what stays.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/base/bytes.h"
#include "runtime/web/encoding/text_decoder.h"

namespace sedge::web {

class MultiByteDecoder {
 public:
  MultiByteDecoder(DecoderState& state, ByteSpan input, std::u16string& out)
      : state_(state), input_(input), out_(out) {}

  // Appends to `out`. REQUIRES: kGbk to kEucKr. False at the first error when options.fatal.
  bool Run(Encoding encoding, const DecodeOptions& options);

 private:
  static constexpr int kEndOfQueue = -1;
  enum class Outcome : uint8_t { kContinue, kError, kFinished };
  using Handler = Outcome (MultiByteDecoder::*)(int byte);

  Outcome HandleGb18030(int byte);
  Outcome HandleGb18030Trail(int byte);
  Outcome HandleBig5(int byte);
  Outcome HandleEucJp(int byte);
  Outcome HandleIso2022Jp(int byte);
  Outcome HandleIso2022JpSingle(int byte);
  Outcome HandleIso2022JpTrail(int byte);
  Outcome HandleIso2022JpEscape(int byte);
  void LeaveEscape();
  Outcome HandleShiftJis(int byte);
  Outcome HandleEucKr(int byte);
  static Handler HandlerOf(Encoding encoding);

  Outcome Emit(char32_t code_point);
  // Emits what an index gave for `byte` behind a lead; restores an ASCII byte that fits nowhere.
  Outcome EmitTrail(char32_t code_point, int byte);
  // The byte comes next again; the last restored one first.
  void Restore(int byte) { restored_[restored_count_++] = static_cast<uint8_t>(byte); }
  int Next();
  bool HasInput() const { return restored_count_ > 0 || position_ < input_.size(); }
  void CopyAscii();
  uint8_t TakeLead();

  DecoderState& state_;
  const ByteSpan input_;
  std::u16string& out_;
  size_t position_ = 0;
  // A handler restores three at most, and only after it took as many.
  uint8_t restored_[8] = {};
  size_t restored_count_ = 0;
};

}  // namespace sedge::web
