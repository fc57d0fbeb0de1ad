// SPDX-License-Identifier: Apache-2.0
// CopyPairs: the entries of a file in wrangler's bulk format into a namespace, in constant memory.
// The main thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "runtime/base/clock.h"
#include "runtime/base/status.h"
#include "tools/kv/input_file.h"
#include "tools/kv/kv_client.h"
#include "tools/kv/pair_writer.h"

namespace sedge::tools {

struct PairCopyOptions {
  uint64_t skip = 0;           // so many entries at the beginning are passed over
  bool leave_expired = false;  // those that have (nearly) expired are passed over, else a failure
  KvPutOptions defaults = {};  // for entries that say nothing of it
  Clock* clock = &Clock::System();
  // CheckPairs has found nothing wrong: what needs no change is passed on as it is.
  bool checked = false;
  // Called now and then.
  std::function<void(uint64_t entries, uint64_t bytes)> progress = nullptr;
  std::function<bool()> cancelled = nullptr;
};

struct PairCopyOutcome {
  uint64_t written = 0;
  uint64_t expired = 0;  // left out
  // All entries of the file up to this many are dealt with.
  uint64_t done = 0;
};

// Stops at the first failure, whose message names its place in the file; what was read before is
// written then. kCancelled once `cancelled` says so.
Status CopyPairs(const InputFile& file, PairWriter& writer, const PairCopyOptions& options,
                 PairCopyOutcome& outcome);

// Reads all and writes nothing; a failure names up to kMaxShownErrors places.
constexpr size_t kMaxShownErrors = 12;
Status CheckPairs(const InputFile& file, const PairCopyOptions& options);

}  // namespace sedge::tools
