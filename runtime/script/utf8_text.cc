// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/utf8_text.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "runtime/base/bytes.h"

namespace sedge::script {
namespace {

constexpr char16_t kReplacement = 0xFFFD;
// Units that are taken out of a string at a time.
constexpr int kRunUnits = 1024;
// As many are looked at together.
constexpr size_t kBlock = 32;

bool IsHigh(char16_t unit) { return (unit & 0xFC00) == 0xD800; }
bool IsLow(char16_t unit) { return (unit & 0xFC00) == 0xDC00; }

// Without an early end, so that compilers make vectors of it.
template <typename Unit>
bool IsAscii(const Unit* units, size_t count) {
  Unit all = 0;
  for (size_t i = 0; i < count; ++i) all = static_cast<Unit>(all | units[i]);
  return all < 0x80;
}

struct Counter {
  size_t size = 0;
  template <typename Unit>
  void Ascii(const Unit*, size_t count) {
    size += count;
  }
  void Put(char32_t c) { size += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }
};

struct Writer {
  char* to;
  template <typename Unit>
  void Ascii(const Unit* units, size_t count) {
    for (size_t i = 0; i < count; ++i) to[i] = static_cast<char>(units[i]);
    to += count;
  }
  void Put(char32_t c) {
    if (c < 0x80) {
      *to++ = static_cast<char>(c);
      return;
    }
    if (c < 0x800) {
      *to++ = static_cast<char>(0xC0 | (c >> 6));
    } else {
      if (c < 0x10000) {
        *to++ = static_cast<char>(0xE0 | (c >> 12));
      } else {
        *to++ = static_cast<char>(0xF0 | (c >> 18));
        *to++ = static_cast<char>(0x80 | ((c >> 12) & 0x3F));
      }
      *to++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    }
    *to++ = static_cast<char>(0x80 | (c & 0x3F));
  }
};

size_t CountHighBytes(ByteSpan latin1) {
  size_t count = 0;
  for (const uint8_t byte : latin1) count += byte >> 7;
  return count;
}

char* WriteLatin1AsUtf8(ByteSpan latin1, char* to) {
  Writer writer{to};
  for (size_t i = 0; i < latin1.size(); i += kBlock) {
    const ByteSpan block = latin1.subspan(i, std::min(kBlock, latin1.size() - i));
    if (IsAscii(block.data(), block.size())) {
      writer.Ascii(block.data(), block.size());
    } else {
      for (const uint8_t byte : block) writer.Put(byte);
    }
  }
  return writer.to;
}

// Reads UTF-16 in runs, between which a pair of surrogates may be torn apart.
template <typename Sink>
class Utf16Reader {
 public:
  explicit Utf16Reader(Sink sink) : sink_(sink) {}

  void Take(std::span<const char16_t> run) {
    for (size_t i = 0; i < run.size(); i += kBlock) {
      const auto block = run.subspan(i, std::min(kBlock, run.size() - i));
      if (high_ == 0 && IsAscii(block.data(), block.size())) {
        sink_.Ascii(block.data(), block.size());
      } else {
        for (const char16_t unit : block) Take(unit);
      }
    }
  }

  Sink End() {
    if (high_ != 0) sink_.Put(kReplacement);
    return sink_;
  }

 private:
  void Take(char16_t unit) {
    if (const char16_t high = std::exchange(high_, 0)) {
      if (IsLow(unit)) {
        sink_.Put(0x10000 + ((char32_t{high} & 0x3FF) << 10) + (unit & 0x3FF));
        return;
      }
      sink_.Put(kReplacement);
    }
    if (IsHigh(unit)) {
      high_ = unit;
    } else {
      sink_.Put(IsLow(unit) ? kReplacement : unit);
    }
  }

  Sink sink_;
  char16_t high_ = 0;  // waits for its low one
};

template <typename Sink>
Sink ReadTwoBytes(v8::Isolate* isolate, v8::Local<v8::String> string, Sink sink) {
  const int length = string->Length();
  uint16_t units[kRunUnits];
  Utf16Reader<Sink> reader(sink);
  for (int at = 0; at < length; at += kRunUnits) {
    const int count = std::min(kRunUnits, length - at);
    string->Write(isolate, units, at, count, v8::String::NO_NULL_TERMINATION);
    reader.Take({reinterpret_cast<const char16_t*>(units), static_cast<size_t>(count)});
  }
  return reader.End();
}

size_t EncodeOneByte(v8::Isolate* isolate, v8::Local<v8::String> string,
                     const std::function<char*(size_t)>& reserve) {
  const int length = string->Length();
  const size_t size = static_cast<size_t>(length);
  auto* const bytes = reinterpret_cast<uint8_t*>(reserve(size));
  string->WriteOneByte(isolate, bytes, 0, length, v8::String::NO_NULL_TERMINATION);
  const size_t more = CountHighBytes({bytes, size});
  if (more == 0) return size;
  char* to = reserve(size + more);
  uint8_t units[kRunUnits];
  for (int at = 0; at < length; at += kRunUnits) {
    const int count = std::min(kRunUnits, length - at);
    string->WriteOneByte(isolate, units, at, count, v8::String::NO_NULL_TERMINATION);
    to = WriteLatin1AsUtf8({units, static_cast<size_t>(count)}, to);
  }
  return size + more;
}

}  // namespace

size_t EncodeUtf8(v8::Isolate* isolate, v8::Local<v8::String> string,
                  const std::function<char*(size_t)>& reserve) {
  if (string->IsOneByte()) return EncodeOneByte(isolate, string, reserve);
  const size_t size = ReadTwoBytes(isolate, string, Counter{}).size;
  ReadTwoBytes(isolate, string, Writer{reserve(size)});
  return size;
}

}  // namespace sedge::script
