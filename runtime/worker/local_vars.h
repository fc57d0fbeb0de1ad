// SPDX-License-Identifier: Apache-2.0
// Local variables: what .dev.vars and .env files beside a configuration add to env, by wrangler's
// documented rules. The first of these counts:
//   .dev.vars.NAME                                      alone, with --env NAME
//   .dev.vars                                           alone
//   .env, .env.NAME, .env.local, .env.NAME.local        together; a later one goes before
// CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV=false leaves the .env files out. Any thread.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/worker/config.h"
#include "runtime/worker/dev_vars.h"

namespace sedge::worker {

// The names of all such files, whether they are there or not.
std::vector<std::string> LocalVarsFiles(const std::string& env);

// Adds the variables of the files in config.base_dir. `shown`: that folder as messages name it.
Status AddLocalVars(WorkerConfig& config, const std::string& shown, const std::string& env);

// Replaces $NAME, ${NAME} and ${NAME:-default} in the values, from earlier and later variables of
// the same list, then from `other` (null: none); what is not there is empty, \$ is a $.
void ExpandVars(std::vector<DevVar>& vars, const char* (*other)(const char* name));

}  // namespace sedge::worker
