// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/encoding/encoding_ops.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/script/utf8_text.h"
#include "runtime/web/encoding/text_decoder.h"
#include "runtime/web/encoding/utf8.h"

namespace sedge::web {

namespace {

enum DecodeFlags : uint32_t { kFatal = 1, kIgnoreBom = 2, kMore = 4 };

constexpr size_t kMaxStringUnits = v8::String::kMaxLength;

Status TooLong() {
  return OutOfRange("the text has more than " + std::to_string(kMaxStringUnits) +
                    " characters, the most that a string holds: decode it in pieces");
}

using MaybeString = Result<v8::Local<v8::Value>>;

MaybeString OneByteString(script::Isolate& isolate, ByteSpan bytes) {
  v8::Local<v8::String> string;
  if (bytes.size() > kMaxStringUnits ||
      !v8::String::NewFromOneByte(isolate.v8(), bytes.data(), v8::NewStringType::kNormal,
                                  static_cast<int>(bytes.size()))
           .ToLocal(&string)) {
    return TooLong();
  }
  return v8::Local<v8::Value>(string);
}

// Half the memory where no unit needs two bytes.
MaybeString UnitString(script::Isolate& isolate, const std::u16string& text) {
  char16_t all = 0;
  for (char16_t unit : text) all |= unit;
  if (all <= 0xFF) {
    const std::string narrow(text.begin(), text.end());
    return OneByteString(isolate, AsBytes(narrow));
  }
  v8::Local<v8::String> string;
  if (text.size() > kMaxStringUnits ||
      !v8::String::NewFromTwoByte(isolate.v8(), reinterpret_cast<const uint16_t*>(text.data()),
                                  v8::NewStringType::kNormal, static_cast<int>(text.size()))
           .ToLocal(&string)) {
    return TooLong();
  }
  return v8::Local<v8::Value>(string);
}

MaybeString Null(script::Isolate& isolate) { return v8::Local<v8::Value>(v8::Null(isolate.v8())); }

// All of a UTF-8 text: a one-byte string where that is possible.
MaybeString DecodeUtf8(script::Isolate& isolate, ByteSpan bytes, bool fatal, bool ignore_bom) {
  if (!ignore_bom && StartsWithUtf8Bom(bytes)) bytes = bytes.subspan(3);
  const size_t ascii = AsciiPrefixLength(bytes);
  if (ascii == bytes.size()) return OneByteString(isolate, bytes);
  std::string latin1;
  if (Utf8ToLatin1(bytes, latin1)) return OneByteString(isolate, AsBytes(latin1));
  std::u16string text;
  if (!AppendUtf8AsUtf16(text, bytes, fatal)) return Null(isolate);
  return UnitString(isolate, text);
}

MaybeString Utf8Decode(script::Isolate& isolate, ByteSpan bytes) {
  return DecodeUtf8(isolate, bytes, false, false);
}

Result<Encoding> EncodingOf(uint32_t number) {
  if (number >= kEncodingCount) {
    return Internal("no encoding has the number " + std::to_string(number));
  }
  return static_cast<Encoding>(number);
}

MaybeString Decode(script::Isolate& isolate, Encoding encoding, uint32_t flags, DecoderState& state,
                   ByteSpan bytes) {
  const DecodeOptions options = {.fatal = (flags & kFatal) != 0,
                                 .ignore_bom = (flags & kIgnoreBom) != 0,
                                 .flush = (flags & kMore) == 0};
  std::u16string text;
  if (!DecodeText(encoding, options, state, bytes, text)) return Null(isolate);
  return UnitString(isolate, text);
}

// Whether Latin-1 gives the same: windows-1252 without the bytes that are not control characters.
bool IsLatin1(Encoding encoding, ByteSpan bytes) {
  if (encoding < Encoding::kIbm866) return false;
  if (encoding != Encoding::kWindows1252) return AsciiPrefixLength(bytes) == bytes.size();
  for (uint8_t byte : bytes) {
    if ((byte & 0xE0) == 0x80) return false;
  }
  return true;
}

MaybeString TextDecode(script::Isolate& isolate, uint32_t number, uint32_t flags, ByteSpan bytes) {
  SEDGE_ASSIGN_OR_RETURN(const Encoding encoding, EncodingOf(number));
  if (encoding == Encoding::kUtf8) {
    return DecodeUtf8(isolate, bytes, (flags & kFatal) != 0, (flags & kIgnoreBom) != 0);
  }
  if (IsLatin1(encoding, bytes)) return OneByteString(isolate, bytes);
  DecoderState state;
  return Decode(isolate, encoding, flags, state, bytes);
}

MaybeString TextDecodeStream(script::Isolate& isolate, uint32_t number, uint32_t flags,
                             std::span<uint8_t> state_bytes, ByteSpan bytes) {
  SEDGE_ASSIGN_OR_RETURN(const Encoding encoding, EncodingOf(number));
  DecoderState state;
  if (state_bytes.size() != sizeof(state)) return Internal("a decoder's state is not 16 bytes");
  std::memcpy(&state, state_bytes.data(), sizeof(state));
  const bool ascii = encoding == Encoding::kUtf8 && state.pending_count == 0 && !bytes.empty() &&
                     AsciiPrefixLength(bytes) == bytes.size();
  if (ascii) {
    state.bom_seen = 1;
    std::memcpy(state_bytes.data(), &state, sizeof(state));
    return OneByteString(isolate, bytes);
  }
  MaybeString text = Decode(isolate, encoding, flags, state, bytes);
  std::memcpy(state_bytes.data(), &state, sizeof(state));
  return text;
}

int32_t EncodingFromLabelOp(std::string_view label) {
  const std::optional<Encoding> encoding = EncodingFromLabel(label);
  if (!encoding || *encoding == Encoding::kReplacement) return -1;
  return static_cast<int32_t>(*encoding);
}

Result<std::string> EncodingNameOp(uint32_t number) {
  SEDGE_ASSIGN_OR_RETURN(const Encoding encoding, EncodingOf(number));
  return std::string(EncodingName(encoding));
}

constexpr int kWriteFlags = v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8;

Bytes Utf8Encode(script::Isolate& isolate, v8::Local<v8::String> text) {
  Bytes bytes;
  script::EncodeUtf8(isolate.v8(), text, [&](size_t size) {
    bytes = Bytes::Allocate(size);
    return reinterpret_cast<char*>(bytes.data());
  });
  return bytes;
}

Status Utf8EncodeInto(script::Isolate& isolate, v8::Local<v8::String> text,
                      std::span<uint8_t> bytes, std::span<uint8_t> result) {
  uint32_t read_and_written[2] = {0, 0};
  if (result.size() != sizeof(read_and_written)) return Internal("the result is not 8 bytes");
  // No more than a string's length can be written: three bytes a unit.
  const size_t capacity = std::min(bytes.size(), kMaxStringUnits * 3);
  int read = 0;
  const int written =
      text->WriteUtf8(isolate.v8(), reinterpret_cast<char*>(bytes.data()),
                      static_cast<int>(std::min<size_t>(capacity, INT32_MAX)), &read, kWriteFlags);
  read_and_written[0] = static_cast<uint32_t>(read);
  read_and_written[1] = static_cast<uint32_t>(written);
  std::memcpy(result.data(), read_and_written, sizeof(read_and_written));
  return OkStatus();
}

constexpr script::OpDef kOps[] = {
    script::Op<Utf8Decode>("utf8Decode"),
    script::Op<Utf8Encode>("utf8Encode"),
    script::Op<Utf8EncodeInto>("utf8EncodeInto"),
    script::Op<EncodingFromLabelOp>("encodingFromLabel"),
    script::Op<EncodingNameOp>("encodingName"),
    script::Op<TextDecode>("textDecode"),
    script::Op<TextDecodeStream>("textDecodeStream"),
};

}  // namespace

std::span<const script::OpDef> EncodingOps() { return kOps; }

}  // namespace sedge::web
