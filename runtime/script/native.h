// SPDX-License-Identifier: Apache-2.0
// Native<T>: a C++ object that a JavaScript object owns, for interfaces whose state cannot be
// JavaScript's: a compressor, a key, a running digest. An op returns one; builtins keep it in a
// private field and pass it to other ops; a worker never sees it. It goes with its JavaScript
// object, at the latest with the isolate. V8 is told how many bytes it holds, so that many small
// handles with much behind them make it collect in time; they count against the isolate's memory.
//
//   Native<Deflater> NewDeflater(int32_t level) { return Native<Deflater>::Make(kDeflaterBytes,
//   level); } Result<Bytes> Deflate(Native<Deflater> deflater, ByteSpan bytes) { return
//   deflater->Push(bytes); } void EndDeflater(Native<Deflater> deflater) { deflater.Release(); }
//
// Work on another thread copies shared(): the object then lives until that is done. The isolate's
// thread.
#pragma once

#include <memory>
#include <utility>

#include "runtime/script/isolate.h"
#include "runtime/script/param.h"
#include "runtime/script/result.h"

namespace sedge::script {

// What stands behind the JavaScript object.
class NativeCell {
 public:
  NativeCell(Isolate& isolate, std::shared_ptr<void> object, const void* type, size_t bytes);
  ~NativeCell();
  NativeCell(const NativeCell&) = delete;
  NativeCell& operator=(const NativeCell&) = delete;

  // The cell of a JavaScript object, or null when that has none.
  static NativeCell* From(v8::Local<v8::Value> value);
  v8::MaybeLocal<v8::Value> Wrap();
  const std::shared_ptr<void>& object() const { return object_; }
  const void* type() const { return type_; }
  // Frees the object now; later uses of the handle fail.
  void Release();
  // What the object holds has changed. May collect garbage.
  void SetBytes(size_t bytes);

 private:
  friend class NativeCells;
  void Account(int64_t bytes);

  Isolate& isolate_;
  std::shared_ptr<void> object_;
  const void* type_;
  size_t bytes_;
  size_t counted_ = 0;  // of them, in Isolate::native_bytes()
  v8::Global<v8::Object> handle_;
  NativeCell* next_ = nullptr;
  NativeCell** link_ = nullptr;  // what points at this one in the isolate's list
};

// An isolate's cells, so that what was not collected is freed with it.
class NativeCells {
 public:
  ~NativeCells();
  void Add(NativeCell* cell);
  v8::Local<v8::ObjectTemplate> Template(v8::Isolate* isolate);

 private:
  NativeCell* first_ = nullptr;
  v8::Global<v8::ObjectTemplate> template_;
};

template <typename T>
class Native {
 public:
  // `bytes`: about what the object holds natively.
  template <typename... Args>
  static Native Make(size_t bytes, Args&&... args) {
    return Native(std::make_shared<T>(std::forward<Args>(args)...), bytes);
  }
  Native(std::shared_ptr<T> object, size_t bytes) : object_(std::move(object)), bytes_(bytes) {}

  T* operator->() const { return object_.get(); }
  T& operator*() const { return *object_; }
  const std::shared_ptr<T>& shared() const { return object_; }
  size_t bytes() const { return bytes_; }
  // REQUIRES: this is an op's argument.
  void Release() const { cell_->Release(); }
  // The same: it holds another number of bytes now.
  void SetBytes(size_t bytes) const { cell_->SetBytes(bytes); }

  static const void* type() {
    static const char tag = 0;
    return &tag;
  }

 private:
  friend struct ParamTraits<Native>;
  Native(std::shared_ptr<T> object, NativeCell* cell) : object_(std::move(object)), cell_(cell) {}

  std::shared_ptr<T> object_;
  size_t bytes_ = 0;
  NativeCell* cell_ = nullptr;
};

v8::MaybeLocal<v8::Value> WrapNative(Isolate& isolate, std::shared_ptr<void> object,
                                     const void* type, size_t bytes);

template <typename T>
v8::MaybeLocal<v8::Value> NativeToV8(Isolate& isolate, const Native<T>& native) {
  return WrapNative(isolate, native.shared(), Native<T>::type(), native.bytes());
}

template <typename T>
struct ParamTraits<Native<T>> {
  static constexpr bool kTakesArgument = true;
  ParamTraits(Isolate&, const CallbackInfo& info, int index)
      : cell_(NativeCell::From(info[index])), index_(index) {}
  Status status() const {
    const bool right = cell_ && cell_->type() == Native<T>::type() && cell_->object();
    return right ? Status() : BadArgument(index_, "a live native object of the op's type");
  }
  Native<T> get() const { return Native<T>(std::static_pointer_cast<T>(cell_->object()), cell_); }

 private:
  NativeCell* cell_;
  int index_;
};

}  // namespace sedge::script
