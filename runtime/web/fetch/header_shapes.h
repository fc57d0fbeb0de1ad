// SPDX-License-Identifier: Apache-2.0
// HeaderShapes: the names of requests' headers as JavaScript arrays. Clients send the same names in
// the same order again and again, so what follows from names (their strings, how they sort) is
// worked out once.
#pragma once

#include <string>
#include <unordered_map>

#include "runtime/http/header_list.h"
#include "runtime/script/v8_compat.h"

namespace sedge::web {

// Of one isolate, which may go first.
class HeaderShapes {
 public:
  // The names of `headers` in turn, then an array of how they sort: indexes of names in a flat list
  // of names and values. The same array for the same names, while it is known: nobody writes to it.
  // Empty with a pending exception.
  v8::MaybeLocal<v8::Array> Names(v8::Isolate* isolate, const http::HeaderList& headers);

 private:
  v8::MaybeLocal<v8::Array> Make(v8::Isolate* isolate, const http::HeaderList& headers);

  std::unordered_map<std::string, v8::Persistent<v8::Array>> known_;
  std::string key_;  // kept for its memory
};

}  // namespace sedge::web
