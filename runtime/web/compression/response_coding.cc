// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/response_coding.h"

#include <algorithm>

#include "runtime/base/ascii.h"

namespace sedge::web {
namespace {

constexpr int kPartialContent = 206;

// RFC 9110 section 12.5.5, without splitting hairs: a field name that contains it is none.
bool VariesByEncoding(std::string_view vary) {
  return vary.find('*') != std::string_view::npos ||
         AsciiLowerCopy(vary).find("accept-encoding") != std::string::npos;
}

// RFC 9110 section 7.7: nobody on the way may change the body.
bool ForbidsTransform(std::string_view cache_control) {
  while (!cache_control.empty()) {
    const size_t comma = std::min(cache_control.find(','), cache_control.size());
    if (EqualsIgnoreCase(Trim(cache_control.substr(0, comma)), "no-transform")) return true;
    cache_control.remove_prefix(std::min(comma + 1, cache_control.size()));
  }
  return false;
}

}  // namespace

std::string JoinedValues(std::span<const http::HeaderField> fields, std::string_view name) {
  std::string joined;
  for (const http::HeaderField& field : fields) {
    if (!EqualsIgnoreCase(field.name, name)) continue;
    if (!joined.empty()) joined += ", ";
    joined += field.value;
  }
  return joined;
}

CodingPlan PlanCoding(const http::ResponseHead& head, const CodingList& has, bool manual,
                      std::string_view accept_encoding) {
  // Parts of a coded body can be neither coded nor decoded.
  if (head.status == kPartialContent) return {};
  const std::optional<CodingList> named =
      ParseContentEncoding(JoinedValues(head.headers, "content-encoding"));
  if (named && !named->empty() && *named == has) {
    if (manual || ForbidsTransform(JoinedValues(head.headers, "cache-control"))) return {};
    if (AcceptsAll(accept_encoding, has)) {
      return {.decode = false, .encode = {}, .drop_header = false, .negotiated = true};
    }
    return {.decode = true, .encode = {}, .drop_header = true, .negotiated = true};
  }
  CodingPlan plan;
  plan.decode = !has.empty();
  if (manual || !named || named->size() != 1) return plan;
  const Coding coding = named->front();
  if (!IsEncoded(coding)) return plan;
  plan.negotiated = true;
  if (AcceptsCoding(accept_encoding, coding)) {
    plan.encode = coding;
  } else {
    plan.drop_header = true;
  }
  return plan;
}

void ApplyPlan(const CodingPlan& plan, std::vector<http::HeaderField>& fields,
               std::deque<std::string>& values) {
  if (plan.recodes()) {
    std::erase_if(fields, [&](const http::HeaderField& field) {
      return EqualsIgnoreCase(field.name, "content-length") ||
             (plan.drop_header && EqualsIgnoreCase(field.name, "content-encoding"));
    });
  }
  if (!plan.negotiated) return;
  for (http::HeaderField& field : fields) {
    // Other bytes of the same meaning: RFC 9110 section 8.8.1.
    if (!plan.recodes() || !EqualsIgnoreCase(field.name, "etag") || !field.value.starts_with('"')) {
      continue;
    }
    field.value = values.emplace_back("W/" + std::string(field.value));
  }
  if (!VariesByEncoding(JoinedValues(fields, "vary")))
    fields.push_back({"vary", "accept-encoding"});
}

}  // namespace sedge::web
