// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/json/json_ops.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "runtime/web/json/json_scan.h"

namespace sedge::web {
namespace {

// Once for each object: without what Op<> does.
void JsonBox(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Local<v8::Value> value = info[0];
  if (script::IsOrdinaryObject(value)) return;
  if (value->IsNumberObject()) {
    info.GetReturnValue().Set(1);
  } else if (value->IsStringObject()) {
    info.GetReturnValue().Set(2);
  } else if (value->IsBooleanObject()) {
    info.GetReturnValue().Set(3);
  } else if (value->IsBigIntObject()) {
    info.GetReturnValue().Set(4);
  }
}

// As many units as the serialiser gathers at most, and the parser reads.
constexpr size_t kMaxUnits = 16384;

// A one-byte string where that is possible.
v8::Local<v8::Value> UnitString(script::Isolate& isolate, const uint16_t* units, size_t size) {
  const int length = static_cast<int>(size);
  uint16_t all = 0;
  for (size_t i = 0; i < size; ++i) all |= units[i];
  if (all > 0xFF) {
    return v8::String::NewFromTwoByte(isolate.v8(), units, v8::NewStringType::kNormal, length)
        .ToLocalChecked();
  }
  uint8_t narrow[kMaxUnits];
  for (size_t i = 0; i < size; ++i) narrow[i] = static_cast<uint8_t>(units[i]);
  return v8::String::NewFromOneByte(isolate.v8(), narrow, v8::NewStringType::kNormal, length)
      .ToLocalChecked();
}

v8::Local<v8::Value> JsonText(script::Isolate& isolate, ByteSpan bytes, uint32_t count) {
  const size_t size = std::min<size_t>({count, bytes.size() / sizeof(uint16_t), kMaxUnits});
  return UnitString(isolate, reinterpret_cast<const uint16_t*>(bytes.data()), size);
}

v8::Local<v8::Value> ConstructorName(v8::Local<v8::Object> object) {
  return object->GetConstructorName();
}

std::span<int32_t> Integers(std::span<uint8_t> bytes) {
  return {reinterpret_cast<int32_t*>(bytes.data()), bytes.size() / sizeof(int32_t)};
}

bool JsonScan(script::Isolate& isolate, v8::Local<v8::String> text, std::span<uint8_t> marks,
              std::span<uint8_t> shape_table, std::span<uint8_t> shape_text) {
  const auto length = static_cast<size_t>(text->Length());
  if (length > kMaxUnits) return false;
  const JsonShapes shapes = {Integers(shape_table), shape_text};
  if (text->IsOneByte()) {
    uint8_t units[kMaxUnits];
    text->WriteOneByte(isolate.v8(), units, 0, -1, v8::String::NO_NULL_TERMINATION);
    return ScanJson(std::span<const uint8_t>{units, length}, Integers(marks), shapes);
  }
  uint16_t units[kMaxUnits];
  text->Write(isolate.v8(), units, 0, -1, v8::String::NO_NULL_TERMINATION);
  return ScanJson(std::span<const uint16_t>{units, length}, Integers(marks), shapes);
}

v8::Local<v8::Value> JsonSlice(script::Isolate& isolate, v8::Local<v8::String> text, int32_t from,
                               int32_t to) {
  const int size = to - from;
  if (text->IsOneByte()) {
    uint8_t units[kMaxUnits];
    text->WriteOneByte(isolate.v8(), units, from, size, v8::String::NO_NULL_TERMINATION);
    return v8::String::NewFromOneByte(isolate.v8(), units, v8::NewStringType::kNormal, size)
        .ToLocalChecked();
  }
  uint16_t units[kMaxUnits];
  text->Write(isolate.v8(), units, from, size, v8::String::NO_NULL_TERMINATION);
  return UnitString(isolate, units, static_cast<size_t>(size));
}

constexpr script::OpDef kOps[] = {
    script::OpDef{"jsonBox", JsonBox},
    script::Op<JsonText>("jsonText"),
    script::Op<JsonScan>("jsonScan"),
    script::Op<JsonSlice>("jsonSlice"),
    script::Op<ConstructorName>("constructorName"),
};

}  // namespace

std::span<const script::OpDef> JsonOps() { return kOps; }

}  // namespace sedge::web
