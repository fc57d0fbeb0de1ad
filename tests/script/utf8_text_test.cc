// SPDX-License-Identifier: Apache-2.0
// EncodeUtf8 gives what V8 gives, for strings of all kinds and lengths.
#include "runtime/script/utf8_text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "runtime/script/entry_scope.h"
#include "tests/script/script_env.h"

namespace sedge::script {
namespace {

std::string ByV8(v8::Isolate* isolate, v8::Local<v8::String> string) {
  std::string text(static_cast<size_t>(string->Utf8Length(isolate)), '\0');
  string->WriteUtf8(isolate, text.data(), static_cast<int>(text.size()), nullptr,
                    v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8);
  return text;
}

std::string ByUs(v8::Isolate* isolate, v8::Local<v8::String> string) {
  std::string text;
  const size_t size = EncodeUtf8(isolate, string, [&](size_t wanted) {
    text.assign(wanted, '\0');
    return text.data();
  });
  EXPECT_EQ(size, text.size());
  return text;
}

constexpr char16_t kPool[] = {'a',    'z',    0,      0x7F,   0x80,   0xE9,   0xFF,
                              0x100,  0x7FF,  0x800,  0x20AC, 0xD7FF, 0xD800, 0xDBFF,
                              0xDC00, 0xDFFF, 0xE000, 0xFFFD, 0xFFFF};
constexpr size_t kOneByteKinds = 7;  // of the pool's first ones

// Runs of ASCII with single units between them, so that all ways through blocks are taken.
std::vector<uint16_t> RandomUnits(std::mt19937& random, size_t length, size_t kinds) {
  std::vector<uint16_t> units(length, 'x');
  const size_t special = length == 0 ? 0 : random() % 2 == 0 ? length : random() % 4;
  for (size_t i = 0; i < special; ++i) units[random() % length] = kPool[random() % kinds];
  return units;
}

class Utf8TextTest : public ScriptTest {
 protected:
  void SetUp() override {
    ScriptTest::SetUp();
    scope_ = std::make_unique<EntryScope>(*isolate_);
  }
  void TearDown() override { scope_.reset(); }
  v8::Local<v8::String> TwoByte(const std::vector<uint16_t>& units) {
    return v8::String::NewFromTwoByte(isolate_->v8(), units.data(), v8::NewStringType::kNormal,
                                      static_cast<int>(units.size()))
        .ToLocalChecked();
  }
  v8::Local<v8::String> OneByte(const std::vector<uint16_t>& units) {
    const std::vector<uint8_t> bytes(units.begin(), units.end());
    return v8::String::NewFromOneByte(isolate_->v8(), bytes.data(), v8::NewStringType::kNormal,
                                      static_cast<int>(bytes.size()))
        .ToLocalChecked();
  }
  void ExpectSame(v8::Local<v8::String> string) {
    ASSERT_EQ(ByUs(isolate_->v8(), string), ByV8(isolate_->v8(), string));
  }

 private:
  std::unique_ptr<EntryScope> scope_;
};

TEST_F(Utf8TextTest, GivesWhatV8Gives) {
  std::mt19937 random(1);
  for (size_t i = 0; i < 4000; ++i) {
    v8::HandleScope handles(isolate_->v8());
    const size_t length = i < 200 ? i : random() % 3000;
    ExpectSame(OneByte(RandomUnits(random, length, kOneByteKinds)));
    ExpectSame(TwoByte(RandomUnits(random, length, std::size(kPool))));
    ExpectSame(v8::String::Concat(isolate_->v8(), OneByte(RandomUnits(random, length, 1)),
                                  TwoByte(RandomUnits(random, length, std::size(kPool)))));
  }
}

TEST_F(Utf8TextTest, PairsAreFoundWhereverTheyLie) {
  for (size_t at = 0; at < 2100; ++at) {
    v8::HandleScope handles(isolate_->v8());
    std::vector<uint16_t> units(2100, 'x');
    units[at] = 0xD83D;
    ExpectSame(TwoByte(units));
    if (at + 1 < units.size()) units[at + 1] = 0xDE00;
    ExpectSame(TwoByte(units));
  }
}

}  // namespace
}  // namespace sedge::script
