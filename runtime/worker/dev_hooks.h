// SPDX-License-Identifier: Apache-2.0
// What a server tells the command that watches over it while a worker is developed. Values.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/file_stamp.h"
#include "runtime/base/status.h"

namespace sedge::worker {

// One request that got its answer, or whose client went away before.
struct RequestRecord {
  std::string_view method;
  std::string_view target;  // path and query
  std::string_view worker;  // its name; "" when no worker got the request
  int status = 0;           // 0: there was no answer
  double ms = 0;            // from the request's head to the answer's
};

struct DevHooks {
  // Called on the threads that serve, for several requests at the same time; may be empty.
  std::function<void(const RequestRecord&)> on_request;
};

// What became of loading workers anew.
struct ReloadResult {
  Status status;  // a failure's text is for the user, with file:line and a code frame
  // The files that the code came from, also when it failed, as they were when they were read.
  std::vector<std::pair<std::string, FileStamp>> files;
};

}  // namespace sedge::worker
