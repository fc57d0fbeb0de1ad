// SPDX-License-Identifier: Apache-2.0
// ChooseEnvironment: from a configuration with [env.NAME] sections to that of one environment, by
// the rules of Cloudflare's documentation: most keys are inherited from the top level, bindings are
// not. Any thread.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/worker/config_node.h"

namespace sedge::worker {

struct ChosenEnvironment {
  ConfigNode root;  // without "env"; nodes keep their lines
  std::vector<std::string> warnings;
};

// `env` "": the top level. `source` for messages. REQUIRES: the root is an object.
Result<ChosenEnvironment> ChooseEnvironment(const ConfigNode& root, const std::string& env,
                                            const std::string& source);

// Whether --env may have that value; the error says what is allowed.
Status CheckEnvironmentName(const std::string& env);

}  // namespace sedge::worker
