// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/outbound_filter.h"

#include <string>

namespace sedge::worker {
namespace {

constexpr OutboundPolicyNames kFlags = {"--outbound-allow", "--outbound-deny"};
constexpr OutboundPolicyNames kConfig = {"outbound.allow", "outbound.deny"};
constexpr OutboundPolicyNames kDefault = {"outbound.allow", "outbound.deny (its default)"};

}  // namespace

OutboundFilter::OutboundFilter(const ServeOptions& options, const WorkerConfig& config)
    : from_flags_(options.outbound), from_config_(config.outbound) {
  if (from_flags_.empty() && from_config_.empty()) {
    default_.deny.push_back(ParseOutboundRule("link-local").value());
  }
}

Status OutboundFilter::CheckHost(std::string_view host) const {
  Status status = worker::CheckHost(from_flags_, kFlags, host);
  if (status.ok()) status = worker::CheckHost(from_config_, kConfig, host);
  return status.ok() ? status : status.WithPrefix("connect EACCES " + std::string(host));
}

Status OutboundFilter::Check(std::string_view host, const sockaddr& address) const {
  SEDGE_RETURN_IF_ERROR(CheckAddress(from_flags_, kFlags, host, address));
  SEDGE_RETURN_IF_ERROR(CheckAddress(from_config_, kConfig, host, address));
  return CheckAddress(default_, kDefault, host, address);
}

}  // namespace sedge::worker
