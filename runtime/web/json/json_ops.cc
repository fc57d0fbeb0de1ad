// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/json/json_ops.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

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

v8::Local<v8::Value> JsonText(script::Isolate& isolate, ByteSpan bytes, uint32_t count) {
  const auto* units = reinterpret_cast<const uint16_t*>(bytes.data());
  const size_t size = std::min<size_t>(count, bytes.size() / sizeof(uint16_t));
  uint16_t all = 0;
  for (size_t i = 0; i < size; ++i) all |= units[i];
  if (all > 0xFF) {
    return v8::String::NewFromTwoByte(isolate.v8(), units, v8::NewStringType::kNormal,
                                      static_cast<int>(size))
        .ToLocalChecked();
  }
  constexpr size_t kShort = 8192;  // as many as the serialiser gathers
  uint8_t narrow[kShort];
  const size_t length = std::min(size, kShort);
  for (size_t i = 0; i < length; ++i) narrow[i] = static_cast<uint8_t>(units[i]);
  return v8::String::NewFromOneByte(isolate.v8(), narrow, v8::NewStringType::kNormal,
                                    static_cast<int>(length))
      .ToLocalChecked();
}

v8::Local<v8::Value> ConstructorName(v8::Local<v8::Object> object) {
  return object->GetConstructorName();
}

constexpr script::OpDef kOps[] = {
    script::OpDef{"jsonBox", JsonBox},
    script::Op<JsonText>("jsonText"),
    script::Op<ConstructorName>("constructorName"),
};

}  // namespace

std::span<const script::OpDef> JsonOps() { return kOps; }

}  // namespace sedge::web
