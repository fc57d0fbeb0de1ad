// SPDX-License-Identifier: Apache-2.0
// Any bytes as what else the store reads of its files: a namespace's row, and a log.
#include "kv/log_reader.h"
#include "kv/namespace_registry.h"
#include "runtime/base/bytes.h"
#include "runtime/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::kv;
  const std::string_view bytes = sedge::AsText({data, size});
  if (const auto title = DecodeNamespaceRow(bytes)) {
    SEDGE_CHECK(EncodeNamespaceRow(*title) == bytes);
  }
  // What reads of a log, written again, reads to its end.
  std::string again;
  size_t records = 0;
  LogReader reader(bytes);
  for (uint64_t last = 0; const auto record = reader.Next(); ++records) {
    SEDGE_CHECK(record->offset >= last && record->end > record->offset && record->end <= size);
    last = record->end;
    AppendLogRecord(again, reader.payload());
  }
  LogReader copy(again);
  for (; records > 0; --records) SEDGE_CHECK(copy.Next());
  SEDGE_CHECK(!copy.Next() && !copy.first_bad());
  // And bytes of ours read as they are.
  std::string log;
  AppendLogRecord(log, bytes);
  LogReader own(log);
  SEDGE_CHECK(own.Next() && own.payload() == bytes && !own.Next() && !own.first_bad());
  return 0;
}
