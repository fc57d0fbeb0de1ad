// SPDX-License-Identifier: Apache-2.0
#include "runtime/testing/seed_file.h"

#include <utility>
#include <vector>

#include "runtime/admin/bulk_change.h"

namespace sedge::test {

Result<int64_t> SeedStore(kv::Store& store, std::string_view ns, std::string_view json,
                          int64_t now_seconds, const std::string& source) {
  std::vector<kv::Change> changes;
  const admin::MaybeError error = admin::ReadBulkPairs(json, [&](admin::BulkPair pair) {
    return admin::ToChange(std::move(pair), now_seconds, changes.emplace_back());
  });
  if (error) {
    return InvalidArgument(source + ": " + error->message +
                           " A seed is a JSON array like that of `sedge kv bulk put`: "
                           "[{\"key\": \"a\", \"value\": \"1\"}]");
  }
  if (!changes.empty()) SEDGE_RETURN_IF_ERROR(store.Write(ns, changes));
  return static_cast<int64_t>(changes.size());
}

}  // namespace sedge::test
