// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/json/json_scan.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace sedge::web {
namespace {

constexpr int kMaxDepth = 64;
constexpr size_t kMaxOpenKeys = 512;  // of all objects that are open
constexpr size_t kMaxKeys = 32;       // of one
constexpr size_t kTableHead = 2;
constexpr size_t kTableEntry = 3;
constexpr int kMaxPlainDigits = 9;

// What ends a run of plain units within a string.
constexpr std::array<bool, 256> kStops = [] {
  std::array<bool, 256> stops{};
  for (int i = 0; i < 0x20; ++i) stops[i] = true;
  stops['"'] = stops['\\'] = true;
  return stops;
}();

template <typename Unit>
class Scanner {
 public:
  Scanner(std::span<const Unit> text, std::span<int32_t> marks, JsonShapes shapes)
      : at_(text.data()),
        begin_(text.data()),
        end_(text.data() + text.size()),
        marks_(marks),
        shapes_(shapes) {}

  bool Run() {
    SkipSpace();
    // A single value is V8's.
    if (at_ == end_ || (*at_ != '{' && *at_ != '[') || !Value(0)) return false;
    SkipSpace();
    return at_ == end_;
  }

 private:
  struct Key {
    const Unit* begin;
    size_t size;
  };

  void SkipSpace() {
    if (at_ != end_ && *at_ > ' ') return;
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool Take(Unit unit) {
    if (at_ == end_ || *at_ != unit) return false;
    ++at_;
    return true;
  }

  bool IsDigit() const { return at_ != end_ && *at_ >= '0' && *at_ <= '9'; }

  int32_t Offset(const Unit* at) const { return static_cast<int32_t>(at - begin_); }

  bool Put(int32_t mark, int32_t first) {
    if (count_ == marks_.size()) return false;
    marks_[count_++] = mark | first << kJsonMarkBits;
    return true;
  }

  bool PutTwo(int32_t mark, int32_t first, int32_t second) {
    if (count_ + 2 > marks_.size()) return false;
    marks_[count_] = mark | first << kJsonMarkBits;
    marks_[count_ + 1] = second;
    count_ += 2;
    return true;
  }

  // An element or a member's value: no space before it.
  bool Value(int depth) {
    if (at_ == end_ || depth > kMaxDepth) return false;
    switch (*at_) {
      case '{': return Object(depth);
      case '[': return Array(depth);
      case '"': return String();
      case 'n': return Word("null", kJsonNull);
      case 't': return Word("true", kJsonTrue);
      case 'f': return Word("false", kJsonFalse);
      default: return Number();
    }
  }

  bool Word(std::string_view word, int32_t mark) {
    if (static_cast<size_t>(end_ - at_) < word.size()) return false;
    for (const char c : word) {
      if (*at_++ != static_cast<Unit>(c)) return false;
    }
    return Put(mark, 0);
  }

  bool String() {
    const Unit* const begin = at_ + 1;
    const Unit* at = begin;
    int32_t mark = kJsonString;
    for (;;) {
      while (at != end_ && (*at > 0xFF || !kStops[*at])) ++at;
      if (at == end_) return false;
      if (*at == '"') break;
      // V8 looks at what it is when it reads the string, and fails as it would have.
      if (*at != '\\' || ++at == end_ || *at < 0x20) return false;
      mark = kJsonEscaped;
      ++at;
    }
    at_ = at + 1;
    return PutTwo(mark, Offset(begin), Offset(at));
  }

  bool Number() {
    const Unit* const begin = at_;
    const bool is_negative = Take('-');
    if (!IsDigit()) return false;
    const Unit* const digits = at_;
    const Unit* at = digits;
    uint32_t value = 0;  // of few digits; of more, whatever
    for (; at != end_ && *at >= '0' && *at <= '9'; ++at) value = value * 10 + (*at - '0');
    at_ = at;
    const auto count = at - digits;
    if (*digits == '0' && count > 1) return false;
    bool is_integer = count <= kMaxPlainDigits && !(is_negative && value == 0);
    if (Take('.')) {
      is_integer = false;
      if (!Digits()) return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      is_integer = false;
      if (!Take('+')) Take('-');
      if (!Digits()) return false;
    }
    if (is_integer) {
      const auto integer = static_cast<int32_t>(value);
      return PutTwo(kJsonInteger, 0, is_negative ? -integer : integer);
    }
    return PutTwo(kJsonNumber, Offset(begin), Offset(at_));
  }

  bool Digits() {
    if (!IsDigit()) return false;
    while (IsDigit()) ++at_;
    return true;
  }

  bool Array(int depth) {
    ++at_;
    const size_t mark = count_;
    if (!Put(kJsonArray, 0)) return false;
    int32_t length = 0;
    SkipSpace();
    if (!Take(']')) {
      for (;; SkipSpace()) {
        if (!Value(depth + 1)) return false;
        ++length;
        SkipSpace();
        if (Take(']')) break;
        if (!Take(',')) return false;
      }
    }
    marks_[mark] = kJsonArray | length << kJsonMarkBits;
    return true;
  }

  bool Object(int depth) {
    ++at_;
    const size_t mark = count_;
    const size_t first_key = key_count_;
    if (!Put(kJsonObject, 0)) return false;
    // As likely as not it has the keys of the last one that was as deep.
    const int32_t guess = last_shape_[depth];
    const uint8_t* expected = guess < shapes_.table[0] ? TextOf(guess) : nullptr;
    SkipSpace();
    if (!Take('}')) {
      for (;; SkipSpace()) {
        if (!TakeExpected(expected) && !TakeKey()) return false;
        SkipSpace();
        if (!Take(':')) return false;
        SkipSpace();
        if (!Value(depth + 1)) return false;
        SkipSpace();
        if (Take('}')) break;
        if (!Take(',')) return false;
      }
    }
    const bool is_guess = expected != nullptr && expected == EndOf(guess);
    const int32_t shape = is_guess ? guess : Shape({keys_ + first_key, key_count_ - first_key});
    if (shape < 0) return false;
    last_shape_[depth] = shape;
    key_count_ = first_key;
    marks_[mark] = kJsonObject | shape << kJsonMarkBits;
    return true;
  }

  const int32_t* Entry(int32_t shape) const {
    return &shapes_.table[kTableHead + static_cast<size_t>(shape) * kTableEntry];
  }
  const uint8_t* TextOf(int32_t shape) const { return shapes_.text.data() + Entry(shape)[0]; }
  const uint8_t* EndOf(int32_t shape) const { return TextOf(shape) + Entry(shape)[1]; }

  // The key at `expected`, which is then the next one's, and null for good when it is another.
  bool TakeExpected(const uint8_t*& expected) {
    if (expected == nullptr || key_count_ == kMaxOpenKeys) return false;
    const uint8_t* key = expected;
    expected = nullptr;
    if (at_ == end_ || *at_ != '"') return false;
    const Unit* at = at_ + 1;
    // A NUL, with which keys end, is in none: the loop ends there at the latest.
    while (at != end_ && *at == *key && *key != 0) ++at, ++key;
    if (at == end_ || *at != '"' || *key != 0 || key == shapes_.text.data() + shapes_.table[1]) {
      return false;
    }
    keys_[key_count_++] = {at_ + 1, static_cast<size_t>(at - at_ - 1)};
    at_ = at + 1;
    expected = key + 1;
    return true;
  }

  // Keys that begin with a digit may be indices, which come first in objects.
  bool TakeKey() {
    if (!Take('"') || IsDigit() || key_count_ == kMaxOpenKeys) return false;
    const Unit* const begin = at_;
    for (;; ++at_) {
      if (at_ == end_ || *at_ > 0x7E) return false;
      if (kStops[*at_]) break;
    }
    keys_[key_count_++] = {begin, static_cast<size_t>(at_ - begin)};
    return Take('"');
  }

  static bool IsSame(const Key& key, const uint8_t* text) {
    for (size_t i = 0; i < key.size; ++i) {
      if (key.begin[i] != text[i]) return false;
    }
    return text[key.size] == 0;
  }

  // `bytes`: of all keys, each with its end. Those of the shape are as many.
  bool Matches(int32_t shape, std::span<const Key> keys, size_t bytes) const {
    const int32_t* entry = Entry(shape);
    if (static_cast<size_t>(entry[1]) != bytes || static_cast<size_t>(entry[2]) != keys.size()) {
      return false;
    }
    const uint8_t* text = &shapes_.text[entry[0]];
    for (const Key& key : keys) {
      // What differs ends within the shape's text: its keys have an end each, and this one has
      // none.
      if (!IsSame(key, text)) return false;
      text += key.size + 1;
    }
    return true;
  }

  int32_t Shape(std::span<const Key> keys) {
    size_t bytes = 0;
    for (const Key& key : keys) bytes += key.size + 1;
    const int32_t known = shapes_.table[0];
    for (int32_t shape = 0; shape < known; ++shape) {
      if (Matches(shape, keys, bytes)) return shape;
    }
    return AddShape(keys, bytes);
  }

  int32_t AddShape(std::span<const Key> keys, size_t bytes) {
    const int32_t shape = shapes_.table[0];
    const size_t used = static_cast<size_t>(shapes_.table[1]);
    const size_t entry = kTableHead + static_cast<size_t>(shape) * kTableEntry;
    if (keys.size() > kMaxKeys || entry + kTableEntry > shapes_.table.size() ||
        used + bytes + 1 > shapes_.text.size()) {
      return -1;
    }
    size_t to = used;
    for (size_t i = 0; i < keys.size(); ++i) {
      const size_t from = to;
      for (size_t k = 0; k < keys[i].size; ++k) {
        shapes_.text[to++] = static_cast<uint8_t>(keys[i].begin[k]);
      }
      shapes_.text[to++] = 0;
      if (Named(from) == "__proto__") return -1;
      for (size_t other = used; other < from; other += Named(other).size() + 1) {
        if (Named(other) == Named(from)) return -1;
      }
    }
    shapes_.table[entry] = static_cast<int32_t>(used);
    shapes_.table[entry + 1] = static_cast<int32_t>(bytes);
    shapes_.table[entry + 2] = static_cast<int32_t>(keys.size());
    shapes_.table[0] = shape + 1;
    shapes_.table[1] = static_cast<int32_t>(to);
    return shape;
  }

  std::string_view Named(size_t offset) const {
    return reinterpret_cast<const char*>(&shapes_.text[offset]);
  }

  const Unit* at_;
  const Unit* const begin_;
  const Unit* const end_;
  const std::span<int32_t> marks_;
  size_t count_ = 0;
  const JsonShapes shapes_;
  Key keys_[kMaxOpenKeys];
  size_t key_count_ = 0;
  int32_t last_shape_[kMaxDepth + 1] = {};
};

}  // namespace

bool ScanJson(std::span<const uint8_t> text, std::span<int32_t> marks, JsonShapes shapes) {
  return Scanner<uint8_t>(text, marks, shapes).Run();
}

bool ScanJson(std::span<const uint16_t> text, std::span<int32_t> marks, JsonShapes shapes) {
  return Scanner<uint16_t>(text, marks, shapes).Run();
}

}  // namespace sedge::web
