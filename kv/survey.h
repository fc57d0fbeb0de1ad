// SPDX-License-Identifier: Apache-2.0
// Survey: walks the rows of a database that may be damaged and says of each entry whether it is
// whole, can be made whole, or is lost. Not thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kv/closed_database.h"
#include "kv/damage.h"

namespace sedge::kv {

struct SurveyReport {
  uint64_t entries = 0;  // that are whole, or can be made whole
  uint64_t mended = 0;   // of these: half of it was lost, and the other half says the same
  std::vector<LostRange> lost;
  std::vector<LostRange> mended_ranges;
};

// Gets each entry that can be saved: its row key and its row of the values family.
using EntrySink = std::function<Status(std::string_view row_key, std::string_view value_row)>;
// Gets each namespace that can be saved: its id and its row.
using NamespaceSink = std::function<Status(std::string_view id, std::string_view row)>;
// Called now and then with how many entries were looked at.
using EntryProgress = std::function<void(uint64_t entries)>;

struct SurveySinks {
  EntrySink entry;  // each may be empty
  NamespaceSink name_space;
  EntryProgress progress;
};

// Fails only when a sink does.
Result<SurveyReport> RunSurvey(ClosedDatabase& database, int64_t now_seconds,
                               const SurveySinks& sinks);

}  // namespace sedge::kv
