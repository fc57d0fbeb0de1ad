// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/pair_writer.h"

#include <utility>

namespace sedge::tools {

Status PairWriter::Add(KvPair pair, std::string_view json) {
  std::string made;
  if (json.empty() && pair.value.size() <= kBatchBytes) {
    AppendPair(made, pair);
    json = made;
  }
  if (json.empty() || !FitsBatch(json)) {
    SEDGE_RETURN_IF_ERROR(Flush());
    pending_ = 1;
    SEDGE_RETURN_IF_ERROR(
        client_.Put(ns_, pair.key, Bytes::Copy(pair.value),
                    {pair.expiration, pair.expiration_ttl, std::move(pair.metadata)}));
    pending_ = 0;
    ++written_;
    return {};
  }
  if (batch_.size() > 1) batch_ += ',';
  batch_ += json;
  ++pending_;
  return batch_.size() >= kBatchBytes || pending_ >= kBatchPairs ? Flush() : Status();
}

Status PairWriter::Flush() {
  if (pending_ == 0) return {};
  batch_ += ']';
  Bytes body = Bytes::Copy(batch_);
  batch_ = "[";
  SEDGE_RETURN_IF_ERROR(client_.BulkPut(ns_, std::move(body)));
  written_ += std::exchange(pending_, 0);
  return {};
}

}  // namespace sedge::tools
