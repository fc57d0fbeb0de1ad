// SPDX-License-Identifier: Apache-2.0
// What `sedge dev` says: a line for each request, and what became of a change. Standard error, by
// way of the log. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/worker/dev_hooks.h"

namespace sedge::tools {

// "GET /path 200 3.2 ms my-worker", with the colour of its kind of status.
std::string RequestLine(const worker::RequestRecord& request, bool color);

class DevOutput {
 public:
  // `json`: each line is an object, as the log's are.
  DevOutput(bool json, bool color) : json_(json), color_(color) {}

  void Request(const worker::RequestRecord& request) const;
  // `changed`: absolute paths; shown relative to `folder`.
  void Reloaded(double ms, const std::vector<std::string>& changed,
                const std::string& folder) const;
  // `serves`: a version before goes on answering.
  void Failed(std::string_view why, bool serves) const;
  void Keys() const;

 private:
  const bool json_;
  const bool color_;
};

}  // namespace sedge::tools
