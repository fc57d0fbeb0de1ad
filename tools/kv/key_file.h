// SPDX-License-Identifier: Apache-2.0
// Key names out of a file for bulk get and bulk delete: a JSON array (or JSON lines) of strings, or
// of objects with a name, which is what `key list` prints. The main thread.
#pragma once

#include <functional>
#include <string>

#include "runtime/base/status.h"
#include "tools/kv/input_file.h"

namespace sedge::tools {

// Gives each key in its order, until one is refused. A failure names file and place.
Status ReadKeys(const InputFile& file, const std::function<bool()>& cancelled,
                const std::function<Status(std::string key)>& take);

}  // namespace sedge::tools
