// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/native.h"

#include <algorithm>

namespace sedge::script {
namespace {

constexpr int kCellField = 0;
constexpr int kMarkField = 1;
constexpr int kFields = 2;

// V8 takes only aligned pointers.
alignas(8) char g_mark;

}  // namespace

NativeCell::NativeCell(Isolate& isolate, std::shared_ptr<void> object, const void* type,
                       size_t bytes)
    : isolate_(isolate), object_(std::move(object)), type_(type), bytes_(bytes) {
  isolate.natives().Add(this);
  Account(static_cast<int64_t>(bytes_));
}

NativeCell::~NativeCell() {
  Release();
  if (next_) next_->link_ = link_;
  if (link_) *link_ = next_;
}

NativeCell* NativeCell::From(v8::Local<v8::Value> value) {
  if (!value->IsObject()) return nullptr;
  v8::Local<v8::Object> object = value.As<v8::Object>();
  if (object->InternalFieldCount() != kFields ||
      object->GetAlignedPointerFromInternalField(kMarkField) != &g_mark) {
    return nullptr;
  }
  return static_cast<NativeCell*>(object->GetAlignedPointerFromInternalField(kCellField));
}

v8::MaybeLocal<v8::Value> NativeCell::Wrap() {
  v8::Isolate* v8 = isolate_.v8();
  v8::Local<v8::Object> object;
  if (!isolate_.natives().Template(v8)->NewInstance(isolate_.context()).ToLocal(&object)) return {};
  object->SetAlignedPointerInInternalField(kCellField, this);
  object->SetAlignedPointerInInternalField(kMarkField, &g_mark);
  handle_.Reset(v8, object);
  handle_.SetWeak(
      this,
      [](const v8::WeakCallbackInfo<NativeCell>& info) {
        // The first pass must let go of the handle and may not call V8; the second, which may,
        // comes as late as the loop's next turn: too late for memory, and for what counts it.
        NativeCell* cell = info.GetParameter();
        cell->handle_.Reset();
        cell->object_.reset();
        cell->isolate_.CountNativeBytes(-static_cast<int64_t>(cell->counted_));
        cell->counted_ = 0;
        info.SetSecondPassCallback(
            [](const v8::WeakCallbackInfo<NativeCell>& second) { delete second.GetParameter(); });
      },
      v8::WeakCallbackType::kParameter);
  return object;
}

void NativeCell::Release() {
  object_.reset();
  Account(-static_cast<int64_t>(bytes_));
  bytes_ = 0;
}

void NativeCell::SetBytes(size_t bytes) {
  const size_t before = std::exchange(bytes_, bytes);
  Account(static_cast<int64_t>(bytes) - static_cast<int64_t>(before));
}

void NativeCell::Account(int64_t bytes) {
  if (bytes == 0) return;
  const int64_t counted = std::max<int64_t>(bytes, -static_cast<int64_t>(counted_));
  counted_ = static_cast<size_t>(static_cast<int64_t>(counted_) + counted);
  isolate_.CountNativeBytes(counted);
  isolate_.v8()->AdjustAmountOfExternalAllocatedMemory(bytes);
}

NativeCells::~NativeCells() {
  while (first_) delete first_;
}

void NativeCells::Add(NativeCell* cell) {
  cell->next_ = first_;
  if (first_) first_->link_ = &cell->next_;
  cell->link_ = &first_;
  first_ = cell;
}

v8::Local<v8::ObjectTemplate> NativeCells::Template(v8::Isolate* isolate) {
  if (template_.IsEmpty()) {
    v8::Local<v8::ObjectTemplate> made = v8::ObjectTemplate::New(isolate);
    made->SetInternalFieldCount(kFields);
    template_.Reset(isolate, made);
  }
  return template_.Get(isolate);
}

v8::MaybeLocal<v8::Value> WrapNative(Isolate& isolate, std::shared_ptr<void> object,
                                     const void* type, size_t bytes) {
  auto cell = std::make_unique<NativeCell>(isolate, std::move(object), type, bytes);
  v8::MaybeLocal<v8::Value> wrapped = cell->Wrap();
  // From here on V8, or the isolate's list, owns it.
  if (!wrapped.IsEmpty()) cell.release();
  return wrapped;
}

}  // namespace sedge::script
