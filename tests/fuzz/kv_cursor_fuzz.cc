// SPDX-License-Identifier: Apache-2.0
// Any text as a list cursor: what is accepted is exactly what encoding its key gives.
#include "kv/cursor.h"
#include "kv/store.h"
#include "runtime/base/bytes.h"
#include "runtime/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::kv;
  const std::string_view text = sedge::AsText({data, size});
  if (const auto key = DecodeCursor("ns", "", text); key.ok()) {
    SEDGE_CHECK(EncodeCursor("ns", "", *key) == text);
  }
  if (size == 0 || size > kMaxKeyBytes) return 0;
  const std::string_view prefix = text.substr(0, size / 2);
  const auto key = DecodeCursor("ns", prefix, EncodeCursor("ns", prefix, text));
  SEDGE_CHECK(key.ok() && *key == text);
  return 0;
}
