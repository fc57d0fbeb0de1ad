// SPDX-License-Identifier: Apache-2.0
// Rights: who a caller of the administration API is, and which namespaces may be read or written.
// A value; without a grant nothing is allowed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sedge::admin {

// kWrite holds kRead.
enum class Access : uint8_t { kNone, kRead, kWrite };

class Rights {
 public:
  Rights() = default;
  // Everything, for the one of that name.
  static Rights All(std::string who);
  // Nothing yet.
  static Rights Of(std::string who);

  // The higher one counts of two for the same namespace. "*" stands for every namespace, and for
  // making new ones.
  void Grant(std::string_view ns, Access access);

  bool MayRead(std::string_view ns) const { return For(ns) >= Access::kRead; }
  bool MayWrite(std::string_view ns) const { return For(ns) >= Access::kWrite; }
  bool MayWriteAll() const { return all_ >= Access::kWrite; }
  // Whether there is any namespace that may be read: what a token is good for.
  bool any() const { return all_ != Access::kNone || !namespaces_.empty(); }
  const std::string& who() const { return who_; }

 private:
  Access For(std::string_view ns) const;

  std::string who_;
  Access all_ = Access::kNone;
  std::map<std::string, Access, std::less<>> namespaces_;
};

}  // namespace sedge::admin
