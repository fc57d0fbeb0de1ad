// SPDX-License-Identifier: Apache-2.0
// The file FORMAT of a KV folder: which version of FORMAT.md its bytes follow. It is read before
// anything else is touched, so a folder of a newer version is refused unharmed. Any thread; the
// caller holds the folder's lock.
#pragma once

#include <string>

#include "runtime/base/status.h"

namespace sedge::kv {

constexpr int kFormatVersion = 2;

// kNotFound, kCorruption, or kFailedPrecondition for a version that this sedge does not read.
Result<int> ReadFormat(const std::string& folder);

// Writes our version, durably.
Status WriteFormat(const std::string& folder);

// Writes the file, durably, into a folder without a database; else checks it, and raises the
// version of a folder that this sedge can upgrade (FORMAT.md says how). kFailedPrecondition for a
// newer version, kCorruption when the file is missing or is not what we write.
Status CheckOrWriteFormat(const std::string& folder, const std::string& database_folder);

}  // namespace sedge::kv
