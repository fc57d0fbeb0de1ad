// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/outbound_filter.h"

#include <algorithm>
#include <string>

namespace sedge::worker {
namespace {

constexpr OutboundPolicyNames kFlags = {"--outbound-allow", "--outbound-deny"};
constexpr OutboundPolicyNames kConfig = {"outbound.allow", "outbound.deny"};
constexpr OutboundPolicyNames kDefault = {"outbound.allow", "outbound.deny (its default)"};

// Where cloud machines hand out their credentials. It holds beside rules that say nothing of it.
constexpr std::string_view kDeniedByDefault[] = {"link-local", "fd00:ec2::254"};

bool DeniesNothing(const OutboundPolicy& policy) {
  return std::any_of(policy.deny.begin(), policy.deny.end(), [](const OutboundRule& rule) {
    return rule.kind == OutboundRule::Kind::kNone;
  });
}

}  // namespace

OutboundFilter::OutboundFilter(const ServeOptions& options, const WorkerConfig& config)
    : from_flags_(options.outbound), from_config_(config.outbound) {
  if (DeniesNothing(from_flags_) || DeniesNothing(from_config_)) return;
  for (const std::string_view text : kDeniedByDefault) {
    default_.deny.push_back(ParseOutboundRule(text).value());
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
  if (HasAddress(from_flags_.allow, address) || HasAddress(from_config_.allow, address)) {
    return OkStatus();
  }
  return CheckAddress(default_, kDefault, host, address);
}

}  // namespace sedge::worker
