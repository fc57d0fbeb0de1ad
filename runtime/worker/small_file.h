// SPDX-License-Identifier: Apache-2.0
// ReadSmallFile: a configuration or the like, whole. Any thread.
#pragma once

#include <filesystem>
#include <string>

#include "runtime/base/status.h"

namespace sedge::worker {

// Of at most kMaxConfigBytes; the error begins with `shown`.
Result<std::string> ReadSmallFile(const std::filesystem::path& path, const std::string& shown);

}  // namespace sedge::worker
