// SPDX-License-Identifier: Apache-2.0
// OutboundFilter: the rules that hold for one worker's fetch(), those of its configuration and
// those of the flags, put where connections are made. Any thread.
#pragma once

#include <memory>
#include <string_view>

#include "runtime/loop/connector.h"
#include "runtime/worker/outbound_policy.h"
#include "runtime/worker/serve_options.h"

namespace sedge::worker {

class OutboundFilter final : public loop::AddressFilter {
 public:
  // Both outlive the object. Without any rule, link-local addresses are denied: there cloud
  // machines hand out their credentials.
  OutboundFilter(const ServeOptions& options, const WorkerConfig& config);

  // Before a name is looked up: "connect EACCES blog.example.com: denied by ...".
  Status CheckHost(std::string_view host) const;
  Status Check(std::string_view host, const sockaddr& address) const override;

 private:
  const OutboundPolicy& from_flags_;
  const OutboundPolicy& from_config_;
  OutboundPolicy default_;
};

}  // namespace sedge::worker
