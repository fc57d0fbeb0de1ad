// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/pair_copy.h"

#include <utility>

#include "tools/kv/item_reader.h"

namespace sedge::tools {
namespace {

constexpr uint64_t kProgressEvery = 256;  // entries

ItemReader ReaderOf(const InputFile& file, const PairCopyOptions& options) {
  return ItemReader(file.name(), ReadDescriptor(file.fd(), file.name(), options.cancelled));
}

bool HasDefaults(const KvPutOptions& defaults) {
  return defaults.ttl || defaults.expiration || !defaults.metadata.empty();
}

void ApplyDefaults(KvPair& pair, const KvPutOptions& defaults) {
  if (!pair.expiration && !pair.expiration_ttl) {
    pair.expiration = defaults.expiration;
    pair.expiration_ttl = defaults.ttl;
  }
  if (pair.metadata.empty()) pair.metadata = defaults.metadata;
}

// An item as a pair; kOutOfRange when it has expired.
Result<KvPair> ReadPair(const Item& item, const PairCopyOptions& options) {
  SEDGE_ASSIGN_OR_RETURN(KvPair pair, ParsePair(item.text));
  ApplyDefaults(pair, options.defaults);
  SEDGE_RETURN_IF_ERROR(CheckExpiry(pair, options.clock->WallSeconds()));
  return pair;
}

bool IsLeftOut(const Status& why, const PairCopyOptions& options) {
  return options.leave_expired && why.code() == StatusCode::kOutOfRange;
}

// Writes what is pending, whatever stopped the reading.
Status Stop(PairWriter& writer, PairCopyOutcome& outcome, uint64_t before, Status why) {
  const Status flushed = writer.Flush();
  outcome.written = writer.written();
  if (!flushed.ok()) return flushed;
  outcome.done = before;
  return why;
}

}  // namespace

Status CopyPairs(const InputFile& file, PairWriter& writer, const PairCopyOptions& options,
                 PairCopyOutcome& outcome) {
  ItemReader reader = ReaderOf(file, options);
  const bool rewrite = HasDefaults(options.defaults);
  for (uint64_t before = 0;; ++before) {
    if (options.cancelled && options.cancelled()) {
      return Stop(writer, outcome, before, Cancelled("interrupted"));
    }
    Result<std::optional<Item>> item = reader.Next();
    if (!item.ok()) return Stop(writer, outcome, before, item.status());
    if (!*item) return Stop(writer, outcome, before, Status());
    if ((*item)->number <= options.skip) continue;
    const bool as_it_is = options.checked && !rewrite;
    Result<KvPair> pair =
        as_it_is && PairWriter::FitsBatch((*item)->text) ? KvPair() : ReadPair(**item, options);
    if (!pair.ok() && IsLeftOut(pair.status(), options)) {
      ++outcome.expired;
      continue;
    }
    if (!pair.ok()) {
      return Stop(writer, outcome, before, pair.status().WithPrefix(reader.Place(**item)));
    }
    // What the server refuses, it refuses for all of a batch; where in it, its message says.
    const std::string_view json = rewrite ? std::string_view() : (*item)->text;
    const Status added = writer.Add(std::move(*pair), json);
    outcome.written = writer.written();
    if (!added.ok()) return added;
    if (writer.pending() == 0) outcome.done = (*item)->number;
    if (options.progress && before % kProgressEvery == 0) {
      options.progress(writer.written() + writer.pending(), reader.bytes_read());
    }
  }
}

Status CheckPairs(const InputFile& file, const PairCopyOptions& options) {
  ItemReader reader = ReaderOf(file, options);
  std::string errors;
  for (size_t count = 0; count <= kMaxShownErrors;) {
    Result<std::optional<Item>> item = reader.Next();
    if (!item.ok() && errors.empty()) return item.status();
    if (!item.ok() || !*item) break;
    const Result<KvPair> pair = ReadPair(**item, options);
    if (pair.ok() || IsLeftOut(pair.status(), options)) continue;
    if (++count > kMaxShownErrors) {
      errors += "\n...";
      break;
    }
    errors += (errors.empty() ? "" : "\n") + reader.Place(**item) + ": " +
              std::string(pair.status().message());
  }
  return errors.empty() ? Status() : InvalidArgument(errors);
}

}  // namespace sedge::tools
