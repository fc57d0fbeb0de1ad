// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/fetch/header_shapes.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <vector>

namespace sedge::web {
namespace {

// Clients that make names up do not fill memory: all are forgotten when there are too many.
constexpr size_t kMaxKnown = 64;
constexpr size_t kMaxKnownBytes = 2048;

// Where in a flat list of names and values each is whose names are sorted; equal ones stay in turn.
v8::Local<v8::Array> OrderOf(v8::Isolate* isolate, const http::HeaderList& headers) {
  std::vector<std::string_view> names;
  for (const auto [name, value] : headers) names.push_back(name);
  std::vector<int32_t> order(names.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int32_t i) { return names[i]; });
  std::vector<v8::Local<v8::Value>> places;
  for (const int32_t i : order) places.push_back(v8::Integer::New(isolate, 2 * i));
  return v8::Array::New(isolate, places.data(), places.size());
}

}  // namespace

v8::MaybeLocal<v8::Array> HeaderShapes::Names(v8::Isolate* isolate,
                                              const http::HeaderList& headers) {
  key_.clear();
  for (const auto [name, value] : headers) key_.append(name).push_back('\0');
  if (key_.size() > kMaxKnownBytes) return Make(isolate, headers);
  const auto found = known_.find(key_);
  if (found != known_.end()) return found->second.Get(isolate);
  v8::Local<v8::Array> names;
  if (!Make(isolate, headers).ToLocal(&names)) return {};
  if (known_.size() >= kMaxKnown) {
    for (auto& [key, array] : known_) array.Reset();
    known_.clear();
  }
  known_[key_].Reset(isolate, names);
  return names;
}

v8::MaybeLocal<v8::Array> HeaderShapes::Make(v8::Isolate* isolate,
                                             const http::HeaderList& headers) {
  std::vector<v8::Local<v8::Value>> names;
  names.reserve(headers.size() + 1);
  for (const auto [name, value] : headers) {
    v8::Local<v8::String> text;
    if (!v8::String::NewFromOneByte(isolate, reinterpret_cast<const uint8_t*>(name.data()),
                                    v8::NewStringType::kInternalized, static_cast<int>(name.size()))
             .ToLocal(&text)) {
      return {};
    }
    names.push_back(text);
  }
  names.push_back(OrderOf(isolate, headers));
  return v8::Array::New(isolate, names.data(), names.size());
}

}  // namespace sedge::web
