// SPDX-License-Identifier: Apache-2.0
// Content-Encoding and Accept-Encoding: any values are read, and any plan leaves a head that says
// what is sent.
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/ascii.h"
#include "runtime/base/check.h"
#include "runtime/web/compression/response_coding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::web;
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const size_t middle = text.find('\0');
  const std::string_view named = text.substr(0, middle);
  const std::string_view rest = middle == std::string_view::npos ? "" : text.substr(middle + 1);
  const auto parsed = ParseContentEncoding(named);
  if (parsed) SEDGE_CHECK(parsed->size() <= kMaxCodings);

  const CodingList has = data[0] & 1 && parsed ? *parsed : CodingList(data[0] >> 6, Coding::kGzip);
  std::vector<sedge::http::HeaderField> fields = {
      {"content-encoding", named}, {"vary", rest}, {"etag", rest}, {"etag", named}};
  const CodingPlan plan = PlanCoding({200, "", fields}, has, (data[0] & 2) != 0, rest);
  if (plan.encode) {
    SEDGE_CHECK(AcceptsCoding(rest, *plan.encode) && !plan.drop_header);
    SEDGE_CHECK(parsed && parsed->front() == *plan.encode);
  }
  std::deque<std::string> values;
  ApplyPlan(plan, fields, values);
  bool found = false;
  for (const auto& field : fields) found |= field.name == "content-encoding";
  SEDGE_CHECK(found != plan.drop_header);
  return 0;
}
