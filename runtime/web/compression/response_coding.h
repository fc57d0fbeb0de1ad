// SPDX-License-Identifier: Apache-2.0
// What becomes of a response's content coding on its way to the client, as Cloudflare Workers have
// it: a coded body that nobody read goes on as it is, to clients that accept it, or when its server
// forbids changes (no-transform); a body that a script made is compressed as its Content-Encoding
// says. Functions of heads alone.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http/message.h"
#include "runtime/web/compression/content_coding.h"

namespace sedge::web {

struct CodingPlan {
  bool decode = false;           // take off what the body has
  std::optional<Coding> encode;  // then put this on
  bool drop_header = false;      // nothing is left that Content-Encoding could name
  bool negotiated = false;       // another client would get another body

  // What is sent is not what the head was made for.
  bool recodes() const { return decode || encode || drop_header; }
};

// `head`: of a response with a Content-Encoding. `has`: what its body is coded with; a script sees
// that body decoded. `manual`: the script says that its bytes are coded already.
CodingPlan PlanCoding(const http::ResponseHead& head, const CodingList& has, bool manual,
                      std::string_view accept_encoding);

// Makes the head true again. `values` owns what changed fields point at, and outlives them.
void ApplyPlan(const CodingPlan& plan, std::vector<http::HeaderField>& fields,
               std::deque<std::string>& values);

// All values of a (lower-case) name, joined with commas.
std::string JoinedValues(std::span<const http::HeaderField> fields, std::string_view name);

}  // namespace sedge::web
