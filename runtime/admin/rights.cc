// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/rights.h"

#include <algorithm>
#include <utility>

namespace sedge::admin {

Rights Rights::Of(std::string who) {
  Rights rights;
  rights.who_ = std::move(who);
  return rights;
}

Rights Rights::All(std::string who) {
  Rights rights = Of(std::move(who));
  rights.Grant("*", Access::kWrite);
  return rights;
}

void Rights::Grant(std::string_view ns, Access access) {
  Access& held = ns == "*" ? all_ : namespaces_.try_emplace(std::string(ns)).first->second;
  held = std::max(held, access);
}

Access Rights::For(std::string_view ns) const {
  const auto found = namespaces_.find(ns);
  return found == namespaces_.end() ? all_ : std::max(all_, found->second);
}

}  // namespace sedge::admin
