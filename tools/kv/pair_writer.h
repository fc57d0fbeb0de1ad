// SPDX-License-Identifier: Apache-2.0
// PairWriter: writes entries to a namespace in batches, as large as one request should be. Borrowed
// client; the main thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/status.h"
#include "tools/kv/kv_client.h"
#include "tools/kv/pair.h"

namespace sedge::tools {

class PairWriter {
 public:
  // An entry that is longer alone goes by itself, as it is and not as JSON.
  static constexpr size_t kBatchBytes = 8u << 20;
  static constexpr size_t kBatchPairs = 5'000;

  PairWriter(KvClient& client, std::string ns) : client_(client), ns_(std::move(ns)) {}

  // `json` is the pair's text, or "" when the pair is to be written out anew; where it fits a batch
  // the pair itself is not looked at. May send what was added; a failure is then that of all that
  // were not sent before.
  Status Add(KvPair pair, std::string_view json = {});
  // Sends what was added since the last time.
  Status Flush();

  static bool FitsBatch(std::string_view json) { return json.size() <= kBatchBytes; }

  uint64_t written() const { return written_; }
  uint64_t pending() const { return pending_; }

 private:
  KvClient& client_;
  const std::string ns_;
  std::string batch_ = "[";
  uint64_t pending_ = 0;
  uint64_t written_ = 0;
};

}  // namespace sedge::tools
