// SPDX-License-Identifier: Apache-2.0
// Salvage: a database whose list of files (CURRENT, MANIFEST) is lost, opened through a new list
// that is made from the files themselves. Which of them were still in use is not known, so entries
// may be older ones, and deleted ones may be back. The old folder stays as it is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kv/closed_database.h"
#include "kv/damage.h"

namespace sedge::kv {

// `work_folder` gets links to the files; whatever it held goes. The caller removes it later. Tables
// that cannot be opened at all are left out, and added to `left_out`.
Result<std::unique_ptr<ClosedDatabase>> SalvageDatabase(const std::string& database_folder,
                                                        const std::string& work_folder,
                                                        std::vector<DamagedFile>& left_out);

}  // namespace sedge::kv
