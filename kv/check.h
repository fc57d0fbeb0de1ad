// SPDX-License-Identifier: Apache-2.0
// CheckFolder: reads every byte of a KV folder that nobody has open and says what is damaged: files
// with the keys in them, and the entries that this takes. Changes nothing. Blocks; any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kv/damage.h"
#include "kv/survey.h"
#include "runtime/base/clock.h"
#include "runtime/base/status.h"

namespace sedge::kv {

struct MaintenanceProgress {
  const char* stage;  // "files", "entries"
  uint64_t done = 0;
  uint64_t total = 0;  // 0 when it is not known
};

struct MaintenanceOptions {
  Clock* clock = &Clock::System();
  std::function<void(const MaintenanceProgress&)> progress = {};
  bool can_exchange = true;  // tests: the file system knows RENAME_EXCHANGE
};

struct CheckReport {
  std::vector<DamagedFile> files;      // logs, CURRENT, MANIFEST and FORMAT among them
  std::vector<std::string> torn_logs;  // no damage: what a crash leaves
  // Logs with whole writes that the next opening would leave out; a repair takes them in.
  std::vector<std::string> holes;
  bool readable = true;  // false: the list of files is damaged, so entries could not be looked at
  SurveyReport survey;

  bool fine() const {
    return files.empty() && holes.empty() && readable && survey.lost.empty() && survey.mended == 0;
  }
};

// One line for each damaged file and each range of entries.
std::vector<std::string> DescribeReport(const CheckReport& report);

// kNotFound when there is no such folder; kUnavailable when a store has it open;
// kFailedPrecondition for a newer format.
Result<CheckReport> CheckFolder(const std::string& folder, const MaintenanceOptions& options = {});

// The same for a caller that holds the folder's lock.
Result<CheckReport> CheckLockedFolder(const std::string& folder, const MaintenanceOptions& options);

}  // namespace sedge::kv
